"""Whole sign-ins as a browser records them, with three clocks: the two servers' and the recorder's."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, Final, NamedTuple
from urllib.parse import quote, urlsplit

from tests.factory import capture, response
from tests.factory.capture import Step
from tests.factory.response import ACS, IDP, NOW, Draft

_SP: Final = "https://sp.example.com"
_LOGIN: Final = "https://idp.example.com/login"


class Flow(NamedTuple):
    """One sign-in. Times are seconds from the moment of judgement in true time.

    `asked` is when it began at the application, `answered` when the identity provider made the response
    (two seconds before it is sent), `posted` when it was sent to the application. `idp`, `sp` and
    `recorder` are the seconds by which those clocks are ahead. `dated` says whether answers carry a
    Date. `request` None means that it began at the identity provider. `response` None means that
    nothing came back. `acs` is where the browser posted to, `times` how often. `relay` are the
    RelayStates that were sent and that came back. `status` and `page` are the application's answer.
    """

    request: bytes | None = b""
    response: bytes | None = b""
    query: str = ""
    asked: int = -60
    posted: int = 0
    answered: int | None = None
    idp: int = 0
    sp: int = 0
    recorder: int = 0
    dated: bool = True
    acs: str = ACS
    sso: str = IDP
    times: int = 1
    relay: tuple[str | None, str | None] = ("state-1", "state-1")
    status: int = 200
    page: str = "<html><title>Welcome</title></html>"

    @property
    def steps(self) -> list[Step]:
        """The exchanges in order, at true time."""
        begun = [] if self.request is None else self._begun(self.request)
        return begun if self.response is None else begun + self._posts(self.response)

    def _begun(self, request: bytes) -> list[Step]:
        at = NOW + timedelta(seconds=self.asked)
        query = self.query or f"SAMLRequest={quote(capture.deflated(request), safe='')}{self._sent}"
        url = f"{self.sso}?{query}"
        return [
            Step("GET", f"{_SP}/login", at, status=302, location=url),
            Step("GET", url, at + timedelta(seconds=1), status=302, location=_LOGIN),
            Step("GET", _LOGIN, at + timedelta(seconds=2), answer="<title>Sign in</title><input type=password>"),
        ]

    @property
    def _sent(self) -> str:
        return f"&RelayState={quote(self.relay[0], safe='')}" if self.relay[0] else ""

    def _posts(self, xml: bytes) -> list[Step]:
        at = NOW + timedelta(seconds=self.posted)
        back = (("RelayState", self.relay[1]),) if self.relay[1] else ()
        form = (("SAMLResponse", capture.posted(xml)), *back)
        made = self.posted - 2 if self.answered is None else self.answered
        login = Step("POST", _LOGIN, NOW + timedelta(seconds=made), (("username", "ada"), ("password", "x")))
        posts = [
            Step("POST", self.acs, at + timedelta(seconds=5 * n), form, status=self.status, answer=self.page)
            for n in range(self.times)
        ]
        return [login, *posts]

    def _entry(self, step: Step) -> dict[str, Any]:
        """The entry as the recorder saw it, with the Date of the server that answered."""
        seen = capture.har_entry(step._replace(at=step.at + timedelta(seconds=self.recorder)))
        host = urlsplit(step.url).hostname or ""
        ahead = self.idp if host.startswith("idp.") else self.sp
        date = capture.http_date(step.at + timedelta(seconds=ahead + 1))
        others = [one for one in seen["response"]["headers"] if one["name"] not in ("Date", "Age")]
        seen["response"]["headers"] = [*others, *([{"name": "Date", "value": date}] if self.dated else [])]
        return seen


def recorded(flow: Flow) -> bytes:
    """The HAR of a sign-in."""
    log = {"version": "1.2", "creator": {"name": "Test", "version": "1"}, "pages": []}
    return json.dumps({"log": log | {"entries": [flow._entry(step) for step in flow.steps]}}).encode()


_FLOW: Final = frozenset(Flow._fields) - {"request", "response"}


def har(request: bytes | None = b"", **changes: Any) -> bytes:
    """The HAR of a sign-in with these fields of `Flow`; the others are those of the response's draft.

    The request is written by the application at the moment when the sign-in begins, by its own clock.
    """
    course = Flow(**{name: value for name, value in changes.items() if name in _FLOW})
    drafted = {name: value for name, value in changes.items() if name not in _FLOW}
    begun = response.request(NOW + timedelta(seconds=course.asked + course.sp)) if request == b"" else request
    return recorded(course._replace(request=begun, response=response.written(Draft().but(**drafted))))


def ahead(seconds: int, *, posted: int = 0) -> dict[str, Any]:
    """Fields of a draft whose identity provider's clock is ahead, for a response that it made `posted`."""
    by = seconds + posted
    return {
        "issued": by - 5, "not_before": by - 65, "not_on_or_after": by + 295, "confirmed_until": by + 295,
        "authenticated": by - 10, "session_until": by + 28800,
    }  # fmt: skip
