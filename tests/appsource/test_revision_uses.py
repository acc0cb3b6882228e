import pytest

from winasr_doctor.appsource import Pin, read_application
from winasr_doctor.appsource.revision_uses import find_refused_revisions

REPO = "nvidia/canary-qwen-2.5b"


def read(tmp_path, **files):
    for name, text in files.items():
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    app = read_application([tmp_path])
    assert not app.unreadable
    return app


def uses(tmp_path, **files):
    return read(tmp_path, **files).revisions


SPELLED = [
    f"SALM.from_pretrained('{REPO}', revision='pin')",
    f"hf_hub_download(repo_id='{REPO}', filename='x', revision='pin')",
    f"snapshot_download('{REPO}', revision='pin')",
    f"load_model(model='{REPO}', commit_hash='pin')",
    f"settings = {{'revision': 'pin', 'repo_id': '{REPO}'}}\nSALM.from_pretrained(**settings)",
    f"M = {{'canary': {{'repo': '{REPO}', 'model_revision': 'pin'}}}}",
    f"CANARY_MODEL = '{REPO}'\nCANARY_PINNED_REVISION = 'pin'",
    f"class Settings:\n    repo_id: str = '{REPO}'\n    revision: str = 'pin'",
    f"def load(repo='{REPO}', revision='pin'):\n    pass",
    f"PIN = 'pin'\ndef load(rev):\n    SALM.from_pretrained('{REPO}', revision=rev)\nload(PIN)",
    f"dict(name='{REPO}', revision='pin')",
]


@pytest.mark.parametrize("code", SPELLED)
def test_a_revision_is_found_with_its_repository(tmp_path, code):
    (use,) = uses(tmp_path, a=code)
    assert use.revision == "pin"
    assert use.repo_ids == (REPO,)
    assert use.literal.file.segment(use.literal.node) == "'pin'"


NAMELESS = [
    "REVISION = 'pin'",
    "config['revision'] = 'pin'",
    "self.model_revision = 'pin'",
    "os.environ['CANARY_REVISION'] = 'pin'",
    "x = os.environ.get('CANARY_REVISION', 'pin')",
    "x = config.get('revision', 'pin')",
    "parser.add_argument('--model-revision', default='pin')",
    "model_commit_hash: str = 'pin'",
]


@pytest.mark.parametrize("code", NAMELESS)
def test_a_revision_is_found_even_if_it_is_never_used(tmp_path, code):
    (use,) = uses(tmp_path, a=code)
    assert use.revision == "pin"
    assert use.repo_ids == ()


OTHER = [
    "revision = 3",
    "revision = None",
    "revisions = ['a']",
    "git_revision = 'abc'",
    "GIT_COMMIT_HASH = 'abc'",
    "database_revision = 'abc'",
    "revision = 'ae1027a6acf'\ndown_revision = '1975ea83b712'",
    "from alembic import command\ncommand.stamp(config, revision='head')",
    "x = '# revision = y'",
    "print('revision')",
]


def test_a_revision_extended_later_is_one_revision(tmp_path):
    (use,) = uses(tmp_path, a="REVISION = 'p'\nREVISION += 'in'")
    assert use.revision == "pin"


@pytest.mark.parametrize("code", OTHER)
def test_what_is_no_model_revision_is_left_alone(tmp_path, code):
    assert uses(tmp_path, a=code) == ()


def test_the_reported_app_is_found_at_the_literal_with_every_use(tmp_path):
    code = f"""
CANARY_PINNED_REVISION = "2399591399e4e6438fa7804f2f1f660"
MODELS = {{"canary": {{"repo_id": "{REPO}", "revision": CANARY_PINNED_REVISION}}}}
def load(name):
    config = MODELS[name]
    return SALM.from_pretrained(config["repo_id"], revision=config.get("revision"))
"""
    (use,) = uses(tmp_path, app=code)
    where = use.literal.file.location(use.literal.node)
    assert (where.line, where.column) == (2, 26)
    assert use.repo_ids == (REPO,)
    assert [place.rpartition(":")[2] for place in use.used_at] == ["3", "6"]


def test_a_pin_in_another_file_is_reported_there(tmp_path):
    (use,) = uses(
        tmp_path,
        app=f"from config import PIN\nSALM.from_pretrained('{REPO}', revision=PIN)",
        config="PIN = 'pin'",
    )
    assert use.literal.file.path.endswith("config.py")
    assert use.repo_ids == (REPO,)
    assert use.used_at == (f"{tmp_path / 'app.py'}:2",)


def test_two_models_keep_their_own_revisions(tmp_path):
    code = """
MODELS = {
    "a": {"repo_id": "nvidia/a", "revision": "one"},
    "b": {"repo_id": "nvidia/b", "revision": "two"},
}
for config in MODELS.values():
    load(config["repo_id"], revision=config["revision"])
"""
    assert [(use.revision, use.repo_ids) for use in uses(tmp_path, a=code)] == [
        ("one", ("nvidia/a",)),
        ("two", ("nvidia/b",)),
    ]


def test_several_revisions_of_several_repositories_are_not_paired_at_random(tmp_path):
    code = "def f(r, v):\n    load(r, revision=v)\nf('nvidia/a', 'one')\nf('nvidia/b', 'two')"
    assert [(use.revision, use.repo_ids) for use in uses(tmp_path, a=code)] == [
        ("one", ()),
        ("two", ()),
    ]


def test_one_revision_of_several_repositories_is_about_each(tmp_path):
    code = "for r in ('nvidia/a', 'nvidia/b'):\n    load(r, revision='main')"
    (use,) = uses(tmp_path, a=code)
    assert use.repo_ids == ("nvidia/a", "nvidia/b")


def test_the_revision_of_remote_code_is_of_another_repository(tmp_path):
    (use,) = uses(tmp_path, a=f"load('{REPO}', code_revision='pin')")
    assert use.repo_ids == ()


def test_a_local_folder_is_no_repository(tmp_path):
    (use,) = uses(tmp_path, a="load('./models/canary', revision='main')")
    assert use.repo_ids == ()


def test_pins_come_last_and_once(tmp_path):
    app = read_application([], pins=[Pin("main", REPO), Pin("main", REPO), Pin("v1")])
    assert [(use.revision, use.repo_ids) for use in app.revisions] == [
        ("main", (REPO,)),
        ("v1", ()),
    ]


def test_nothing_given_is_nothing_found():
    assert read_application([]).revisions == ()


NEMO = [
    "import nemo.collections.asr as nemo_asr\n"
    "nemo_asr.models.ASRModel.from_pretrained('n/m', revision='x')",
    "from nemo.collections.asr.models import ASRModel\n"
    "ASRModel.from_pretrained('n/m', revision='x')",
    "from nemo.collections.asr.models import EncDecMultiTaskModel as E\n"
    "E.from_pretrained(model_name='n/m', revision='x')",
    "from nemo.collections import asr\nasr.models.ASRModel.from_pretrained('n/m', revision=None)",
    "from nemo.collections.asr.models import ASRModel\nM = ASRModel\n"
    "M.from_pretrained(revision='x')",
    "from nemo.collections.asr.models import ASRModel\nclass M(ASRModel):\n    pass\n"
    "M.from_pretrained('n/m', revision='x')",
    "nemo_asr.models.ASRModel.from_pretrained('n/m', revision='x')",
    "EncDecRNNTBPEModel.from_pretrained('n/m', revision='x')",
    "from nemo.collections.asr.models import ASRModel\nk = {'revision': 'x'}\n"
    "ASRModel.from_pretrained('n/m', **k)",
]


@pytest.mark.parametrize("code", NEMO)
def test_a_revision_for_a_nemo_loader_is_found(tmp_path, code):
    assert len(list(find_refused_revisions(read(tmp_path, a=code)))) == 1


FINE = [
    "from nemo.collections.speechlm2.models import SALM\nSALM.from_pretrained('n/m', revision='x')",
    "from transformers import AutoModel\nAutoModel.from_pretrained('n/m', revision='x')",
    "from mine import ASRModel\nASRModel.from_pretrained('n/m', revision='x')",
    "class ASRModel:\n    pass\nASRModel.from_pretrained('n/m', revision='x')",
    "from nemo.collections.asr.models import ASRModel\nASRModel.from_pretrained('n/m')",
    "from nemo.collections.asr.models import ASRModel\nASRModel.from_pretrained('n/m', **k)",
    "from nemo.collections.asr.models import ASRModel\nASRModel.restore_from(f(revision='x'))",
    "model.from_pretrained('n/m', revision='x')",
]


@pytest.mark.parametrize("code", FINE)
def test_a_loader_that_accepts_a_revision_or_gets_none_is_left_alone(tmp_path, code):
    assert list(find_refused_revisions(read(tmp_path, a=code))) == []
