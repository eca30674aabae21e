"""Requests, logout messages, signed redirects, and captures that hold too little or too much."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import quote

from tests.factory import capture, response
from tests.factory import clinic_flow as flow
from tests.factory.capture import Step
from tests.factory.clinic_case import Case, after, application, case, own, swapped, trusted
from tests.factory.response import ACS, IDP, NOW, SP, Draft, signer
from tests.factory.signing import Signing

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.factory.certificate import Certificate

_STAGING: Final = ACS.replace("sp.", "staging.sp.")
_SLO: Final = "https://sp.example.com/slo"
_STATUS: Final = "urn:oasis:names:tc:SAML:2.0:status:"


def _wanting() -> bytes:
    """The identity provider wants signed requests."""
    return trusted(want_signed="true")


def _redirect(message: bytes, base: str, name: str = "SAMLRequest") -> bytes:
    """An unsigned redirect."""
    return f"{base}?{name}={quote(response.deflated(message), safe='')}&RelayState=s1".encode()


def _signed(
    by: Callable[[], Certificate], message: Callable[[], bytes], base: str, *, name: str = "SAMLRequest",
    lower: bool = False, altered: tuple[str, str] | None = None,
) -> Callable[[], bytes]:  # fmt: skip
    """A signed redirect, of which a text may be replaced afterwards."""

    def make() -> bytes:
        query = response.signed_query(by(), name=name, relay_state="s1", lower=lower, message=message())
        data = f"{base}?{query}".encode()
        return swapped(data, *altered) if altered else data

    return make


_REQUESTS: Final = (
    case("request-unsigned", "the identity provider wants signed requests", "authn-request-unsigned",
         response.request, idp_metadata=_wanting),
    case("request-unsigned-redirect", "the same as a redirect", "authn-request-unsigned",
         lambda: _redirect(response.request(), IDP), idp_metadata=_wanting),
    case("request-unsigned-capture", "the same in a capture", "authn-request-unsigned", flow.har,
         idp_metadata=_wanting, received_at=None),
    case("request-acs-staging", "it asks for an answer to the staging system", "request-acs-url-mismatch",
         lambda: response.request(acs=_STAGING)),
    case("request-acs-slash", "it asks for an answer to the address with a slash", "request-acs-url-mismatch",
         lambda: _redirect(response.request(acs=ACS + "/"), IDP)),
    case("request-issuer", "it names another application", "request-issuer-mismatch",
         lambda: response.request(issuer=SP + "/v2")),
    case("request-destination", "it is meant for an address that the metadata does not hold",
         "request-destination-mismatch", lambda: response.request(destination=IDP + "/old")),
)  # fmt: skip


def _leaving(**changes: Any) -> bytes:
    """A LogoutRequest of the identity provider."""
    return response.logout(issuer=IDP, destination=_SLO, **changes)


def _left(*codes: str, by: Certificate | None = None) -> bytes:
    uris = tuple(_STATUS + code for code in codes) or (response.SUCCESS,)
    return response.logged_out(status=uris, destination=_SLO, by=by)


def _asking(digest: Literal["sha256", "sha1"]) -> bytes:
    return response.request(by=Signing(own(), "_request-1", hash=digest))


_LOGOUTS: Final = (
    case("logout-unsigned", "a LogoutRequest without signature (profiles 4.4.4.1)", "logout-unsigned", _leaving),
    case("logout-unsigned-redirect", "the same as a redirect", "logout-unsigned",
         lambda: _redirect(_leaving(), _SLO)),
    case("logout-expired", "it was to arrive an hour ago", "logout-request-expired",
         lambda: _leaving(until=-3600, by=signer())),
    case("logout-refused", "the identity provider could not end the session", "logout-status-failed",
         lambda: _left("Responder", by=signer())),
    case("logout-partial", "not everybody ended the session", "logout-status-failed",
         lambda: _left("Responder", "PartialLogout", by=signer())),
)  # fmt: skip

_HASHES: Final = (
    case("request-signed", "an AuthnRequest with a signature of SHA-256", None, lambda: _asking("sha256")),
    case("request-sha1", "the application signs with SHA-1", "authn-request-sha1", lambda: _asking("sha1")),
)  # fmt: skip

_REDIRECTS: Final = (
    case("redirect-request-signed", "a signed AuthnRequest where that is wanted", None,
         _signed(own, response.request, IDP), idp_metadata=_wanting, sp_metadata=application),
    case("redirect-request-signed-dotnet", "the same with small letters behind percent signs", None,
         _signed(own, response.request, IDP, lower=True), idp_metadata=_wanting, sp_metadata=application),
    case("redirect-logout-signed", "a signed LogoutRequest", None, _signed(signer, _leaving, _SLO)),
    case("redirect-logout-answer-signed", "a signed LogoutResponse", None,
         _signed(signer, _left, _SLO, name="SAMLResponse")),
    # beside a redirect stands no certificate: changed, or by another key, looks the same
    case("redirect-logout-altered", "its RelayState was changed after signing", "response-signature-invalid",
         _signed(signer, _leaving, _SLO, altered=("RelayState=s1", "RelayState=s2"))),
    case("redirect-logout-other-key", "signed by a key that the metadata does not hold",
         "response-signature-invalid", _signed(lambda: signer(1), _leaving, _SLO)),
    case("redirect-logout-answer-altered", "its signature was changed", "response-signature-invalid",
         _signed(signer, _left, _SLO, name="SAMLResponse", altered=("&Signature=", "&Signature=AAAA"))),
)  # fmt: skip


def _har(steps: list[Step]) -> bytes:
    log = {"version": "1.2", "creator": {"name": "Test", "version": "1"}, "pages": []}
    return json.dumps({"log": log | {"entries": [capture.har_entry(step) for step in steps]}}).encode()


def _elsewhere() -> bytes:
    """A visit to the application without a sign-in."""
    at = [after(seconds) for seconds in (-9, -8, -7)]
    return _har([
        Step("GET", "https://sp.example.com/", at[0], answer="<title>Start</title>"),
        Step("GET", "https://sp.example.com/pricing", at[1], answer="<title>Pricing</title>"),
        Step("GET", "https://sp.example.com/logo.png", at[2], answer_type="image/png"),
    ])  # fmt: skip


def _unanswered() -> bytes:
    return flow.recorded(flow.Flow(request=response.request(after(-60)), response=None))


def _removed(word: str) -> Callable[[], bytes]:
    """The message was replaced by a tool that strips secrets."""

    def make() -> bytes:
        steps = flow.Flow(request=response.request(after(-60)), response=response.written()).steps
        kept = [step._replace(form=tuple((name, word if name == "SAMLResponse" else value)
                                         for name, value in step.form)) for step in steps]  # fmt: skip
        return _har(kept)

    return make


def _cut(*more: Step) -> bytes:
    """The file ends in the middle of its last entry: the response, or what came after it."""
    course = flow.Flow(request=response.request(after(-60)), response=response.written())
    data = _har([*course.steps, *more])
    return data[: data.rindex(b'"startedDateTime"') + 48]


def _rounds(count: int) -> bytes:
    """The application sends the person back to the identity provider each time."""
    steps: list[Step] = []
    for n in range(count):
        request = response.request(after(10 * n), id=f"_request-{n}")
        answer = Draft(
            now=after(10 * n + 4), id=f"_response-{n}", assertion_id=f"_assertion-{n}",
            in_response_to=f"_request-{n}", confirmed_for=f"_request-{n}",
        )  # fmt: skip
        course = flow.Flow(request=request, response=response.written(answer), asked=10 * n, posted=10 * n + 4,
                           status=302)  # fmt: skip
        steps += [step._replace(location="https://sp.example.com/login") if step.url == ACS else step
                  for step in course.steps]  # fmt: skip
    return _har(steps)


def _authorize(count: int) -> bytes:
    """The same with OAuth."""
    url = "https://idp.example.com/oauth2/authorize?client_id=c1&response_type=code&scope=openid&state=s"
    back = "https://sp.example.com/callback?code=c&state=s"
    steps = []
    for n in range(count):
        at = NOW + timedelta(seconds=5 * n)
        steps.append(Step("GET", url, at, status=302, location=back))
        steps.append(Step("GET", back, at + timedelta(seconds=2), status=302, location=url))
    return _har(steps)


def _captured(name: str, change: str, expected: str, make: Callable[[], bytes], *also: str) -> Case:
    return case(f"capture-{name}", change, expected, make, *also, received_at=None)


_REFUSAL: Final = "<html><title>Sign-in failed</title><body>Error: this account cannot sign in.</body></html>"
_CAPTURES: Final = (
    _captured("without-login", "recorded before or after the sign-in", "capture-without-login", _elsewhere),
    _captured("without-response", "the sign-in was not finished", "capture-without-response", _unanswered),
    # the response was there and is not any more
    _captured("redacted", "a tool removed the response", "capture-message-removed", _removed("[redacted]"),
              "capture-without-response"),
    _captured("redacted-capitals", "another tool removed it", "capture-message-removed", _removed("REDACTED"),
              "capture-without-response"),
    # the response stood in what is missing
    _captured("cut-in-response", "the file ends in the entry of the response", "capture-cut-short", _cut,
              "capture-without-response"),
    _captured("cut-behind-response", "the file ends behind the response", "capture-cut-short",
              lambda: _cut(Step("GET", "https://sp.example.com/home", after(3)))),
    _captured("refused", "the application answered with an error", "service-provider-refused",
              lambda: flow.har(status=400, page=_REFUSAL)),
    _captured("refused-inside", "the application failed", "service-provider-refused",
              lambda: flow.har(status=500, page=_REFUSAL, signed="both")),
    _captured("loop", "four times round", "redirect-loop", lambda: _rounds(4)),
    _captured("loop-oauth", "five times round with OAuth", "redirect-loop", lambda: _authorize(5)),
    _captured("relay-state-lost", "the identity provider does not give it back", "relay-state-lost",
              lambda: flow.har(relay=("state-1", None))),
    _captured("relay-state-long", "a whole address as RelayState (bindings 3.5.3: at most 80 bytes)",
              "relay-state-too-long", lambda: flow.har(relay=("https://sp.example.com/" + "x" * 200,) * 2)),
)  # fmt: skip

CASES: Final = _REQUESTS + _HASHES + _LOGOUTS + _REDIRECTS + _CAPTURES
