"""Hostile messages are read and judged within a bound of time and memory, each in a process of its own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from lxml import etree

from tests.factory.response import DS, SAML, Draft, signer, written

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS: Final = 4.0
"""Twice what is promised, for a machine that does other things as well."""
MEGABYTES: Final = 200
PROJECT: Final = Path(__file__).parents[1]
LARGE: Final = 19_000_000


def _text() -> str:
    return written().decode()


def _signature() -> str:
    return str(etree.tostring(etree.fromstring(written()).find(f".//{{{DS}}}Signature"), encoding="unicode"))


def _bomb() -> str:
    entities = "".join(f'<!ENTITY e{i + 1} "{f"&e{i};" * 10}">' for i in range(12))
    return f'<!DOCTYPE a [<!ENTITY e0 "x">{entities}]><a>&e12;</a>'


def _late_bomb() -> str:
    """The declaration stands behind more white space than is looked at first."""
    return "<!-- -->" * 10_000 + _bomb()


def _deep() -> str:
    return "<a>" * 1_000_000 + "</a>" * 1_000_000


def _deep_in_bounds() -> str:
    return _text().replace("</saml:Assertion>", "<x>" * 240 + "</x>" * 240 + "</saml:Assertion>")


def _attributes() -> str:
    """On one element."""
    return _text().replace("<saml:Conditions", "<saml:Conditions " + " ".join(f'a{i}="{i}"' for i in range(10_000)))


def _statements() -> str:
    return written(Draft(attributes=tuple((f"a{i}", ("x",)) for i in range(10_000)))).decode()


def _values() -> str:
    return written(Draft(attributes=(("groups", tuple(f"g{i}" for i in range(100_000))),))).decode()


def _signatures() -> str:
    return _text().replace("</saml:Assertion>", "</saml:Assertion>" + f"<x>{_signature()}</x>" * 200)


def _nested_signatures() -> str:
    return _text().replace("</saml:Assertion>", _signature() * 200 + "</saml:Assertion>")


def _elements() -> str:
    """Many signatures and many elements: what is asked of the whole document is asked for each."""
    return _signatures().replace("</samlp:Response>", "<y/>" * 300_000 + "</samlp:Response>")


def _large() -> str:
    return _text().replace("</saml:Assertion>", "</saml:Assertion>" + _filler(LARGE))


def _large_and_covered() -> str:
    return _text().replace("</saml:Assertion>", _filler(LARGE) + "</saml:Assertion>")


def _large_within_work() -> str:
    return _text().replace("</saml:Assertion>", _filler(7_500_000) + "</saml:Assertion>")


def _filler(size: int) -> str:
    one = '<saml:Attribute Name="a"><saml:AttributeValue>' + "x" * 900 + "</saml:AttributeValue></saml:Attribute>"
    return f'<saml:AttributeStatement xmlns:saml="{SAML}">{one * (size // len(one))}</saml:AttributeStatement>'


def _references() -> str:
    one = _text()[_text().index("<ds:Reference") : _text().index("</ds:Reference>") + len("</ds:Reference>")]
    return _text().replace(one, one * 50_000)


def _transforms() -> str:
    one = '<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>'
    return _text().replace("<ds:Transforms>", "<ds:Transforms>" + one * 100_000)


def _xslt() -> str:
    sheet = (
        '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"><xsl:stylesheet version="1.0" '
        'xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/" name="a">'
        '<xsl:call-template name="a"/></xsl:template></xsl:stylesheet></ds:Transform>'
    )
    return _text().replace("<ds:Transforms>", "<ds:Transforms>" + sheet)


def _assertions() -> str:
    return _text().replace("</samlp:Response>", "<saml:Assertion/>" * 200_000 + "</samlp:Response>")


def _comments() -> str:
    return _text().replace(">ada@", ">ada" + "<!-- -->" * 200_000 + "@")


def _same_ids() -> str:
    return _text().replace("</samlp:Response>", '<x ID="_assertion-1"/>' * 200_000 + "</samlp:Response>")


def _objects() -> str:
    return _text().replace("</ds:Signature>", "<ds:Object>" + "<x/>" * 300_000 + "</ds:Object></ds:Signature>")


def _prefixes() -> str:
    names = " ".join(f'PrefixList{i}="x"' for i in range(3))
    listed = " ".join(f"p{i}" for i in range(100_000))
    exc = "http://www.w3.org/2001/10/xml-exc-c14n#"
    return _text().replace(
        f'<ds:Transform Algorithm="{exc}"/>',
        f'<ds:Transform Algorithm="{exc}"><e:InclusiveNamespaces xmlns:e="{exc}" PrefixList="{listed}" {names}/>'
        "</ds:Transform>",
    )


CASES: Final[tuple[tuple[Callable[[], str], str], ...]] = (
    (_bomb, "DOCTYPE"),
    (_late_bomb, "type declaration|entity"), (_deep, "depth"), (_deep_in_bounds, "invalid altered"),
    (_attributes, "invalid altered"), (_statements, "valid "), (_values, "valid "),
    (_signatures, "not-judged too-much"),
    (_nested_signatures, "not-judged too-much"), (_elements, "not-judged too-much"), (_large, "valid "),
    (_large_and_covered, "not-judged too-much"), (_large_within_work, "invalid altered"),
    (_references, "unsupported reference"), (_transforms, "unsupported transform"), (_xslt, "unsupported transform"),
    (_assertions, "valid "), (_comments, "valid "), (_same_ids, "covers-other duplicate-id"),
    (_objects, "valid "), (_prefixes, "invalid unknown-signer"),
)  # fmt: skip


@pytest.mark.parametrize(("make", "outcome"), CASES, ids=lambda one: getattr(one, "__name__", "").strip("_"))
def test_hostile(make: Callable[[], str], outcome: str, tmp_path: Path) -> None:
    text = make()
    assert make in (_bomb, _late_bomb, _deep) or text != _text()
    took = measured(text.encode(), tmp_path)
    assert re.search(outcome, took["outcome"][-1])
    assert took["seconds"] < SECONDS
    assert took["megabytes"] < MEGABYTES


WHOLE: Final = (_bomb, _attributes, _values, _references, _large_and_covered, _comments, _assertions, _xslt)


@pytest.mark.parametrize("make", WHOLE, ids=lambda one: one.__name__.strip("_"))
def test_whole_check_of_hostile_input(make: Callable[[], str], tmp_path: Path) -> None:
    took = measured(make().encode(), tmp_path, whole=True)
    assert took["outcome"]
    assert took["seconds"] < SECONDS
    assert took["megabytes"] < MEGABYTES


def measured(data: bytes, folder: Path, *, whole: bool = False) -> dict[str, Any]:
    """What reading and judging took, in a process of its own; `whole`, what a check took."""
    message, certificate = folder / "message.xml", folder / "certificate.der"
    message.write_bytes(data)
    certificate.write_bytes(signer().der)
    command = [sys.executable, "-m", "tests.hostile", str(message), *([] if whole else [str(certificate)])]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found
