r"""Reads the antivirus products that Windows Security Center knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winasr_doctor.machine.base import NotApplicable, Unreadable
from winasr_doctor.machine.live import powershell
from winasr_doctor.machine.live.powershell import PowerShellAnswer, QueryPart
from winasr_doctor.machine.live.registry import WINDOWS_REGISTRY, Registry
from winasr_doctor.machine.model import SecurityProduct, SecurityProducts

if TYPE_CHECKING:
    from winasr_doctor.machine.live.machine import LiveMachine

PROVIDERS = r"HKLM\SOFTWARE\Microsoft\Security Center\Provider\Av"
"""The same list in the registry, with `DISPLAYNAME` and `STATE` of each product; not documented, so
only read when WMI does not answer.
"""


def read(
    host: LiveMachine | None = None,
    *,
    registry: Registry = WINDOWS_REGISTRY,
    answer: PowerShellAnswer | None = None,
) -> SecurityProducts:
    """Read the registered antivirus products.

    Args:
        host: The host that runs the query, for its time limit.
        registry: The registry to read when PowerShell does not answer.
        answer: PowerShell's answer; by default PowerShell is run.

    Raises:
        NotApplicable: This Windows has no Security Center, like Windows Server.
        Unreadable: Neither PowerShell nor the registry answers.
    """
    if answer is None:
        answer = powershell.answer(host.timeout * powershell.SHARE if host else powershell.LIMIT)
    part = answer.part(powershell.PRODUCTS)
    if part.error is None:
        return SecurityProducts(items=_distinct(_products(part)))
    registered = _registered(registry)
    if registered:
        return SecurityProducts(items=_distinct(registered))
    if part.code in powershell.NOT_THERE:
        raise NotApplicable("this Windows has no Security Center (Windows Server has none)")
    needs = "administrator" if part.code in powershell.ACCESS_DENIED else None
    raise Unreadable(f"Windows Security Center could not be asked: {part.error}", needs)


def _products(part: QueryPart) -> list[SecurityProduct]:
    named = ((row.get("displayName"), row.get("productState")) for row in part.rows)
    return [
        SecurityProduct(name=str(name), state=powershell.number(state) or 0)
        for name, state in named
        if name
    ]


def _registered(registry: Registry) -> list[SecurityProduct]:
    found = []
    try:
        for provider in registry.subkeys(PROVIDERS):
            values = registry.values(rf"{PROVIDERS}\{provider}")
            name, state = values.get("DISPLAYNAME"), powershell.number(values.get("STATE"))
            if name and state is not None:
                found.append(SecurityProduct(name=str(name), state=state))
    except OSError:
        return []
    return found


def _distinct(products: list[SecurityProduct]) -> tuple[SecurityProduct, ...]:
    return tuple({(one.name, one.state): one for one in products}.values())
