"""SAML messages as people really paste them: read byte for byte where that is sure, else named for what they are."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import pytest

import doctor
from doctor.facts import input as facts
from doctor.model.error import InputError
from doctor.parse import damaged
from doctor.parse.recognise import recognise
from doctor.sources import subject
from tests.factory import response

if TYPE_CHECKING:
    from pathlib import Path

NOW: Final = datetime(2026, 11, 22, 9, tzinfo=UTC)
XML: Final = response.written(response.Draft(attributes=(("note", ("??>>~~ÿ",)),)))
BASE64: Final = base64.b64encode(XML).decode()
OTHER: Final = response.written(response.Draft(id="_response-2", assertion_id="_assertion-2"))
REQUESTS: Final = tuple(response.deflated(response.request(id=f"_request-{one}")) for one in range(2))
HALF: Final = len(BASE64) // 8 * 4


def wrapped(text: str, width: int = 76) -> list[str]:
    """Lines of a fixed width."""
    return [text[at : at + width] for at in range(0, len(text), width)]


def quoted(lines: list[str], mark: str = "> ") -> str:
    """Lines as a mail program quotes them."""
    return "\n".join(mark + line for line in lines)


def errors(data: bytes) -> list[str]:
    """The ids of errors in bytes."""
    return [one.id for one in doctor.check(data, at=NOW, keep_going=True).findings if one.severity == "error"]


AS_FORM: Final = f"SAMLResponse={quote(BASE64, safe='')}&RelayState=x"
LOG: Final = json.dumps({"time": "2026-11-22T09:00:00Z", "request": {"body": {"SAMLResponse": BASE64}}})
READABLE: Final = {
    "utf-16 with a mark": b"\xff\xfe" + f"{BASE64}\r\n".encode("utf-16-le"),
    "utf-16 without a mark": f"{BASE64}\r\n".encode("utf-16-le"),
    "utf-16, big end first": b"\xfe\xff" + BASE64.encode("utf-16-be"),
    "quoted by mail": quoted(wrapped(BASE64)),
    "quoted twice, with words": f"Hello,\nthis is it\n{quoted(wrapped(BASE64), '> > ')}\n> \n> Regards",
    "a value in JSON": json.dumps({"SAMLResponse": BASE64}),
    "a value in JSON of two bytes": json.dumps({"SAMLResponse": BASE64}).encode("utf-16"),
    "a record of a log": LOG,
    "a log of JSON lines": f"{LOG}\n{json.dumps({'time': '2026-11-22T09:00:01Z', 'said': 'done'})}\n",
    "a log that tells it twice": f"{LOG}\n{LOG}\n",
    "a form body in JSON": json.dumps({"body": AS_FORM}),
    "a form body in base64 in JSON": json.dumps({"body": base64.b64encode(AS_FORM.encode()).decode()}),
    "JSON in a string in JSON": json.dumps({"message": json.dumps({"saml": BASE64})}),
    "escaped JSON in a line": "09:00 INFO " + LOG.replace("/", "\\/").replace("+", "\\u002B").replace("=", "\\u003d"),
    "one input element": f'<input type="hidden" name="SAMLResponse" value="{BASE64}"/>',
    "one input element in capitals": f'<INPUT TYPE=hidden NAME="SAMLResponse" VALUE="{BASE64}">',
}  # fmt: skip


@pytest.mark.parametrize("data", READABLE.values(), ids=READABLE.keys())
def test_an_odd_paste_is_read_byte_for_byte(data: str | bytes) -> None:
    found = recognise(data if isinstance(data, bytes) else data.encode(), "paste")
    assert (found.kind, found.source) == ("saml-response", XML)
    assert found.details.get("exact", True)


@pytest.mark.parametrize("label", ["", "SAMLResponse: ", "SAMLResponse=", "2026-11-22 refused, samlresponse: "])
@pytest.mark.parametrize("filler", ["", "m", "mm"])
@pytest.mark.parametrize("end", ["", "\n", " \r\n"])
def test_spaces_that_were_plus_signs_are_undone(label: str, filler: str, end: str) -> None:
    xml = response.written(response.Draft(attributes=(("note", (f"??>>~~>>>>>>{filler}",)),)))
    text = base64.b64encode(xml).decode().replace("+", " ")
    assert " " in text.strip()
    found = recognise(f"{label}{text.rstrip()}{end}".encode(), "paste")
    assert (found.kind, found.source) == ("saml-response", xml)


def test_words_behind_a_message_are_not_taken_for_plus_signs() -> None:
    xml = next(xml for xml in map(_of_length, range(3)) if len(xml) % 3 == 0)
    found = recognise(f"SAMLResponse: {base64.b64encode(xml).decode()} and more words here".encode(), "paste")
    assert (found.kind, found.source) == ("saml-response", xml)


def _of_length(more: int) -> bytes:
    return response.written(response.Draft(name_id=f"ada{'a' * more}@example.com"))


@pytest.mark.parametrize(
    "data", [READABLE["utf-16 with a mark"], READABLE["quoted by mail"], LOG, BASE64.replace("+", " ")]
)
def test_its_signature_can_be_judged(data: str | bytes) -> None:
    plain = doctor.check(BASE64.encode(), at=NOW, keep_going=True)
    odd = doctor.check(data if isinstance(data, bytes) else data.encode(), at=NOW, keep_going=True)
    assert [(one.id, one.verdict) for one in odd.findings] == [(one.id, one.verdict) for one in plain.findings]
    tampered = XML.replace(b"ada@example.com", b"eve@example.com")
    assert recognise(quoted(wrapped(base64.b64encode(tampered).decode())).encode(), "paste").source == tampered


@pytest.mark.parametrize("between", ["\n", "\n\n", "\nand the second one:\n"])
@pytest.mark.parametrize("width", [76, 100_000])
def test_two_blobs_are_two_parts(between: str, width: int) -> None:
    for first in map(_of_length, range(57)):
        texts = ("\n".join(wrapped(base64.b64encode(one).decode(), width)) for one in (first, OTHER))
        found = recognise(between.join(texts).encode(), "paste")
        assert found.kind == "capture"
        assert [part.source for part in found.parts] == [first, OTHER]


def test_two_deflated_blobs_are_two_parts() -> None:
    found = recognise("\n".join(REQUESTS).encode(), "paste")
    assert [part.kind for part in found.parts] == ["saml-request", "saml-request"]


CUT: Final = {
    **{f"cut {more} behind a group of four": BASE64[: HALF + more] for more in range(4)},
    "an ellipsis in the middle": f"{BASE64[:HALF]}…{BASE64[HALF + 41 :]}",
    "dots in the middle": f"{BASE64[:HALF]}...{BASE64[HALF + 41 :]}",
    "a value in JSON that a log cut": json.dumps({"SAMLResponse": BASE64[:HALF] + "..."}),
    "a form field that a log cut": f"SAMLResponse={BASE64[:HALF]}[truncated]",
    "a request cut": REQUESTS[0][:201],
    "an address cut": f"https://idp.example.com/sso?SAMLRequest={quote(REQUESTS[0][:200], safe='')}",
}


@pytest.mark.parametrize("text", CUT.values(), ids=CUT.keys())
def test_a_damaged_message_is_called_one(text: str) -> None:
    assert errors(text.encode()) == ["saml-message-cut"]


def test_broken_xml_that_was_sent_whole_is_no_cut() -> None:
    broken = XML.replace(b"</saml:Subject>", b"</saml:Subjekt>")
    assert errors(base64.b64encode(broken)) == ["message-not-well-formed"]


@pytest.mark.parametrize(
    "text", ["https://idp.example.com/sso?SAMLRequest=blah&RelayState=x", "SAMLResponse=blah&RelayState=x",
             json.dumps({"SAMLResponse": "blah"}), json.dumps({"samlRequest": "[REDACTED]"})],
)  # fmt: skip
def test_a_parameter_without_a_message_is_named(text: str) -> None:
    found = doctor.check(text.encode(), at=NOW, keep_going=True).findings
    assert [one.id for one in found if one.severity == "error"] == ["saml-parameter-undecodable"]
    assert "SAMLRe" in found[0].message


def _zip(name: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr(name, b"{}")
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "name"),
    [(gzip.compress(LOG.encode()), "gzip"), (_zip("sign-in.har"), "zip"), (lzma.compress(LOG.encode()), "xz"),
     (bz2.compress(LOG.encode()), "bzip2"), (b"7z\xbc\xaf\x27\x1c\0\4" + bytes(range(256)), "7z")],
)  # fmt: skip
def test_an_archive_is_named(data: bytes, name: str) -> None:
    found = doctor.check(data, at=NOW, keep_going=True).findings
    assert [one.id for one in found] == ["input-is-archive"]
    assert name in found[0].message


def test_an_office_document_is_no_archive() -> None:
    assert errors(_zip("[Content_Types].xml")) == ["metadata-not-xml"]


@pytest.mark.parametrize("coded", [False, True])
@pytest.mark.parametrize("namespace", ["", "urn:example:other"])
def test_a_message_in_another_namespace_is_no_metadata(namespace: str, *, coded: bool) -> None:
    xml = f'<Response xmlns="{namespace}" ID="_1" Version="2.0"><Issuer>https://idp.example.com</Issuer></Response>'
    data = xml.encode()
    assert errors(base64.b64encode(data) if coded else data) == ["message-namespace-wrong"]


def test_a_response_of_another_protocol_is_not_called_saml() -> None:
    assert errors(b"<Response><Say>Hello</Say></Response>") == ["metadata-root-unexpected"]


@pytest.mark.parametrize(
    ("word", "said"),
    [(BASE64, "a SAML response"), (AS_FORM, "a SAML response"), (XML.decode(), "a SAML response"),
     (BASE64[: HALF + 1], "a damaged SAML message"), (XML.decode()[:700], "a damaged SAML message"),
     (REQUESTS[0], "a SAML request")],
)  # fmt: skip
def test_a_message_as_a_word_is_told_and_not_echoed(word: str, said: str) -> None:
    with pytest.raises(InputError) as refused:
        list(subject.named([word]))
    assert str(refused.value).startswith(f"{said} was given in place of a file name")
    assert word[:20] not in str(refused.value)
    assert "`doctor check -`" in (refused.value.hint or "")


def test_a_word_longer_than_a_name_is_shortened() -> None:
    with pytest.raises(InputError) as refused:
        list(subject.named(["z" * 5000]))
    assert len(str(refused.value)) < 100
    assert "`doctor check -`" in (refused.value.hint or "")


def test_metadata_is_read_without_any_of_this(tmp_path: Path) -> None:
    code = (
        "import sys; from doctor.parse.recognise import recognise\n"
        "recognise(b'<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\"/>', 'x')\n"
        "names = ('damaged', 'nested', 'loose', 'recorded', 'paste')\n"
        "print([name for name in names if 'doctor.parse.' + name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_archive_has_its_word_in_the_fact() -> None:
    assert damaged.ARCHIVES == facts.ARCHIVES
