r"""Names that are known by where they stand: no case tells the redactor any name.

Each case: a text, what must be gone, and what must stay.
"""

from __future__ import annotations

import pytest

from winasr_doctor.machine.redaction import Redactor

PROFILES = [
    (r"C:\Users\Grace\x", ["Grace"], [r"C:\Users", r"\x"]),
    ("C:/Users/Grace/x", ["Grace"], ["C:/Users/", "/x"]),
    (r"C:\Users/Grace\x/y", ["Grace"], [r"\x/y"]),
    (r"c:\users\GRACE", ["GRACE"], [r"c:\users"]),
    (r"\\?\C:\Users\Grace\x", ["Grace"], [r"\\?\C:\Users"]),
    (r"\??\C:\Users\Grace\x", ["Grace"], [r"\x"]),
    ("/mnt/c/Users/Grace/x", ["Grace"], ["/mnt/c/Users/", "/x"]),
    ("/c/Users/Grace/x", ["Grace"], ["/c/Users/"]),
    ("/cygdrive/c/Users/Grace/x", ["Grace"], ["/cygdrive/c/"]),
    ("/Users/grace/Library/Caches", ["grace"], ["/Library/Caches"]),
    ("/home/grace/.cache/huggingface", ["grace"], ["/.cache/huggingface"]),
    ("/home/grace:/home/ann/x", ["grace", "ann"], ["/home/"]),
    ("/media/grace/USB/x", ["grace"], ["/media/", "/USB/x"]),
    ("/run/media/grace/USB", ["grace"], ["/run/media/"]),
    ("~grace/x", ["grace"], ["/x"]),
    (r"C:\Users\GRACEH~1\AppData", ["GRACEH"], [r"~1\AppData"]),
    (r"C:\Users\GHOPPE~1.CON\AppData", ["GHOPPE", ".CON"], [r"\AppData"]),
    (r"C:\Users\ghopper.CONTOSO.000\x", ["ghopper", "CONTOSO"], [r"\x"]),
    (r"C:\Users\ghopper.CONTOSO\a D:\ghopper\b", ["ghopper", "CONTOSO"], [r"\b"]),
    (r"C:\Users\Meyer, Ann\x", ["Meyer", "Ann"], [r"\x"]),
    (r"C:\Users\Ann O'Brien\x", ["Ann", "Brien"], [r"\x"]),
    (r"C:\Users\Ann Meyer;D:\x;C:\Users\Bob Stone", ["Ann", "Meyer", "Bob", "Stone"], [r";D:\x;"]),
    (r"C:\Benutzer\Grace\x", ["Grace"], [r"C:\Benutzer"]),
    (r"C:\Dokumente und Einstellungen\Grace\x", ["Grace"], [r"\x"]),
    (r"C:\Documents and Settings\Grace\x", ["Grace"], [r"\x"]),
    (r"C:\Users\Jürgen Groß\x", ["rgen", "Gro"], [r"\x"]),
    (r"C:\Users\山田太郎\x", ["山田"], [r"\x"]),
    ("C:\\Users\\Ju\u0308rgen\\x and D:\\J\u00fcrgen", ["rgen"], [r"D:"]),
    ("cannot open 'C:\\Users\\Ann Meyer'", ["Meyer"], ["cannot open '"]),
    ('cannot open "C:\\Users\\Ann O\'Brien\\x"', ["Brien"], ['\\x"']),
    (r"cannot open C:\Users\Ann (Work)\x now", ["Work"], [r"\x now"]),
    (r"cannot open C:\Users\Ann Meyer because", ["Meyer"], [" because"]),
    ("[WinError 5] 'C:\\\\Users\\\\Ann Meyer\\\\x'", ["Meyer"], ["\\\\x'"]),
    ("\"'C:\\\\\\\\Users\\\\\\\\Ann Meyer\\\\\\\\x'\"", ["Meyer"], ["x'"]),
    ("['C:\\\\Users\\\\Ann Meyer', 'D:\\\\x']", ["Meyer"], ["'D:\\\\x']"]),
    ("denied: 'C:\\Users\\Ann O'Brien' again", ["Brien"], ["' again"]),
    ("`C:\\Users\\Ann Meyer`", ["Meyer"], ["`"]),
    ("“C:\\Users\\Ann Meyer”", ["Meyer"], ["”"]),
    ("<C:\\Users\\Ann Meyer>", ["Meyer"], [">"]),
    ("file:///C:/Users/Grace/x", ["Grace"], ["file:///C:/Users/"]),
    ("file:///C:/Users/Grace%20Hopper/x", ["Grace", "Hopper"], ["/x"]),
    ("C%3A%5CUsers%5CGrace%5Cx", ["Grace"], ["C%3A%5CUsers%5C"]),
    ("/home/J%C3%BCrgen/x", ["rgen", "%BC"], ["/x"]),
    ('"C:\\\\Users\\\\J\\u00fcrgen\\\\x"', ["rgen", "00fc"], ["\\\\x"]),
    (r"'C:\\Users\\J\xfcrgen\\x'", ["rgen", "xfc"], [r"\\x"]),
    (r"C:\Users\u1234abc\x", ["1234abc"], [r"\x"]),
    (
        r"C:\Users\Grace\miniconda3\envs\asr\python.exe",
        ["Grace"],
        [r"\miniconda3\envs\asr\python.exe"],
    ),
    (r'"C:\Users\Grace Hopper\AppData\Local\Temp"', ["Grace", "Hopper"], [r'\AppData\Local\Temp"']),
    (r"%USERPROFILE% is C:\Users\Grace Hopper", ["Grace", "Hopper"], ["%USERPROFILE% is "]),
    (r"D:\Backup\C\Users\Grace\x", ["Grace"], [r"D:\Backup"]),
    ("/export/home/grace/x", ["grace"], ["/x"]),
    ("/var/home/grace/x", ["grace"], ["/x"]),
    (r"\Users\Grace", ["Grace"], [r"\Users"]),
    (r"C:\Users\grace_contoso_com\x", ["grace", "contoso"], [r"\x"]),
]

SERVERS = [
    (r"\\fs01\share\x", ["fs01"], [r"\share\x"]),
    (r"\\fs01", ["fs01"], []),
    (r"cannot read \\fs01\data\x", ["fs01"], ["cannot read", r"\data\x"]),
    (r"cannot read:\\fs01\data\x", ["fs01"], [r"\data\x"]),
    (r"cannot read <\\fs01\data\x>", ["fs01"], [r"\data\x>"]),
    (r"cannot read `\\fs01\data\x`", ["fs01"], [r"\data\x`"]),
    (r"cannot read (\\fs01\data\x)", ["fs01"], [r"\data\x)"]),
    (r"[\\fs01\data\x]", ["fs01"], [r"\data\x]"]),
    ("denied: '\\\\\\\\fs01\\\\m\\\\x.nemo'", ["fs01"], ["x.nemo'"]),
    ("denied: \"'\\\\\\\\\\\\\\\\fs01\\\\\\\\m'\"", ["fs01"], ["denied"]),
    (r"\\?\UNC\fs01\x", ["fs01"], [r"\\?\UNC"]),
    (r"\\?\unc\fs01\x", ["fs01"], [r"\x"]),
    (r"\\.\UNC\fs01\x", ["fs01"], [r"\\.\UNC"]),
    (r"\??\UNC\fs01\x", ["fs01"], [r"\x"]),
    ("//fs01/share/x", ["fs01"], ["/share/x"]),
    (r"\\büro\x", ["büro"], [r"\x"]),
    (r"\\contoso.local\dfs\x", ["contoso"], [r"\dfs\x"]),
    (r"\\sp.contoso.com@SSL\DavWWWRoot\x", ["contoso"], [r"@SSL\DavWWWRoot\x"]),
    (r"\\sp.contoso.com@SSL@8443\DavWWWRoot\x", ["contoso"], [r"@SSL@8443"]),
    (r"\\d.docs.live.net@SSL\0123456789ABCDEF\x", ["0123456789ABCDEF"], ["d.docs.live.net@SSL"]),
    (r"\\fs01\c$\x", ["fs01"], [r"\c$\x"]),
    (r"\\fs01\ghopper$\x", ["fs01", "ghopper"], [r"\x"]),
    (r"\\fs01\users\ghopper\x", ["ghopper"], [r"\users"]),
    (r"\\fs01\profiles$\ghopper.V6", ["ghopper"], [r"\profiles$"]),
    (r"\\10.20.30.40\x", ["10.20.30.40"], [r"\x"]),
    (r"Z: (\\fs01\Apollo) is a network drive", ["fs01"], ["Z: (", "is a network drive"]),
    ("smb://grace@fs01/share", ["grace", "fs01"], ["smb://", "/share"]),
    ("file://fs01/share/x", ["fs01"], ["/share/x"]),
    ("csc://{S-1-5-21-1-2-3-1001}/fs01/x", ["1-2-3-1001", "fs01"], ["/x"]),
    ("http://proxy01:8080", ["proxy01"], ["http://", ":8080"]),
    ("http://[fd00:abcd::17]:3128", ["fd00:abcd"], [":3128"]),
    (
        "https://hub.contoso.com/api?token=topsecret99",
        ["contoso", "topsecret99"],
        ["https://", "/api"],
    ),
    ("https://hub.contoso.com/api?u=grace", ["grace"], ["/api"]),
    ("s3://contoso-models/x.nemo", ["contoso"], ["s3://", "/x.nemo"]),
    ("abfss://data@contoso.dfs.core.windows.net/x", ["contoso"], ["abfss://"]),
    ("git@github.com:contoso/secret.git", ["contoso", "secret"], ["git@github.com:", ".git"]),
    ("git@git.contoso.com:asr/app.git", ["contoso"], ["git@"]),
    ("ssh://git@git.contoso.com:2222/asr/app", ["contoso"], ["ssh://git@", ":2222"]),
    (
        "git+https://github.com/contoso/secret.git@main",
        ["contoso", "secret"],
        ["git+https://github.com/"],
    ),
    (
        "https://huggingface.co/gracehopper/secret-asr",
        ["gracehopper", "secret-asr"],
        ["huggingface.co"],
    ),
    ("HTTPSConnectionPool(host='proxy.corp', port=443)", ["proxy.corp"], [", port=443)"]),
    ("HTTPSConnectionPool(host='proxy01', port=443)", ["proxy01"], ["host='", ", port=443)"]),
    (
        "Failed to resolve 'nexus01' ([Errno 11001] getaddrinfo failed)",
        ["nexus01"],
        ["getaddrinfo"],
    ),
    ("hostname 'hub.contoso.com' doesn't match '*.contoso.com'", ["contoso"], ["doesn't match"]),
    ("connect to 192.168.17.4:8080 failed", ["192.168.17.4"], [":8080 failed"]),
    ("connect to fe80::1ff:fe23:4567:890a%eth0", ["fe80", "4567"], ["connect to"]),
    ("TNS: db01.corp.contoso.com unreachable", ["db01", "contoso"], ["unreachable"]),
    ("COMPUTERNAME=GRACE-PC", ["GRACE-PC"], ["COMPUTERNAME="]),
    ("USERDOMAIN=CONTOSO USERNAME=ghopper", ["CONTOSO", "ghopper"], ["USERDOMAIN=", " USERNAME="]),
    (r"LOGONSERVER=\\DC01", ["DC01"], ["LOGONSERVER="]),
    ("user 'ghopper' has no right", ["ghopper"], ["has no right"]),
    ("interface 00:1a:2b:3c:4d:5e is down", ["1a:2b:3c"], ["is down"]),
    ("HTTP_PROXY=proxy01.contoso.com:8080", ["proxy01", "contoso"], ["HTTP_PROXY=", ":8080"]),
    (r"\Device\Mup\fs01\share", ["fs01"], [r"\share"]),
    ("contoso.sharepoint.com and contoso-my.sharepoint.com", ["contoso"], [".sharepoint.com"]),
    (
        "https://contoso-my.sharepoint.com/personal/grace_contoso_com/Documents",
        ["contoso", "grace"],
        ["/Documents"],
    ),
]

ORGANISATIONS = [
    (r"C:\x\OneDrive - Contoso Ltd\y", ["Contoso", "Ltd"], [r"C:\x\OneDrive - ", r"\y"]),
    (r"C:\x\OneDrive – Contoso GmbH", ["Contoso"], [r"C:\x\OneDrive – "]),
    (r"C:\x\OneDrive – Freigegeben Contoso", ["Contoso"], [r"OneDrive"]),
    (r"C:\x\OneDrive-Contoso\y", ["Contoso"], [r"\y"]),
    (r"C:\x\Dropbox (Contoso)\y", ["Contoso"], [r"Dropbox (", r")\y"]),
    (r"C:\x\SharePoint - Contoso\y", ["Contoso"], [r"\y"]),
    (r"C:\x\Google Drive - grace@contoso.com", ["grace", "contoso"], ["Google Drive - "]),
    (r"C:\x\grace@büro.de", ["grace", "büro"], [r"C:\x"]),
    (r"C:\x\grace@contoso", ["grace", "contoso"], [r"C:\x"]),
    (
        r"HKCU\Software\Microsoft\OneDrive\Accounts\Business1\Tenants\Contoso GmbH",
        ["Contoso"],
        ["Business1"],
    ),
    (r"CONTOSO\ghopper may not write", ["CONTOSO", "ghopper"], ["may not write"]),
    (r"owned by contoso\ghopper.", ["contoso", "ghopper"], ["owned by "]),
    ("owner 'CONTOSO\\\\ghopper'", ["CONTOSO", "ghopper"], ["owner '"]),
    (
        r"D:\hub\models--gracehopper--secret-asr\refs",
        ["gracehopper", "secret-asr"],
        [r"models--", r"\refs"],
    ),
]


@pytest.mark.parametrize(("text", "gone", "stays"), PROFILES + SERVERS + ORGANISATIONS)
def test_a_name_does_not_get_out(text, gone, stays):
    redactor = Redactor()
    redactor.learn(text)
    redacted = redactor.text(text)
    assert [n for n in gone if n.casefold() in redacted.casefold()] == [], redacted
    assert [part for part in stays if part not in redacted] == [], redacted
    assert redactor.text(redacted) == redacted
    assert Redactor().text(redacted) == redacted


@pytest.mark.parametrize(
    "text",
    [
        r"C:\Users\Public\Documents",
        r"C:\Users\*\AppData",
        r"C:\Users\%USERNAME%\AppData",
        r"C:\Users",
        r"indexed (rule about C:\Users\) for all",
        r"C:\Program Files (x86)\\NVIDIA GPU Computing Toolkit\\CUDA",
        r"C:\Windows\System32\config\systemprofile\AppData\Local",
        r"D:\models\nvidia@main",
        r"D:\hub\models--nvidia--parakeet-tdt-0.6b-v2\snapshots",
        r"NT AUTHORITY\SYSTEM owns it",
        r"BUILTIN\Administrators may write",
        r"HKCU\Software\Microsoft\OneDrive\Accounts\Personal\UserFolder",
        r"\\.\PhysicalDrive0",
        r"\\.\pipe\winasr",
        "OneDrive (personal) and Google Drive (mirror) and Dropbox (business)",
        "https://huggingface.co/nvidia/parakeet-tdt-0.6b-v2/resolve/main/x.nemo",
        "pip install torch --index-url https://download.pytorch.org/whl/cu128",
        "git+https://github.com/NVIDIA/NeMo.git@main",
        "https://learn.microsoft.com/windows/win32/fileio/naming-a-file",
        "https://pypi.org/simple/torch/",
        "nvidia/parakeet-tdt-0.6b-v2, openai/whisper-large-v3, Systran/faster-whisper-large-v3",
        "localhost:7860 and 127.0.0.1 and ::1",
        "torch 2.9.1+cu128, Windows 10.0.22631, at 12:30:45",
        "unlink:32*2@manifest.json",
        "nemo.collections.asr.models and torch.cuda.is_available()",
        "model.safetensors, config.json, python.exe, __init__.py",
        "S-1-5-18 and S-1-5-32-544",
        "~/asr/.venv and ~/.cache",
        "revision 0123456789abcdef0123456789abcdef01234567",
        "N/A: Must be an administrator to view exclusions",
        r"[Environment]::SetEnvironmentVariable('HF_HOME', 'C:\models', 'User')",
        "host: the temp folder, user: none, proxy: not set",
        "tokenizer: bpe, pad_token=None",
        "HF_TOKEN=<set>",
    ],
)
def test_what_names_nobody_stays(text):
    assert Redactor().text(text) == text
