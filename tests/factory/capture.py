"""Captures of whole flows around given messages, with a canary wherever a real one holds a secret."""

from __future__ import annotations

import base64
import json
import zlib
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from urllib.parse import quote, urlencode

CANARY: Final = "canary"
"""Begins every planted secret, in every case and encoding."""
SP: Final = "https://sp.example.com"
IDP: Final = "https://idp.example.org"
ACS: Final = f"{SP}/sso/saml/acs/conn_01"
SSO: Final = f"{IDP}/app/exk1a2b3c4d5/sso/saml"
SCIM: Final = f"{SP}/scim/v2"
_FAILED: Final = "<html><head><title>Sign-in failed</title></head><body>Error: audience is invalid. "


def canary(name: str) -> str:
    """A secret that no parser may keep."""
    return f"{CANARY}0{name}{'7f3a' * 4}"


class Step(NamedTuple):
    """One request with its answer, before it is written in a format."""

    method: str
    url: str
    at: datetime
    form: tuple[tuple[str, str], ...] = ()
    body: str = ""
    body_type: str = ""
    status: int = 200
    location: str = ""
    answer: str = ""
    answer_type: str = "text/html; charset=utf-8"


def deflated(xml: bytes) -> str:
    """The message as the redirect binding carries it, before URL encoding."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return base64.b64encode(packer.compress(xml) + packer.flush()).decode()


def posted(xml: bytes) -> str:
    """The message as the POST binding carries it."""
    return base64.b64encode(xml).decode()


def redirect_url(xml: bytes, name: str = "SAMLRequest", base: str = SSO) -> str:
    """A redirect with a RelayState that must not be kept."""
    return f"{base}?{name}={quote(deflated(xml), safe='')}&RelayState={canary('relay')}"


def saml(request: bytes, response: bytes, begin: datetime, answer: str = "", status: int = 400) -> list[Step]:
    """SP-initiated: login link, request, login page with a password, response, the SP's answer."""
    at = [begin + timedelta(seconds=seconds) for seconds in range(0, 60, 5)]
    login = f"{IDP}/login?sid={canary('sid')}"
    answer = answer or f"{_FAILED}code={canary('shown')}</body></html>"
    error = f"{SP}/error/{canary('path')}?ticket={canary('ticket')}"
    return [
        Step("GET", f"{SP}/login?next={canary('next')}", at[0], status=302, location=redirect_url(request)),
        Step("GET", redirect_url(request), at[1], status=302, location=login),
        Step("GET", login, at[2], answer=f"<title>Sign in</title><input type=password value={canary('csrf')}>"),
        Step("POST", login, at[3], (("username", "ada"), ("password", canary("password")), ("otp", canary("otp")))),
        Step("GET", f"{IDP}/style.css", at[4], answer_type="text/css", answer=canary("css")),
        Step("POST", ACS, at[5], (("SAMLResponse", posted(response)), ("RelayState", canary("relay"))),
             status=302, location=error),
        Step("GET", error, at[6], status=status, answer=answer),
        Step("GET", f"{SP}/favicon.ico?k={canary('icon')}", at[7], answer_type="image/png"),
    ]  # fmt: skip


def oauth(begin: datetime) -> list[Step]:
    """An authorization that ends in an error, and one whose code the token endpoint refuses."""
    client = {"client_id": "client_123", "redirect_uri": f"{SP}/callback?x={canary('uri')}", "scope": "openid email"}
    failed = urlencode({"error": "redirect_uri_mismatch", "error_description": f"not registered, code={canary('desc')}",
                        "state": canary("state")})  # fmt: skip
    asked = urlencode(client | {"response_type": "code", "state": canary("state"), "code_challenge": canary("chal"),
                                "nonce": canary("nonce"), "login_hint": canary("hint")})  # fmt: skip
    token = {"grant_type": "authorization_code", "code": canary("code"), "client_id": "client_123",
             "client_secret": canary("secret"), "code_verifier": canary("verifier")}  # fmt: skip
    refused = json.dumps({"error": "invalid_grant", "error_description": "expired", "access_token": canary("at")})
    done = f"{SP}/callback?code={canary('code')}&state={canary('state')}"
    return [
        Step("GET", f"{IDP}/oauth2/authorize?{asked}", begin, status=302, location=f"{SP}/callback?{failed}"),
        Step("GET", f"{SP}/callback?{failed}", begin + timedelta(seconds=2), status=400),
        Step("GET", done, begin + timedelta(seconds=4)),
        Step("POST", f"{IDP}/oauth2/token", begin + timedelta(seconds=5), tuple(token.items()), status=400,
             answer=refused, answer_type="application/json"),
    ]  # fmt: skip


def scim(begin: datetime) -> list[Step]:
    """A search for a user, and a patch that the server refuses."""
    patch = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
             "Operations": [{"op": "replace", "path": "active", "value": canary("value")},
                            {"op": "add", "path": f'emails[type eq "{canary("mail")}"]', "value": "x"}]}  # fmt: skip
    error = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "400", "scimType": "invalidPath",
             "detail": f"no such path, token={canary('detail')}"}  # fmt: skip
    found = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "totalResults": 0}
    kind = "application/scim+json"
    asked = urlencode({"filter": f'userName eq "{canary("name")}"', "startIndex": 1})
    return [
        Step("GET", f"{SCIM}/Users?{asked}", begin, answer=json.dumps(found), answer_type=kind),
        Step("PATCH", f"{SCIM}/Users/{canary('id')}", begin + timedelta(seconds=1), body=json.dumps(patch),
             body_type=kind, status=400, answer=json.dumps(error), answer_type=kind),
    ]  # fmt: skip


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def http_date(at: datetime) -> str:
    return at.strftime("%a, %d %b %Y %H:%M:%S GMT")


def _request_headers(step: Step) -> list[dict[str, str]]:
    pairs = {"Cookie": f"session={canary('cookie')}", "Authorization": f"Bearer {canary('bearer')}",
             "X-Api-Key": canary("apikey"), "Referer": f"{SP}/?t={canary('referer')}"}  # fmt: skip
    kind = step.body_type or ("application/x-www-form-urlencoded" if step.form else "")
    return [
        {"name": name, "value": value} for name, value in (pairs | ({"Content-Type": kind} if kind else {})).items()
    ]


def _answer_headers(step: Step) -> list[dict[str, str]]:
    pairs = {"Date": http_date(step.at + timedelta(seconds=1)), "Content-Type": step.answer_type, "Age": "0",
             "Set-Cookie": f"session={canary('setcookie')}; HttpOnly"}  # fmt: skip
    pairs |= {"Location": step.location} if step.location else {}
    return [{"name": name, "value": value} for name, value in pairs.items()]


def har_entry(step: Step) -> dict[str, Any]:
    """A HAR 1.2 entry as browsers write it."""
    request: dict[str, Any] = {
        "method": step.method, "url": step.url, "httpVersion": "HTTP/2", "headers": _request_headers(step),
        "cookies": [{"name": "session", "value": canary("cookie")}], "queryString": [], "headersSize": -1,
    }  # fmt: skip
    if step.form:
        fields = [{"name": name, "value": quote(value, safe="")} for name, value in step.form]
        request["postData"] = {"mimeType": "application/x-www-form-urlencoded", "text": urlencode(step.form),
                               "params": fields}  # fmt: skip
    elif step.body:
        request["postData"] = {"mimeType": step.body_type, "text": step.body}
    return {
        "startedDateTime": _stamp(step.at), "time": 1000, "request": request, "timings": {"wait": 1000},
        "response": {"status": step.status, "statusText": "", "headers": _answer_headers(step),
                     "cookies": [{"name": "session", "value": canary("setcookie")}], "redirectURL": step.location,
                     "content": {"size": len(step.answer), "mimeType": step.answer_type, "text": step.answer}},
    }  # fmt: skip


def har(steps: list[Step]) -> bytes:
    """A HAR file."""
    pages = [{"title": f'"entries":[ {canary("page")}', "id": "page_1"}]
    log = {"version": "1.2", "creator": {"name": "Test", "version": "1"}, "pages": pages}
    return json.dumps({"log": log | {"entries": [har_entry(step) for step in steps]}}).encode()


def tracer(steps: list[Step], *, legacy: bool = False) -> bytes:
    """A SAML-tracer export: headers as objects, or as pairs before its version 1."""
    requests = [_tracer_request(step, number, legacy=legacy) for number, step in enumerate(steps)]
    return json.dumps({"requests": requests, "timestamp": _stamp(steps[-1].at)}, indent=2).encode()


def _tracer_request(step: Step, number: int, *, legacy: bool) -> dict[str, Any]:
    def headers(given: list[dict[str, str]]) -> list[Any]:
        return [[one["name"], one["value"]] for one in given] if legacy else given

    found: dict[str, Any] = {
        "method": step.method, "url": step.url, "id" if legacy else "requestId": f"request-{number}",
        "requestHeaders": headers(_request_headers(step)), "responseHeaders": headers(_answer_headers(step)),
        "responseStatus": step.status, "responseStatusText": f"HTTP/1.1 {step.status}",
    }  # fmt: skip
    if step.form:
        found["post"] = [list(pair) for pair in step.form]
        found["postData"] = {name: [value] for name, value in step.form}
    return found


def curl(steps: list[Step]) -> bytes:
    """What "copy all as cURL" of a browser gives, for bash."""
    return " ;\n".join(_curl(step) for step in steps).encode()


def _curl(step: Step) -> str:
    words = [f"curl '{step.url}'", *(f"  -H '{one['name']}: {one['value']}'" for one in _request_headers(step))]
    words += [f"  -b 'session={canary('cookie')}'", f"  -u 'ada:{canary('basic')}'", "  --compressed"]
    if step.form or step.body:
        words += [f"  -X {step.method}", f"  --data-raw $'{step.body or urlencode(step.form)}'"]
    return " \\\n".join(words)


def curl_cmd(steps: list[Step]) -> bytes:
    """The same for the Windows prompt, with its carets."""
    return " &\r\n".join(map(_curl_cmd, steps)).encode()


def _curl_cmd(step: Step) -> str:
    body = urlencode(step.form).replace("%", "^%")
    data = f' ^\r\n  --data-raw ^"{body}^"' if step.form else ""
    return f'curl ^"{step.url.replace("%", "^%").replace("&", "^&")}^" ^\r\n  -H ^"Cookie: s={canary("cookie")}^"{data}'


def powershell(steps: list[Step]) -> bytes:
    """The same for PowerShell."""
    return "\r\n".join(map(_powershell, steps)).encode()


def _powershell(step: Step) -> str:
    session = (
        f'$session.Cookies.Add((New-Object System.Net.Cookie("s", "{canary("cookie")}", "/", "sp.example.com")))\n'
    )
    body = (
        f' `\n-ContentType "application/x-www-form-urlencoded" `\n-Body "{urlencode(step.form)}"' if step.form else ""
    )
    return (f'{session}Invoke-WebRequest -UseBasicParsing -Uri "{step.url}" `\n-Method "{step.method}" `\n'
            f'-WebSession $session `\n-Headers @{{\n"authorization"="Bearer {canary("bearer")}"\n}}{body}')  # fmt: skip


def http(steps: list[Step]) -> bytes:
    """Raw HTTP messages, one after the other."""
    return "\r\n".join(map(_http, steps)).encode()


def _http(step: Step) -> str:
    host, _, path = step.url.partition("://")[2].partition("/")
    sent = "".join(f"{one['name']}: {one['value']}\r\n" for one in _request_headers(step))
    came = "".join(f"{one['name']}: {one['value']}\r\n" for one in _answer_headers(step))
    return (f"{step.method} /{path} HTTP/1.1\r\nHost: {host}\r\n{sent}\r\n{step.body or urlencode(step.form)}\r\n"
            f"HTTP/1.1 {step.status} X\r\n{came}\r\n{step.answer}\r\n")  # fmt: skip


def form_page(xml: bytes, name: str = "SAMLResponse") -> bytes:
    """The page with which an identity provider makes the browser post."""
    return (f'<!DOCTYPE html><html><body onload="document.forms[0].submit()"><form method="post" action="{ACS}">'
            f'<input type="hidden" name="{name}" value="{posted(xml)}"/>'
            f'<input type="hidden" name="RelayState" value="{canary("relay")}"/>'
            f'<input type="hidden" name="csrf" value="{canary("csrf")}"/></form></body></html>').encode()  # fmt: skip


FORMS: Final = {
    "har": har, "tracer": tracer, "tracer-legacy": lambda steps: tracer(steps, legacy=True), "curl": curl,
    "curl-cmd": curl_cmd, "powershell": powershell, "http": http,
}  # fmt: skip
"""Every form in which a flow can be written."""
