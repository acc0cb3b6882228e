import ast

import pytest

from winasr_doctor.appsource import read_application


def follow(tmp_path, **files):
    """Return what `want(...)` in the files is given, as (value, text of the literal, file)."""
    for name, text in files.items():
        path = tmp_path / f"{name}.py"
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text, encoding="utf-8")
    app = read_application([tmp_path])
    assert not app.unreadable
    found = []
    for file in app.files:
        for call, scope in file.index.calls:
            if isinstance(call.func, ast.Name) and call.func.id == "want":
                found.extend(app.constants.literals(call.args[0], scope))
    return found


def values(tmp_path, **files):
    return sorted({str(literal.value) for literal in follow(tmp_path, **files)})


ONE_FILE = {
    "a literal": "want('pin')",
    "a module constant": "PIN = 'pin'\nwant(PIN)",
    "a constant defined later": "def f():\n    want(PIN)\nPIN = 'pin'",
    "an annotated constant": "PIN: str = 'pin'\nwant(PIN)",
    "a chain of names": "A = 'pin'\nB = A\nC = B\nwant(C)",
    "a dict": "M = {'a': {'revision': 'pin'}}\nwant(M['a']['revision'])",
    "a dict through get": "M = {'revision': 'pin'}\nwant(M.get('revision'))",
    "a dict made by dict": "M = dict(revision='pin')\nwant(M['revision'])",
    "a dict unpacked in another": "B = {'revision': 'pin'}\nM = {**B}\nwant(M['revision'])",
    "a dict or-ed": "B = {'revision': 'pin'}\nM = {'x': 'no'} | B\nwant(M['revision'])",
    "a key that is a constant": "K = 'r'\nM = {K: 'pin'}\nwant(M['r'])",
    "a key of the question": "K = 'r'\nM = {'r': 'pin', 's': 'no'}\nwant(M[K])",
    "a tuple": "T = ('no', 'pin')\nwant(T[1])",
    "from the end of a list": "T = ['no', 'pin']\nwant(T[-1])",
    "unpacking": "a, (b, c) = 'no', ('no', 'pin')\nwant(c)",
    "an unknown key": "M = {'a': {'r': 'pin', 'x': 'no'}}\nc = M[some]\nwant(c['r'])",
    "items of a dict": "M = {'a': {'r': 'pin'}}\nfor name, c in M.items():\n    want(c['r'])",
    "values of a dict": "M = {'a': {'r': 'pin'}}\nfor c in M.values():\n    want(c['r'])",
    "keys of a dict": "M = {'pin': 'no'}\nfor k in sorted(M):\n    want(k)",
    "a list in a loop": "for r in ['pin']:\n    want(r)",
    "pairs in a loop": "for name, r in [('no', 'pin')]:\n    want(r)",
    "enumerate": "for i, r in enumerate(('pin',)):\n    want(r)",
    "zip": "for name, r in zip(['no'], ['pin']):\n    want(r)",
    "a comprehension": "L = [{'r': 'pin'}]\nx = [want(c['r']) for c in L]",
    "a list comprehension's value": "L = [c for c in ['pin']]\nfor x in L: want(x)",
    "a class attribute": "class C:\n    pin = 'pin'\nwant(C.pin)",
    "an inherited attribute": "class B:\n    pin = 'pin'\nclass C(B):\n    pass\nwant(C().pin)",
    "an attribute through self": "class C:\n    p = 'pin'\n    def f(self):\n        want(self.p)",
    "an attribute set in init": (
        "class C:\n    def __init__(self):\n        self.p = 'pin'\nwant(C().p)"
    ),
    "an argument of init": (
        "class C:\n    def __init__(self, r):\n        self.p = r\n"
        "    def f(self):\n        want(self.p)\nC('pin')"
    ),
    "a dataclass default": "@dataclass\nclass C:\n    r: str = 'pin'\ndef f(c: C):\n    want(c.r)",
    "a dataclass field": "class C:\n    r: str = field(default='pin')\nwant(C().r)",
    "a factory": (
        "class C:\n    r: dict = field(default_factory=lambda: {'r': 'pin'})\nwant(C().r['r'])"
    ),
    "a dataclass argument": "class C:\n    a: str\n    r: str = 'no'\nwant(C('no', 'pin').r)",
    "a dataclass keyword": "class C:\n    r: str = 'no'\nc = C(r='pin')\nwant(c.r)",
    "an enum": "class C(Enum):\n    A = 'pin'\nwant(C.A.value)",
    "an enum by name": "class C(Enum):\n    A = 'pin'\nwant(C['A'].value)",
    "an enum in a loop": "class C(Enum):\n    A = 'pin'\nfor c in C:\n    want(c.value)",
    "a property": "class C:\n    @property\n    def r(self):\n        return 'pin'\nwant(C().r)",
    "a namespace": "c = SimpleNamespace(r='pin')\nwant(c.r)",
    "a configuration made of a dict": "c = OmegaConf.create({'r': 'pin'})\nwant(c.r)",
    "a sum": "A = 'p'\nwant(A + 'in')",
    "a formatted string": "A = 'i'\nwant(f'p{A}n')",
    "adjacent strings": "want('p' 'in')",
    "an extension": "A = 'p'\nA += 'in'\nwant(A)",
    "trimming": "want(' PIN '.strip().lower())",
    "an environment default": "want(os.environ.get('X', 'pin'))",
    "getenv": "want(os.getenv('X', 'pin'))",
    "getattr": "class C:\n    r = 'pin'\nwant(getattr(C, 'r'))",
    "a parameter's default": "def f(r='pin'):\n    want(r)",
    "a keyword-only default": "def f(*, r='pin'):\n    want(r)",
    "what a caller passes": "def f(r):\n    want(r)\nf('pin')",
    "what a caller passes by name": "def f(a, r):\n    want(r)\nf(1, r='pin')",
    "what a caller unpacks": "def f(a, r):\n    want(r)\nf(**{'r': 'pin'})",
    "what a caller of a method passes": (
        "class C:\n    def f(self, r):\n        want(r)\nc = C()\nc.f('pin')"
    ),
    "a static method": "class C:\n    @staticmethod\n    def f(r):\n        want(r)\nC.f('pin')",
    "keywords": "def f(**kw):\n    want(kw['r'])\nf(r='pin')",
    "keywords handed on": "def g(r):\n    want(r)\ndef f(**kw):\n    g(**kw)\nf(r='pin')",
    "partial": "def f(r):\n    want(r)\npartial(f, 'pin')",
    "what a function returns": "def f():\n    return 'pin'\nwant(f())",
    "a lambda": "f = lambda: 'pin'\nwant(f())",
    "a walrus": "if (r := 'pin'):\n    want(r)",
    "a walrus in a comprehension": "x = [y for x in z if (r := 'pin')]\nwant(r)",
    "a global": "def f():\n    global R\n    R = 'pin'\nwant(R)",
    "an option's default": "p.add_argument('-r', '--the-rev', default='pin')\nwant(args.the_rev)",
    "an entry of an unknown object": "M = {'rev': 'pin'}\nc = load()\nwant(c['rev'])",
    "an async function": "async def f(r):\n    want(await r)\nf('pin')",
}


@pytest.mark.parametrize("case", ONE_FILE)
def test_a_constant_is_followed_through(tmp_path, case):
    assert "pin" in values(tmp_path, a=ONE_FILE[case])


@pytest.mark.parametrize("case", sorted(ONE_FILE))
def test_what_the_expression_cannot_be_is_not_an_answer(tmp_path, case):
    assert values(tmp_path, a=ONE_FILE[case]) == ["pin"]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("want('a' if x else 'b')", ["a", "b"]),
        ("want(x or 'b')", ["b"]),
        ("r = 'a'\nif x:\n    r = 'b'\nwant(r)", ["a", "b"]),
        ("def f(r='a'):\n    want(r)\nf('b')", ["a", "b"]),
        ("P = 'a' if x else 'b'\nwant(f'{P}-{P}')", ["a-a", "a-b", "b-a", "b-b"]),
        ("want(f'{x}')", []),
        ("A = 1\nwant(f'{A:03}')", []),
        ("want(unknown)", []),
        ("want(requests.get('url').text)", []),
        ("want(os.environ['X'])", []),
        ("for r in ('a', 'b'):\n    want(r)", ["a", "b"]),
        (
            "def f(r):\n    want(r)\nclass C:\n    def f(self, r):\n        pass\n"
            "C().f('no')\nf('a')",
            ["a"],
        ),
    ],
)
def test_every_possible_value_is_an_answer_and_nothing_else(tmp_path, code, expected):
    assert values(tmp_path, a=code) == expected


IMPORTS = {
    "from": ("from config import PIN\nwant(PIN)", "config"),
    "from, renamed": ("from config import PIN as P\nwant(P)", "config"),
    "module": ("import config\nwant(config.PIN)", "config"),
    "module, renamed": ("import config as c\nwant(c.PIN)", "config"),
    "star": ("from config import *\nwant(PIN)", "config"),
    "package": ("from pkg.config import PIN\nwant(PIN)", "pkg/config"),
    "module of a package": ("import pkg.config\nwant(pkg.config.PIN)", "pkg/config"),
    "submodule": ("from pkg import config\nwant(config.PIN)", "pkg/config"),
    "package itself": ("from pkg import PIN\nwant(PIN)", "pkg/__init__"),
}


@pytest.mark.parametrize("case", IMPORTS)
def test_an_import_is_followed(tmp_path, case):
    user, config = IMPORTS[case]
    (literal,) = follow(tmp_path, **{"a": user, config: "PIN = 'pin'"})
    assert literal.value == "pin"
    assert literal.file.path.endswith(("config.py", "__init__.py"))


@pytest.mark.parametrize(
    ("user", "config"),
    [
        ("from .config import PIN\nwant(PIN)", "pkg/config"),
        ("from . import config\nwant(config.PIN)", "pkg/config"),
        ("from ..config import PIN\nwant(PIN)", "config"),
        ("from .. import config\nwant(config.PIN)", "config"),
    ],
)
def test_a_relative_import_is_followed(tmp_path, user, config):
    assert values(tmp_path, **{"pkg/a": user, config: "PIN = 'pin'"}) == ["pin"]


def test_of_two_modules_of_a_name_the_nearest_is_meant(tmp_path):
    found = values(
        tmp_path,
        **{
            "one/a": "from config import PIN\nwant(PIN)",
            "one/config": "PIN = 'near'",
            "two/config": "PIN = 'far'",
        },
    )
    assert found == ["near"]


def test_a_parameter_is_followed_to_a_call_in_another_file(tmp_path):
    found = values(
        tmp_path,
        lib="def load(r):\n    want(r)",
        a="import lib\nlib.load('pin')",
        b="from other import load\nload('no')",
        other="def load(r):\n    pass",
    )
    assert found == ["pin"]


def test_imported_names_are_complete(tmp_path):
    (tmp_path / "a.py").write_text(
        "import nemo.collections.asr as nemo_asr\nCLS = nemo_asr.models.ASRModel\nCLS.load()\n"
    )
    app = read_application([tmp_path])
    ((call, scope),) = app.files[0].index.calls
    assert app.constants.imported_names(call.func.value, scope) == (
        "nemo.collections.asr.models.ASRModel",
    )


def test_the_answer_points_at_the_literal_itself(tmp_path):
    (literal,) = follow(tmp_path, a="M = {'é': {'r': 'pin'}}\nwant(M['é'].get('r'))")
    assert literal.file.location(literal.node).line == 1
    assert literal.file.location(literal.node).column == 17
    assert literal.exact


@pytest.mark.parametrize("code", ["A = 'p'\nA += 'in'\nwant(A)", "A = ' pin '\nwant(A.strip())"])
def test_a_literal_that_is_only_part_of_the_value_is_marked(tmp_path, code):
    (literal,) = follow(tmp_path, a=code)
    assert literal.value == "pin"
    assert not literal.exact


CYCLES = {
    "a name": "a = b\nb = a\nwant(a)",
    "itself": "a = a or 'pin'\nwant(a)",
    "functions": "def f(x):\n    want(x)\n    g(x)\ndef g(x):\n    f(x)\nf('pin')",
    "returns": "def f():\n    return g()\ndef g():\n    return f() or 'pin'\nwant(f())",
    "classes": "class A(B):\n    pass\nclass B(A):\n    x = 'pin'\nwant(A.x)",
    "a dict": "d = {'a': 'pin'}\nd = {**d}\nwant(d['a'])",
}


@pytest.mark.parametrize("case", CYCLES)
def test_a_cycle_ends(tmp_path, case):
    assert set(values(tmp_path, a=CYCLES[case])) <= {"pin"}


def test_modules_that_import_everything_from_each_other_end(tmp_path):
    assert values(tmp_path, a="from b import *\nwant(X)", b="from a import *") == []


def test_modules_that_import_a_name_from_each_other_end(tmp_path):
    assert values(tmp_path, a="from b import X\nwant(X)", b="from a import X") == []


def test_an_explosion_of_possibilities_is_bounded(tmp_path):
    code = "a = 'x' if y else 'y'\n" + "a = a + a\n" * 30 + "want(a)\n"
    code += "".join(f"b{n} = b{n - 1} + b{n - 1}\n" for n in range(1, 60)) + "b0 = a\nwant(b59)"
    assert len(follow(tmp_path, a=code)) <= 200


def test_a_sum_nested_as_deeply_as_python_parses_is_survived(tmp_path):
    assert isinstance(follow(tmp_path, a=f"want({'+'.join(['x'] * 400)})"), list)
