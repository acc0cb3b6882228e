"""What differs between releases of NeMo; its conftest is read where none is installed, too."""

from __future__ import annotations

from importlib.metadata import version

from packaging.version import Version

HOLDS_ITS_MANIFEST = Version(version("nemo_toolkit")) >= Version("2.7")
"""NeMo before 2.7 reads the manifest without lhotse, so an error leaves no iterator in it."""
