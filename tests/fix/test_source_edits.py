"""Edits of the app's source: what is written, and where nothing is certain enough to be."""

from __future__ import annotations

import ast

import pytest

from winasr_doctor.appsource import read_application
from winasr_doctor.appsource.edits import add_keyword, replace_string
from winasr_doctor.findings.actions import Constrain, EditSource, MakeFolder
from winasr_doctor.fix.patching import Document, PatchError, patched_python
from winasr_doctor.machine.model import CachedRepo, HubCache
from winasr_doctor.scanning import scan
from winasr_doctor.testing import compute_check, machine

SHORT = "2399591399e4e6438fa7804f2f1f660"
FULL = SHORT + "0a1b2c3d4"
REPO = "nvidia/canary-qwen-2.5b"


def actions(tmp_path, code, source, **sections):
    file = tmp_path / "app.py"
    file.write_bytes(source.encode())
    results = compute_check(code, machine(read_application([file]), **sections))
    return [r.action for result in results for r in result.remedies if r.automatic]


def repaired(tmp_path, code, source, **sections):
    """Return the source after all automatic remedies of a check."""
    edits = [
        edit for action in actions(tmp_path, code, source, **sections) for edit in action.edits
    ]
    return patched_python(source.encode(), dict.fromkeys(edits), "app.py").decode()


LOAD = 'AutoModel.from_pretrained("%s", revision=%s)\n'
IMPORT = "from transformers import AutoModel\n"


def pinned(literal):
    return IMPORT + LOAD % (REPO, literal)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f'"{SHORT}"', '"main"'),
        (f"'{SHORT}'", "'main'"),
        (f"r'{SHORT}'", "r'main'"),
        (f'"""{SHORT}"""', '"""main"""'),
        (f'"{SHORT[:9]}" "{SHORT[9:]}"', '"main"'),
    ],
)
def test_a_truncated_hash_becomes_the_branch_in_the_same_quotes(tmp_path, before, after):
    assert repaired(tmp_path, "REV001", pinned(before)) == pinned(after)


def test_the_one_commit_that_is_cached_is_written_instead_of_the_branch(tmp_path):
    repo = CachedRepo(repo_id=REPO, refs={}, snapshots=(FULL,))
    cache = HubCache(path="C:\\hub", offline=False, repos=(repo,))
    after = repaired(tmp_path, "REV001", pinned(f'"{SHORT}"'), hub_cache=cache)
    assert after == pinned(f'"{FULL}"')


def test_offline_the_branch_is_not_written_unless_it_is_cached(tmp_path):
    repo = CachedRepo(repo_id=REPO, refs={}, snapshots=())
    cache = HubCache(path="C:\\hub", offline=True, repos=(repo,))
    assert actions(tmp_path, "REV001", pinned(f'"{SHORT}"'), hub_cache=cache) == []


def test_upper_case_becomes_lower_case(tmp_path):
    assert repaired(tmp_path, "REV002", pinned(f'"{FULL.upper()}"')) == pinned(f'"{FULL}"')


@pytest.mark.parametrize(
    ("code", "literal"),
    [
        ("REV004", '"2399591399e4"'),  # works online, and which commit it means is not known
        ("REV005", '"v1.0"'),
        ("REV001", f'("{SHORT[:9]}"\n    # the rest\n    "{SHORT[9:]}")'),  # a comment inside
        ("REV001", f'"{SHORT[:9]}" + "{SHORT[9:]}"'),
    ],
)
def test_what_is_not_certain_is_left_to_people(tmp_path, code, literal):
    assert actions(tmp_path, code, pinned(literal)) == []


NEMO = "from nemo.collections.asr.models import ASRModel\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('f("n/m", revision="abc")', 'f("n/m")'),
        ('f(revision="abc", model_name="n/m")', 'f(model_name="n/m")'),
        ('f("n/m", revision="abc", strict=False)', 'f("n/m", strict=False)'),
        ('f(\n    "n/m",\n    revision="abc",  # pinned\n)', 'f(\n    "n/m",  # pinned\n)'),
        (
            'f(\n    "n/m",  # the model\n    revision="abc",\n    strict=False,\n)',
            'f(\n    "n/m",  # the model\n    strict=False,\n)',
        ),
        ('f("n/m", revision=("a", "b")[0])', 'f("n/m")'),
        ('f("n/m", revision=f"{a},{b}", strict=False)', 'f("n/m", strict=False)'),
    ],
)
def test_the_argument_nemo_does_not_take_is_taken_out(tmp_path, before, after):
    call = "ASRModel.from_pretrained"
    source = NEMO + before.replace("f(", f"{call}(", 1) + "\n"
    mended = repaired(tmp_path, "REV007", source)
    squeezed = [line for line in mended.splitlines() if line.strip()]
    assert squeezed == (NEMO + after.replace("f(", f"{call}(", 1)).splitlines()


PAGE = "import gradio as gr\npage = gr.Interface(str, 'text', 'text')\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("page.launch()", "page.launch(show_error=True)"),
        ("page.launch(share=True)", "page.launch(share=True, show_error=True)"),
        ("page.launch(share=True,)", "page.launch(share=True, show_error=True)"),
        ("page.launch(show_error=False)", "page.launch(show_error=True)"),
        (
            "page.launch(\n    share=True,  # for all\n)",
            "page.launch(\n    share=True,  # for all\n    show_error=True,\n)",
        ),
        (
            "page.launch(\n    share=True  # for all\n)",
            "page.launch(\n    share=True, show_error=True  # for all\n)",
        ),
        ("page.launch(max_threads=(1))", "page.launch(max_threads=(1), show_error=True)"),
        ("page.launch(head='ä')  # é", "page.launch(head='ä', show_error=True)  # é"),
    ],
)
def test_show_error_is_passed_in_the_calls_own_layout(tmp_path, before, after):
    assert repaired(tmp_path, "APP006", f"{PAGE}{before}\n") == f"{PAGE}{after}\n"


@pytest.mark.parametrize(
    "place",
    [
        "def main():\n    if x:\n        pass\n    elif y:\n        page.launch()\n",
        "x = 1; page.launch(); y = 2\n",
        "if x: page.launch()\n",
        "if x:\n\tpage.launch()\n",
        "if 1:\n    page.launch()\n",
        "@wraps(page.launch())\nclass A: pass\n",
        'with page.launch() as a:\n    b = """\nc"""\n',
        'gr.Interface(str, "text", """\n(""").launch()\n',
    ],
)
def test_a_call_is_found_wherever_it_stands(tmp_path, place):
    after = place.replace("launch()", "launch(show_error=True)")
    assert repaired(tmp_path, "APP006", PAGE + place) == PAGE + after


def test_what_the_parser_would_read_otherwise_is_not_written(tmp_path):
    file = tmp_path / "app.py"
    file.write_text("page.launch()\n")
    (source,) = read_application([file]).files
    call = source.tree.body[0].value
    assert add_keyword(source, call, "show_error", "True") is not None
    assert add_keyword(source, call, "share=True, show_error", "True") is None


def test_a_generator_alone_in_its_parentheses_is_left_to_people(tmp_path):
    assert actions(tmp_path, "APP006", PAGE + "page.launch(x for x in y)\n") == []


def test_worker_processes_are_switched_off(tmp_path):
    source = NEMO + "model = ASRModel()\nmodel.transcribe(x, num_workers=8, batch_size=8)\n"
    assert repaired(tmp_path, "APP001", source) == source.replace("workers=8", "workers=0")


HANDLER = (
    '"""An app."""\n'
    "from __future__ import annotations\n"
    "# models\n"
    "from nemo.collections.asr.models import ASRModel\n"
    "def work(path):\n"
    "    try:\n"
    "        return model.transcribe([path])\n"
    "    except Exception as e:\n"
    "        # tell the user\n"
    "        return str(e)\n"
)


def test_the_exception_is_logged_and_logging_imported_once(tmp_path):
    twice = HANDLER + HANDLER[HANDLER.index("def") :].replace("work", "again")
    logged = '        logging.getLogger(__name__).exception("transcription failed")\n'
    wanted = twice.replace("        return str", logged + "        return str")
    wanted = wanted.replace("from nemo", "import logging\nfrom nemo")
    assert repaired(tmp_path, "APP003", twice) == wanted


def test_logging_that_is_imported_is_used(tmp_path):
    source = HANDLER.replace("# models\n", "import logging\n")
    assert repaired(tmp_path, "APP003", source).count("import logging") == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# models", "logging = print"),
        ("# models", "from tools import *"),
        ("def work(path", "def work(path, logging=None"),
        ("as e:\n        # tell the user\n        return", "as e: return"),
        ("# models", "import tools as logging"),
    ],
)
def test_where_logging_may_mean_something_else_nothing_is_inserted(tmp_path, old, new):
    assert old in HANDLER
    assert actions(tmp_path, "APP003", HANDLER.replace(old, new)) == []


def test_every_automatic_remedy_has_its_action(tmp_path):
    (tmp_path / "app.py").write_text(pinned(f'"{SHORT}"') + PAGE + "page.launch()\n")
    report = scan(machine(read_application([tmp_path])))
    remedies = [remedy for result in report.results for remedy in result.remedies]
    automatic = [remedy for remedy in remedies if remedy.automatic]
    assert len(automatic) >= 2
    assert all(isinstance(remedy.action, EditSource) for remedy in automatic)
    others = {type(r.action) for r in remedies if r.action and not r.automatic}
    assert others <= {MakeFolder, Constrain}


def test_an_edit_that_would_not_compile_is_refused():
    from winasr_doctor.findings.actions import SourceEdit

    edit = SourceEdit("app.py", (1, 5), (1, 6), "1", "(")
    with pytest.raises(PatchError, match="would not compile"):
        patched_python(b"x = 1\n", [edit], "app.py")


def test_two_edits_of_one_place_are_refused():
    from winasr_doctor.findings.actions import SourceEdit

    edits = [SourceEdit("app.py", (1, 5), (1, 6), "1", new) for new in "23"]
    with pytest.raises(PatchError, match="another repair"):
        Document.python(b"x = 1\n").with_edits(edits)


def test_a_part_of_an_f_string_is_left_alone(tmp_path):
    file = tmp_path / "app.py"
    file.write_text('x = f"abc{y}"\n')
    (source,) = read_application([file]).files
    (part,) = (n for n in ast.walk(source.tree) if getattr(n, "value", None) == "abc")
    assert replace_string(source, part, "main") is None
