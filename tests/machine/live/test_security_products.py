import pytest

from tests.machine.registry_dict import RegistryDict
from winasr_doctor.machine.base import NotApplicable, Unreadable
from winasr_doctor.machine.live import security_products
from winasr_doctor.machine.live.powershell import PowerShellAnswer, QueryPart
from winasr_doctor.machine.model import SecurityProduct

DEFENDER = {"displayName": "Windows Defender", "productState": 397568}
PROVIDER = r"HKLM\SOFTWARE\Microsoft\Security Center\Provider\Av\{GUID}"


def read(part, keys=None):
    answer = (
        PowerShellAnswer({"products": part})
        if part
        else PowerShellAnswer(failure="PowerShell answered nothing")
    )
    return security_products.read(registry=RegistryDict(keys or {}), answer=answer)


def test_registered_products_are_listed_with_their_state():
    other = {"displayName": "Other AV", "productState": "266240"}
    assert read(QueryPart(rows=(DEFENDER, other))).items == (
        SecurityProduct(name="Windows Defender", state=397568),
        SecurityProduct(name="Other AV", state=266240),
    )


def test_a_product_registered_twice_is_listed_once():
    assert len(read(QueryPart(rows=(DEFENDER, DEFENDER))).items) == 1


def test_no_product_is_an_empty_list():
    assert read(QueryPart()).items == ()


def test_the_registry_stands_in_for_a_silent_powershell():
    keys = {PROVIDER: {"DISPLAYNAME": "Other AV", "STATE": 266240}}
    assert read(None, keys).items == (SecurityProduct(name="Other AV", state=266240),)


def test_windows_server_has_no_security_center():
    with pytest.raises(NotApplicable):
        read(QueryPart(error="Invalid namespace", code=0x8004100E))


def test_no_answer_is_unreadable_with_the_reason():
    with pytest.raises(Unreadable) as caught:
        read(None)
    assert "PowerShell answered nothing" in caught.value.reason
    assert caught.value.needs is None


def test_a_refusal_needs_an_administrator():
    with pytest.raises(Unreadable) as caught:
        read(QueryPart(error="Access denied", code=0x80070005))
    assert caught.value.needs == "administrator"
