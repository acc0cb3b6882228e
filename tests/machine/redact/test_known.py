"""Names that the caller knows, in every spelling; each case: users, hosts, text, gone, stays."""

from __future__ import annotations

import pytest

from winasr_doctor.machine.redaction import Redactor

GRACE = ["Grace Hopper"]

CASES = [
    (["Grace"], [], r"D:\grace2\x", ["grace"], [r"\x"]),
    (["Grace"], [], r"D:\Grace's models\x", ["Grace"], ["'s models"]),
    (["Grace"], [], r"D:\models-Grace\x", ["Grace"], ["models-"]),
    (["Grace"], [], r"D:\modelsGrace\x", ["Grace"], ["models"]),
    (["Grace"], [], r"D:\GraceModels\x", ["Grace"], ["Models"]),
    (["Grace"], [], "Grace's machine", ["Grace"], ["'s machine"]),
    (["Grace"], [], r"D:\disgrace\graceful", [], [r"D:\disgrace\graceful"]),
    (["Grace"], [], r"\\fs01\home$\Grace", ["Grace", "fs01"], ["home$"]),
    (["Grace"], [], "x%2Fgrace%2Fy", ["grace"], ["x%2F", "%2Fy"]),
    (GRACE, [], r"D:\Grace\x", ["Grace"], [r"\x"]),
    (GRACE, [], r"D:\grace.hopper\x", ["grace", "hopper"], [r"\x"]),
    (GRACE, [], r"D:\grace_hopper\x", ["grace", "hopper"], [r"\x"]),
    (GRACE, [], r"D:\gracehopper\x", ["grace", "hopper"], [r"\x"]),
    (GRACE, [], r"D:\hopper-grace\x", ["grace", "hopper"], [r"\x"]),
    (GRACE, [], r"D:\ghopper\x", ["hopper"], [r"\x"]),
    (GRACE, [], r"D:\GRACEH~1\x", ["GRACEH"], [r"~1\x"]),
    (GRACE, [], "g.hopper@contoso", ["hopper", "contoso"], ["@"]),
    (["Hopper, Grace"], [], r"D:\Grace Hopper\x", ["grace", "hopper"], [r"\x"]),
    (["O'Brien"], [], r"D:\o'brien\x", ["brien"], [r"\x"]),
    (["Groß"], [], r"D:\GROSS\x", ["GROSS"], [r"\x"]),
    (["Straße"], [], "STRASSE", ["STRASSE"], []),
    (["ali"], [], "D:\\AL\u0130\\x", ["AL\u0130"], [r"\x"]),
    (["\u0130nci"], [], r"D:\inci\x", ["inci"], [r"\x"]),
    (["\u0130nci"], [], "D:\\\u0130nci\\x", ["nci"], [r"\x"]),
    (["I\u015f\u0131k"], [], r"D:\isik\x", ["isik"], [r"\x"]),
    (["Kaya"], [], "D:\\\u212aaya", ["aya"], ["D:"]),
    (["Sonja"], [], "D:\\\u017fonja", ["onja"], ["D:"]),
    (["\ufb01ona"], [], "D:\\FIONA\\\ufb01ona", ["ona"], ["D:"]),
    (["Ju\u0308rgen"], [], "D:\\J\u00fcrgen\\JURGEN", ["rgen"], ["D:"]),
    (["Müller"], [], r"D:\mueller\x", ["mueller"], [r"\x"]),
    (["Søren"], [], r"D:\soren\x", ["soren"], [r"\x"]),
    (["が太郎"], [], "D:\\か\u3099太郎", ["太郎"], ["D:"]),
    (["\udcffbob"], [], "D:\\\udcffbob\\x", ["bob"], [r"\x"]),
    (["al"], [], r"D:\al\x", [r"\al"], [r"\x"]),
    (["al"], [], r"D:\al-models\x", [r"\al-"], ["models"]),
    (["Mark"], [], r"D:\Mark\x", ["Mark"], [r"\x"]),
    ([], ["GRACE-PC"], r"\\grace-pc\x and grace-pc.contoso.local", ["grace-pc"], [r"\x and "]),
    ([], ["db01.corp.contoso.com"], r"D:\Contoso\x on DB01", ["contoso", "DB01"], [r"\x on "]),
    (
        ["jdoe"],
        ["PC-17"],
        r"PC-17\jdoe may not write D:\models\jdoe",
        ["jdoe", "PC-17"],
        ["models"],
    ),
    (["grace@contoso.com"], [], "grace@contoso.com", ["grace", "contoso"], []),
]


@pytest.mark.parametrize(("users", "hosts", "text", "gone", "stays"), CASES)
def test_a_known_name_does_not_get_out(users, hosts, text, gone, stays):
    redactor = Redactor(users=users, hosts=hosts)
    redactor.learn(text)
    redacted = redactor.text(text)
    assert [n for n in gone if n.casefold() in redacted.casefold()] == [], redacted
    assert [part for part in stays if part not in redacted] == [], redacted
    assert Redactor(users=users, hosts=hosts).text(redacted) == redacted
