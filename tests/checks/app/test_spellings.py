"""The ways in which an app may spell a trap of Windows, and what only looks like one."""

from __future__ import annotations

import textwrap

import pytest

from winasr_doctor.appsource import read_application
from winasr_doctor.findings import Status
from winasr_doctor.testing import compute_check, machine

POSIX = [
    ("import multiprocessing as mp\nmp.get_context(method='forkserver')", "cannot forkserver"),
    ("import subprocess\nsubprocess.run(['ls'], preexec_fn=print)", "preexec_fn raises"),
    ("import subprocess\nsubprocess.run(args=('which', 'sox'))", "no program 'which'"),
    ("import subprocess\nsubprocess.run(['pip3', 'list'])", "start sys.executable"),
    ("import os\nos.system('touch a')", "use shutil and pathlib"),
    ("import os\nos.system(f'rm -rf {1}')", "no program 'rm'"),
    ("import os\nos.system('cat ' + name)", "no program 'cat'"),
    ("import subprocess\nsubprocess.run([])", None),
    ("import subprocess\nsubprocess.run([program])", None),
    ("import os, signal\nos.kill(7, signal.SIGKILL)", "use process.kill()"),
    ("import signal\nsignal.signal(signal.SIGALRM, print)", "threading.Timer"),
    ("import os\nprint(os.getuid())", "no os.getuid"),
    ("import os\nprint(os.getpid())", None),
    ("import fcntl", "no module fcntl"),
    ("from fcntl import flock", "no module fcntl"),
    ("from . import fcntl", None),
    ("try:\n    import fcntl\nexcept ImportError:\n    fcntl = None", None),
    ("import sys\nif sys.platform != 'win32':\n    import fcntl", None),
    ("import os\nuid = getattr(os, 'getuid', lambda: 0)()", None),
    ("import os\nuid = hasattr(os, 'getuid') and os.getuid()", None),
    ("def save():\n    return '/tmp/a.wav'", "no /tmp"),
    ("f = open('/dev/null')", "use os.devnull"),
    ("def save(folder='/tmp'):\n    pass", "no /tmp"),
    ("import os\nos.makedirs('/tmp/mine')\nf = open('/tmp/mine/a')", None),
    ("import os\nD = '/tmp/mine'\nos.makedirs(D)\nf = open('/tmp/mine/a')", None),
    ("print('/tmp/a')", None),
    ("same = path == '/tmp/a'", None),
    ("'/tmp/a is a docstring'", None),
    ("del x['/tmp']", None),
    ("assert '/tmp/a'", None),
]
SHELL = [
    ("import os\nos.system('sox ' + path)", "splits a path at its spaces"),
    ("import os\nos.system('sox \"' + path + '\"')", None),
    ("import os\nos.system(\"sox '%s'\" % path)", "does not treat '"),
    ("import os\nos.system('sox {}'.format(path))", "splits a path at its spaces"),
    ("import os\nos.system('sox -r {rate}'.format(rate=rate))", None),
    ("import os\nos.system('sox -r %s' % int(rate))", None),
    ("import os\nos.system(f'sox -r {16000}')", None),
    ("import os\nos.system(template % path)", None),
    ("import os\nos.system('sox a'.strip())", None),
    ("import os\nos.system(' '.join(words))", None),
    ("import os, shlex\nos.system('sox ' + shlex.quote(path))", "shlex.quote"),
    ("import os\ncommand = f'sox {path}'\nos.system(command)", "splits a path at its spaces"),
    ("import os\nos.system(unknown)", None),
    ("import subprocess as s\ns.run(f'sox {path}', shell=True)", "splits a path at its spaces"),
    ("import subprocess as s\ns.run(f'sox {path}')", None),
]
PIPES = [
    ("with Popen(['sox'], stdout=PIPE) as p:\n    p.wait()", "p"),
    ("p = Popen(['sox'], stderr=PIPE)\nwhile p.poll() is None:\n    pass", "p"),
    ("p = Popen(['sox'], stdout=PIPE)\nwhile p.poll() is None:\n    p.stdout.read()", None),
    ("p = Popen(['sox'], stdout=PIPE)\np.communicate()\np.wait()", None),
    ("p = Popen(['sox'], stdout=PIPE)\nprint(p.stdout.read())\np.wait()", None),
    ("p = Popen(['sox'], stdout=PIPE)\nif p.poll():\n    pass", None),
    ("Popen(['sox'], stdout=PIPE)", None),
]
IMPORT = "from subprocess import PIPE, Popen\n"
ROWS = [
    *(("APP014", *row) for row in POSIX),
    *(("APP017", *row) for row in SHELL),
    *(("APP015", IMPORT + source, words) for source, words in PIPES),
]


@pytest.mark.parametrize(("code", "source", "words"), ROWS)
def test_a_trap_is_found_however_it_is_spelled(tmp_path, code, source, words):
    header = "from nemo.collections.asr.models import ASRModel\nASRModel.restore_from('m.nemo')\n"
    (tmp_path / "main.py").write_text(header + textwrap.dedent(source) + "\n", encoding="utf-8")
    results = compute_check(code, machine(read_application([str(tmp_path)])))
    told = [f"{r.summary} {r.remedies}" for r in results if r.status is Status.FAIL]
    assert bool(told) == (words is not None), told
    assert words is None or words in told[0]
