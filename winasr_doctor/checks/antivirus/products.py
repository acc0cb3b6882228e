"""AVX007: other antivirus products."""

from __future__ import annotations

from collections.abc import Iterable

from winasr_doctor.checks.advice import SCRATCH_READS, scratch_folder, scratch_remedies
from winasr_doctor.checks.base import check
from winasr_doctor.findings import Finding, Remedy, Step, info, ok, warning
from winasr_doctor.machine.base import Machine
from winasr_doctor.machine.model import SecurityProduct

STATE, SIGNATURES, OWNER = 0xF000, 0x00F0, 0x0F00
"""Parts of `productState`."""
STATES = {0x0000: "off", 0x1000: "on", 0x2000: "snoozed", 0x3000: "expired"}
"""The values of `STATE`; for the source see `MICROSOFT`."""
SIGNATURES_CURRENT = 0x00
MICROSOFT = 0x100
"""`productState` is not documented. `WSC_SECURITY_PRODUCT_STATE` of Windows' `iwscapi.h` has the
same four states, numbered differently; the numbers here come from recorded values: 0x61100 is
Defender switched on, 0x60100 Defender switched off, 0x41000 another product switched on."""


@check("AVX007", reads=tuple(sorted({*SCRATCH_READS, "security_products"})), windows_only=True)
def other_products(host: Machine) -> Iterable[Finding]:
    r"""An antivirus product other than Defender scans this machine, or two products do at once.

    **What.** The products that Windows Security Center knows, and their state.
    **Why.** Another product has its own exclusions and its own way of holding files; Defender's
    settings say nothing about it. Two active scanners hold each new file twice. A snoozed or
    expired product protects nothing, but may still filter file access.
    **Decided by.** The bit field `productState`: its fourth hexadecimal digit from the right is
    0 for off, 1 for on, 2 for snoozed, 3 for expired.
    **Do.** Keep one product. If it holds files in the scratch folder, exclude that folder in the
    product's own settings, by its full path.
    **Source.** `root\SecurityCenter2`, class `AntiVirusProduct`; `iwscapi.h`
    (`WSC_SECURITY_PRODUCT_STATE`).
    """
    products = host.security_products.items
    active = [product for product in products if state_of(product) == "on"]
    names = sorted({product.name for product in active})
    if names[1:]:
        yield warning(
            f"{' and '.join(names)} are active at the same time, and each holds files that"
            " the other scans",
            {"products": [_shown(product) for product in products]},
            [
                Remedy(
                    "Keep one antivirus product",
                    (
                        Step(
                            "Open Settings > Apps > Installed apps",
                            "start ms-settings:appsfeatures",
                            "powershell",
                        ),
                        "Uninstall the product you do not want, with its vendor's removal tool"
                        " if there is one.",
                        "Restart Windows.",
                    ),
                )
            ],
        )
    for product in products:
        if state_of(product) in ("snoozed", "expired"):
            yield _not_protecting(product)
    strangers = [product for product in active if not is_microsoft(product)]
    for product in strangers:
        yield _stranger(host, product)
    if not strangers and not names[1:]:
        yield ok(_summary(active), {"products": [_shown(product) for product in products]})


def state_of(product: SecurityProduct) -> str:
    """Return `on`, `off`, `snoozed`, `expired` or `unknown`."""
    return STATES.get(product.state & STATE, "unknown")


def is_microsoft(product: SecurityProduct) -> bool:
    """Return whether a product is Windows' own."""
    return product.state & OWNER == MICROSOFT


def _stranger(host: Machine, product: SecurityProduct) -> Finding:
    folder = scratch_folder(host)
    return info(
        f"{product.name} scans this machine; only its own settings can show which files it holds"
        " and for how long",
        _shown(product),
        [
            *scratch_remedies(host),
            Remedy(
                f"Only if scanning proves to be the cause: exclude {folder} in {product.name}",
                (
                    f"Open {product.name} and look for its exclusions or exceptions.",
                    f"Add the folder {folder} by its full path, and nothing larger.",
                ),
            ),
        ],
    )


def _not_protecting(product: SecurityProduct) -> Finding:
    state = state_of(product)
    return warning(
        f"{product.name} is {state}: it protects nothing, but may still hold files",
        _shown(product),
        [
            Remedy(
                "Renew or resume it, or uninstall it",
                (
                    Step(
                        "Open Windows Security > Virus & threat protection, to see its state",
                        "start windowsdefender:",
                        "powershell",
                    ),
                    f"Renew or resume {product.name}, or uninstall it: Defender then takes over.",
                ),
            )
        ],
    )


def _shown(product: SecurityProduct) -> dict[str, object]:
    return {
        "name": product.name,
        "product_state": f"0x{product.state:05x}",
        "state": state_of(product),
        "signatures": (
            "current" if product.state & SIGNATURES == SIGNATURES_CURRENT else "outdated"
        ),
    }


def _summary(active: list[SecurityProduct]) -> str:
    if not active:
        return "Windows Security Center lists no active antivirus product"
    return f"{active[0].name} is the only active antivirus product"
