import json

import jsonschema
import msgspec
import pytest
from sample_reports import mixed

from winasr_doctor import schemas
from winasr_doctor.report import render
from winasr_doctor.testing import machine

HOW = "`python -m winasr_doctor.schemas` writes it anew"


@pytest.mark.parametrize("name", schemas.NAMES)
def test_a_shipped_schema_is_one(name):
    schema = schemas.load(name)
    assert schema["$schema"] == schemas.DIALECT
    assert schema["$id"].endswith(name)
    assert schema["title"]
    jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("name", schemas.NAMES)
def test_the_shipped_schema_is_up_to_date(name):
    assert schemas.load(name) == schemas.generate(name), HOW


def test_an_unknown_schema_is_named_with_those_there_are():
    with pytest.raises(LookupError, match="'report-2'; there are report-1, snapshot-1"):
        schemas.load("report-2")


def test_write_makes_the_files(tmp_path):
    schemas.write(tmp_path)
    for name in schemas.NAMES:
        assert json.loads((tmp_path / f"{name}.json").read_bytes()) == schemas.load(name)


def test_a_snapshot_fits_its_schema():
    document = json.loads(msgspec.json.encode(machine().snapshot))
    jsonschema.validate(document, schemas.load("snapshot-1"))


@pytest.mark.parametrize(
    "change",
    [{"schema": "winasr-doctor/snapshot/2"}, {"recorded": 5}, {"extra": 1}, {"sections": None}],
)
def test_a_document_that_is_no_snapshot_does_not(change):
    document = json.loads(msgspec.json.encode(machine().snapshot)) | change
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, schemas.load("snapshot-1"))


@pytest.mark.parametrize(
    "change",
    [
        {"status": "broken"},
        {"severity": None},
        {"status": "pass"},
        {"code": "tmp1"},
        {"extra": 1},
        {"remedies": [{"title": "x", "steps": "not a list", "automatic": False}]},
    ],
)
def test_a_result_that_breaks_the_contract_does_not_fit(change):
    document = json.loads(render(mixed(), "json"))
    document["results"][-1].update(change)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, schemas.load("report-1"))
