"""Where huggingface_hub and torch.hub rename, delete and link files that a scanner may hold."""

from __future__ import annotations

import os
from types import ModuleType

from winasr_doctor.frameworks.sites import DownloadSite, Framework


def _copy_in_future(module: ModuleType, link: str) -> bool:
    """Record that no links can be made in the cache that a link was meant for.

    Below 1.33.0, the client publishes "links work" before it has tried one. A second thread of a
    `snapshot_download` believes that, and its link fails with WinError 1314, or 1 on a drive
    without links (huggingface_hub, `file_download.py`, `are_symlinks_supported`; issue 4915).
    """
    known: dict[str, bool] = getattr(module, "_are_symlinks_supported_in_dir", {})
    real = os.path.realpath(link)
    # One that is known not to work counts: another thread has found out since the link was tried.
    above = [folder for folder in list(known) if _holds(folder, real)]
    known.update(dict.fromkeys(above, False))
    return bool(above)


def _holds(folder: str, path: str) -> bool:
    try:
        return os.path.commonpath([folder, path]) == folder
    except ValueError:  # on another drive
        return False


HUGGING_FACE = Framework(
    "huggingface_hub",
    "huggingface_hub",
    (
        DownloadSite(
            "huggingface_hub.file_download",
            "huggingface_hub",
            partial=(".incomplete",),
            repeatable=("_hf_hub_download_to_cache_dir", "_hf_hub_download_to_local_dir"),
            transfers=("_download_to_tmp_and_move",),
            links=("_create_symlink",),
            forget_links=_copy_in_future,
        ),
    ),
)
"""The functions exist in 0.26.0 to 2.4.0. `hf_hub_download` itself is not among them, as other
modules import it by name."""

TORCH_HUB = Framework(
    "torch.hub",
    "torch",
    (DownloadSite("torch.hub", "torch", partial=(".partial", ".zip")),),
)
"""`download_url_to_file` and `_get_cache_or_reload` use `os.remove` and `shutil.move` (torch 2.13,
`hub.py`)."""
