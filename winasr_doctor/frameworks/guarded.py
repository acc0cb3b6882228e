"""The frameworks that the guard supports."""

from winasr_doctor.frameworks.hub.sites import HUGGING_FACE, TORCH_HUB
from winasr_doctor.frameworks.nemo.sites import FRAMEWORK

GUARDED = (FRAMEWORK,)
"""The frameworks that lose results when a temporary folder cannot be removed."""

DOWNLOADERS = (HUGGING_FACE, TORCH_HUB)
"""The libraries that lose finished downloads, or hide why one failed, when a file is locked."""
