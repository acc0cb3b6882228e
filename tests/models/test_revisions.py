import shutil
import subprocess

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from winasr_doctor.models.revisions import RevisionKind, classify, illegal_because

FULL = "6cfc37ec7edc35a0545c403f551ecdf0b2f3e1aa"
REPORTED = "2399591399e4e6438fa7804f2f1f660"
GIT = shutil.which("git")


def test_the_reported_revision_is_a_truncated_hash_of_31_characters():
    revision = classify(REPORTED)
    assert revision.kind is RevisionKind.TRUNCATED_HASH
    assert revision.kind.value == "truncated hash"
    assert revision.reason == "31 of 40 characters"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (FULL, RevisionKind.FULL_HASH),
        ("0" * 40, RevisionKind.FULL_HASH),
        (FULL.upper(), RevisionKind.UPPER_CASE_HASH),
        (FULL[:-1] + "A", RevisionKind.UPPER_CASE_HASH),
        (FULL[:39], RevisionKind.TRUNCATED_HASH),
        (FULL[:17], RevisionKind.TRUNCATED_HASH),
        (FULL[:30].upper(), RevisionKind.TRUNCATED_HASH),
        (FULL[:16], RevisionKind.ABBREVIATION),
        (FULL[:7], RevisionKind.ABBREVIATION),
        (FULL[:6], RevisionKind.BRANCH_OR_TAG),
        ("20240131", RevisionKind.BRANCH_OR_TAG),
        ("1" * 17, RevisionKind.TRUNCATED_HASH),
        ("a" * 41, RevisionKind.OVERLONG_HASH),
        ("a" * 63, RevisionKind.OVERLONG_HASH),
        ("a" * 64, RevisionKind.LFS_SHA256),
        ("A" * 64, RevisionKind.LFS_SHA256),
        ("a" * 65, RevisionKind.OVERLONG_HASH),
        ("main", RevisionKind.BRANCH_OR_TAG),
        ("v1.0", RevisionKind.BRANCH_OR_TAG),
        ("refs/heads/main", RevisionKind.BRANCH_OR_TAG),
        ("refs/pr/12", RevisionKind.PULL_REQUEST),
        ("refs/pr/x", RevisionKind.BRANCH_OR_TAG),
        ("refs/pr/", RevisionKind.ILLEGAL_NAME),
        ("", RevisionKind.ILLEGAL_NAME),
        (" ", RevisionKind.ILLEGAL_NAME),
        ("main ", RevisionKind.ILLEGAL_NAME),
        (f"{FULL}\n", RevisionKind.ILLEGAL_NAME),
        ("../main", RevisionKind.ILLEGAL_NAME),
        ("@", RevisionKind.ILLEGAL_NAME),
        ("a\0b", RevisionKind.ILLEGAL_NAME),
        ("a\ud800", RevisionKind.ILLEGAL_NAME),
        ("１２３４５６７８９", RevisionKind.BRANCH_OR_TAG),
    ],
)
def test_revisions_are_told_apart_by_their_spelling(text, kind):
    assert classify(text).kind is kind


@given(st.text(alphabet="0123456789abcdefABCDEF", min_size=17, max_size=100))
def test_a_long_row_of_hexadecimal_digits_is_never_a_name(text):
    kind = classify(text).kind
    assert kind not in {
        RevisionKind.BRANCH_OR_TAG,
        RevisionKind.ILLEGAL_NAME,
        RevisionKind.PULL_REQUEST,
    }
    assert (kind is RevisionKind.FULL_HASH) == (len(text) == 40 and text == text.lower())


@given(st.text())
def test_every_text_is_of_some_kind_and_says_why(text):
    revision = classify(text)
    assert revision.text == text
    assert revision.reason


# Biased towards what git has rules about; the rest is one character of each sort.
PIECES = st.sampled_from(
    [
        *("/", ".", "..", "@", "@{", "{", ".lock", ".lock/", "lock", "~", "^", ":", "?", "*", "["),
        *("\\", " ", "-", "\t", "\n", "\x01", "\x1f", "\x7f", "\x80", "a", "Z", "0", "é", "\u2028"),
        *("refs/heads", "main", "]", "$", "#", "'", '"', "%", "\N{EURO SIGN}"),
    ]
)
NAMES = st.lists(PIECES, max_size=5).map("".join) | st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=4
)


@pytest.mark.skipif(GIT is None, reason="git is not installed, and it is the oracle")
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
# git takes a first dash for an option and cannot be given a NUL; the rules need no oracle there.
@given(name=NAMES.filter(lambda name: not name.startswith("-")))
@example(name="")
@example(name="@")
@example(name="a.lock/b")
@example(name="a./b")
@example(name="a/.b")
@example(name="a@{b")
@example(name="a.lock.")
def test_git_agrees_on_which_names_are_legal(name):
    checked = subprocess.run(
        [GIT, "check-ref-format", "--allow-onelevel", name.encode()], check=False
    )
    assert checked.returncode in {0, 1}
    assert (illegal_because(name) is None) == (checked.returncode == 0)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "it is empty"),
        ("\t", "only white space"),
        ("a b", "it contains a space"),
        ("main\n", "control character '\\n'"),
        ("x.lock", "ends in '.lock'"),
        ("a//b", "contains '//'"),
    ],
)
def test_an_illegal_name_comes_with_the_reason(name, reason):
    assert reason in illegal_because(name)
