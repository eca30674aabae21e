"""What the tests of diagnosis bring: metadata, responses, connections of both vendors; and a terminal."""

from __future__ import annotations

import base64
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

from doctor import casework
from doctor.cli.main import main
from tests.factory import certificate, providers

if TYPE_CHECKING:
    import pytest

    from doctor.engine.diagnose import Diagnosis

TOP: Final = Path(__file__).resolve().parent.parent
NOW: Final = datetime(2026, 11, 22, 9, tzinfo=UTC)
AT: Final = "2026-11-22T09:00:00Z"
ACS: Final = "https://auth.example.com/sso/acs/conn_01"
SP: Final = "https://auth.example.com/conn_01"
IDP: Final = "http://www.okta.com/exk1a2b3c4d5E6F7g8h9"

_RESPONSE: Final = """\
<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" \
ID="_{id}" Version="2.0" IssueInstant="2026-11-22T08:59:00Z"{destination} InResponseTo="_req1">\
<saml:Issuer>{issuer}</saml:Issuer>\
<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:{status}"/></samlp:Status>\
<saml:Assertion ID="_a{id}" Version="2.0" IssueInstant="2026-11-22T08:59:00Z"><saml:Issuer>{issuer}</saml:Issuer>\
<saml:Subject>{name_id}<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">\
<saml:SubjectConfirmationData{recipient} NotOnOrAfter="2026-11-22T09:04:00Z" InResponseTo="_req1"/>\
</saml:SubjectConfirmation></saml:Subject>\
<saml:Conditions NotBefore="2026-11-22T08:58:00Z" NotOnOrAfter="2026-11-22T09:04:00Z">{audience}</saml:Conditions>\
</saml:Assertion></samlp:Response>"""


def response(
    recipient: str | None = ACS,
    audience: str | None = SP,
    name_id: str | None = "ann@acme.example",
    status: str = "Success",
    id: str = "r1",  # noqa: A002  (the attribute's own name)
) -> bytes:
    """A SAML response as XML; None leaves a part out. The Destination is the Recipient."""
    restriction = f"<saml:AudienceRestriction><saml:Audience>{audience}</saml:Audience></saml:AudienceRestriction>"
    return _RESPONSE.format(
        id=id, issuer=IDP, status=status,
        destination=f' Destination="{recipient}"' if recipient else "",
        recipient=f' Recipient="{recipient}"' if recipient else "",
        audience=restriction if audience else "",
        name_id=f"<saml:NameID>{name_id}</saml:NameID>" if name_id else "",
    ).encode()  # fmt: skip


def encoded(message: bytes) -> bytes:
    """A message as a form carries it."""
    return base64.b64encode(message)


def metadata(*days: int) -> bytes:
    """Okta metadata whose signing certificates end in so many days; healthy without a number."""
    if not days:
        return providers.healthy("okta", NOW)
    made = [
        certificate.make("CN=acme,O=Okta", NOW - timedelta(days=900), NOW + timedelta(days=left), slot=number)
        for number, left in enumerate(days)
    ]
    from tests.factory.metadata import key

    return providers.draft("okta", providers.around(NOW)).but(keys=tuple(key(one) for one in made)).data


def pem(days: int = 400, slot: int = 0) -> str:
    """A certificate that ends in so many days, as the vendors' APIs show it."""
    return certificate.make("CN=acme,O=Okta", NOW - timedelta(days=900), NOW + timedelta(days=days), slot=slot).pem


def workos(**changes: Any) -> dict[str, Any]:
    """A connection as WorkOS shows it; a change to None leaves a key out."""
    return _but({
        "object": "connection", "id": "conn_01E4ZCR3C56J083X43JQXF3JK5",
        "organization_id": "org_01EHWNCE74X7JSDV0X3SZ3KJNY",
        "connection_type": "OktaSAML", "name": "Acme", "state": "active",
        "domains": [{"id": "conn_domain_01", "object": "connection_domain", "domain": "acme.example"}],
        "created_at": "2026-06-25T19:07:33.155Z", "updated_at": "2026-06-25T19:07:33.155Z",
    }, changes)  # fmt: skip


def scalekit(saml: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """A SAML connection as Scalekit shows it; `saml` changes its `saml_config`; None leaves a key out."""
    config = _but({
        "sp_entity_id": SP, "sp_assertion_url": ACS, "sp_metadata_url": "https://acme.scalekit.com/md",
        "idp_entity_id": IDP, "idp_sso_url": "https://acme.okta.com/sso", "idp_metadata_url": "",
        "idp_certificates": [{"certificate": pem(), "issuer": "CN=acme", "expiry_time": "2027-12-27T09:00:00Z"}],
        "saml_signing_option": "SAML_ONLY_ASSERTION_SIGNING", "allow_idp_initiated_login": False,
    }, saml or {})  # fmt: skip
    return _but({
        "id": "conn_2123312131125533", "organization_id": "org_2123312131125599", "organization_name": "Acme",
        "provider": "OKTA", "type": "SAML", "status": "COMPLETED", "enabled": True, "domains": ["acme.example"],
        "saml_config": config, "create_time": "2026-06-25T19:07:33.155Z",
    }, changes)  # fmt: skip


def _but(whole: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**whole, **changes}.items() if value is not None}


def put(folder: Path, name: str, content: bytes | str | dict[str, Any] | list[Any]) -> str:
    """A file with this content; its path."""
    path = folder / name
    data = content if isinstance(content, bytes) else content if isinstance(content, str) else json.dumps(content)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return str(path)


def diagnosed(*words: str, symptom: str | None = None, set: dict[str, Any] | None = None, **options: Any) -> Diagnosis:  # noqa: A002
    """The library's diagnosis at `NOW`."""
    return casework.diagnose(*words, symptom=symptom, set=set, **{"at": NOW, **options})


def verdict_of(found: Diagnosis, name: str) -> str | None:
    """The verdict of the first finding of this rule."""
    return next((str(one.verdict) for one in found.findings if one.id == name), None)


class Ran(NamedTuple):
    """What a command line came to."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> dict[str, Any]:
        """Standard output as JSON."""
        found: dict[str, Any] = json.loads(self.out)
        return found


def ran(capsys: pytest.CaptureFixture[str], *words: str) -> Ran:
    """Run one command line in this process."""
    capsys.readouterr()
    code = main(list(words))
    return Ran(code, *capsys.readouterr())


_RUN: Final = """\
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # a parent in the background has it ignored
from doctor.cli.main import run
run()
"""
_COLOUR: Final = re.compile(r"\x1b\[[0-9;]*m")


class Terminal:
    """`doctor` on a pseudo-terminal: `until` waits for a text, `type` answers."""

    def __init__(self, home: Path, *words: str, out: Path | None = None) -> None:
        self.master, slave = pty.openpty()
        modes = termios.tcgetattr(slave)
        modes[3] &= ~termios.ECHO
        termios.tcsetattr(slave, termios.TCSANOW, modes)
        environment = {**os.environ, "DOCTOR_HOME": str(home), "TERM": "dumb", "PYTHONPATH": str(TOP)}
        with open(out, "wb") if out else os.fdopen(os.dup(slave), "wb") as target:  # noqa: PTH123
            self.process = subprocess.Popen(
                [sys.executable, "-c", _RUN, *words],
                stdin=slave, stdout=target, stderr=slave, env=environment, start_new_session=True, cwd=TOP,
            )  # fmt: skip
        os.close(slave)
        self.seen = ""
        self._read = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)
        os.close(self.master)

    def until(self, text: str, seconds: float = 20) -> str:
        """Wait until a text appears behind what was waited for last; give what stood before it."""
        end = time.monotonic() + seconds
        while text not in self.seen[self._read :]:
            left = end - time.monotonic()
            if left <= 0 or not self._more(left):
                raise AssertionError(f"{text!r} never came:\n{self.seen[self._read :]}")
        at = self.seen.index(text, self._read)
        before = self.seen[self._read : at]
        self._read = at + len(text)
        return before

    def _more(self, seconds: float) -> bool:
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.master, 65536)
        except OSError:  # the other end is closed
            return False
        self.seen += _COLOUR.sub("", data.decode("utf-8", "replace")).replace("\r\n", "\n")
        return bool(data)

    def asked(self) -> str:
        """Wait for the next question; give its text."""
        return self.until("\n> ")

    def type(self, text: str) -> None:
        """Type a line."""
        os.write(self.master, text.encode() + b"\n")

    def interrupt(self) -> None:
        """Ctrl-C."""
        os.kill(self.process.pid, signal.SIGINT)

    def ended(self) -> tuple[int, str]:
        """Wait for the end; give the exit code and the rest of what was shown."""
        while self._more(20):
            pass
        return self.process.wait(20), self.seen[self._read :]
