"""Lists the programs that open new files in the background: antivirus, sync, search."""

from __future__ import annotations

FAMILIES = {
    "msmpeng.exe": "AVX",
    "mpdefendercoreservice.exe": "AVX",
    "nissrv.exe": "AVX",
    "avastsvc.exe": "AVX",
    "avgsvc.exe": "AVX",
    "avp.exe": "AVX",
    "bdservicehost.exe": "AVX",
    "ekrn.exe": "AVX",
    "mcshield.exe": "AVX",
    "mbamservice.exe": "AVX",
    "sophosfilescanner.exe": "AVX",
    "onedrive.exe": "SYN",
    "onedrive.sync.service.exe": "SYN",
    "dropbox.exe": "SYN",
    "googledrivefs.exe": "SYN",
    "icloudservices.exe": "SYN",
    "iclouddrive.exe": "SYN",
    "box.exe": "SYN",
    "nextcloud.exe": "SYN",
    "owncloud.exe": "SYN",
    "megasync.exe": "SYN",
    "cloud-drive-ui.exe": "SYN",
    "syncthing.exe": "SYN",
    "searchindexer.exe": "IDX",
    "searchprotocolhost.exe": "IDX",
    "searchfilterhost.exe": "IDX",
}
"""The family of checks that says what to do about a program, by its name in lower case.

Sources: the vendors' pages on their processes; Microsoft, "Microsoft Defender Antivirus" and
"Windows Search Overview".
"""
