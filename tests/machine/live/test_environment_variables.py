import pytest

from winasr_doctor.machine.live.environment import RECORDED, SECRETS, recorded


def test_what_is_not_on_the_list_is_not_recorded():
    assert recorded({"AWS_SECRET_ACCESS_KEY": "x", "PATH": "/bin"}).variables == {}


def test_a_variable_is_recorded_in_its_usual_spelling():
    assert recorded({"ONEDRIVE": r"C:\Users\ada\OneDrive"}).variables == {
        "OneDrive": r"C:\Users\ada\OneDrive"
    }


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_is_only_said_to_be_set(name):
    assert recorded({name: "hf_abcdefghijklmnop"}).variables == {name: "<set>"}


def test_an_empty_variable_counts_as_unset():
    assert recorded({"TEMP": "", "HF_TOKEN": ""}).variables == {}


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("http://ada:secret@proxy:8080", "http://proxy:8080"),
        ("http://ada:sec@ret@proxy:8080/", "http://proxy:8080/"),
        ("ada:secret@proxy:8080", "proxy:8080"),
        ("http://proxy:8080", "http://proxy:8080"),
    ],
)
def test_a_proxy_loses_its_user_and_password(value, kept):
    assert recorded({"https_proxy": value}).variables == {"HTTPS_PROXY": kept}


def test_a_path_with_an_at_sign_keeps_it():
    path = r"C:\Users\ada@example.com\Temp"
    assert recorded({"TEMP": path}).get("temp") == path


def test_every_recorded_variable_has_its_reason():
    assert all({**RECORDED, **SECRETS}.values())
