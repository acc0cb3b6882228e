"""A generated fleet is the same each time, and its report counts every machine once."""

import json

from click.testing import CliRunner
from speed.generated_fleet import NEMO, write_fleet

from winasr_doctor.cli import cli

COUNT = 1_000


def test_the_report_about_a_generated_fleet_counts_every_machine(tmp_path):
    folder = write_fleet(tmp_path / "fleet", COUNT)
    (folder / "broken.json").write_text("{")
    done = CliRunner().invoke(cli, ["fleet", "report", str(folder), "--format", "json"])
    assert done.exit_code == 0
    fleet = json.loads(done.stdout)["fleet"]
    assert fleet["machines"] == COUNT == sum(fleet["verdicts"].values())
    assert fleet["unread_count"] == 1
    versions = {
        each["value"]: each["count"] for each in fleet["values"] if each["dimension"] == "NeMo"
    }
    assert versions.keys() == set(NEMO)
    assert sum(versions.values()) == COUNT


def test_a_fleet_is_the_same_for_the_same_seed(tmp_path):
    def written(name, seed):
        folder = write_fleet(tmp_path / name, 20, seed)
        return {file.name: file.stat().st_size for file in folder.rglob("*.json*")}

    assert written("a", 1) == written("b", 1) != written("c", 2)
