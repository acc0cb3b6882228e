"""Dated tables that remedies and the preflight share."""

from winasr_doctor.catalogue.tables.reading import (
    Build,
    Partner,
    builds,
    capability_of,
    cuda_error,
    exit_code,
    installable,
    package_of,
    partner_of,
    tag_for,
    torch_partners,
)

__all__ = [
    "Build",
    "Partner",
    "builds",
    "capability_of",
    "cuda_error",
    "exit_code",
    "installable",
    "package_of",
    "partner_of",
    "tag_for",
    "torch_partners",
]
