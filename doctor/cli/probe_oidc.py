"""`doctor probe oidc`: what an OpenID provider publishes, and what it answers to a sign-in request without a person."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import doctor
from doctor import library
from doctor.cli import option
from doctor.model.error import UsageError

if TYPE_CHECKING:
    import argparse

    from doctor.model.document import Document
    from doctor.model.finding import Report
    from doctor.sources.oidc_probe import Credentials

HELP: Final = "an OpenID provider: its discovery document, keys, and what it answers to a sign-in request"
_TOKENS: Final = ("token", "callback")


def add(found: argparse.ArgumentParser) -> None:
    """Add what `doctor probe oidc` takes."""
    give = found.add_argument
    give("issuer", metavar="ISSUER", help="the issuer, or the address of its discovery document")
    give("--client-id", metavar="ID", help="try a sign-in request of this client, up to the login page or the error")
    give("--redirect-uri", metavar="URI", help="the redirect URI of that request, taken verbatim; it is never asked")
    give("--scope", metavar="SCOPES", default="openid", help="its scopes, separated by blanks (default: openid)")
    give("--response-type", metavar="TYPE", default="code", help="its response type (default: code)")
    give("--no-pkce", action="store_true", help="send it without PKCE, as the application does")
    give("--client-secret-env", metavar="NAME", help="try the secret in this variable once, with a made-up code")
    give("--client-secret-stdin", action="store_true", help="the same, with the secret from standard input or a prompt")
    give("--client-auth", choices=("basic", "post"), help="how the secret is sent (default: as the provider lists it)")
    give("--token", metavar="FILE", help="judge this token, token response or callback with the provider's keys")
    give("--nonce", metavar="TEXT", help="the nonce that the application sent for that token")
    give("--provider", metavar="NAME", help="the product (id or name), for the words of its console")
    give("--timeout", type=option.wait, default=10.0, metavar="SECONDS", help="the longest wait (default: 10)")
    give("--allow-private", action="store_true", help="let names lead to private and loopback addresses, by http too")
    give("--fail-on", choices=library.FAIL_ON, default="error", help="exit 1 at this severity (default: error)")
    option.output(found)


def run(chosen: argparse.Namespace) -> int:
    """Run the probe; give the exit code."""
    report = _report(chosen)
    option.say_unknown_provider(chosen.provider)
    option.write(_written(report, chosen), chosen.output)
    if report.unreadable:
        return 2
    return 1 if report.verdict == "fail" else 0


def _report(chosen: argparse.Namespace) -> Report:
    from doctor.engine import probe_oidc
    from doctor.engine.rulebook import shipped
    from doctor.sources import oidc, oidc_probe

    if chosen.redirect_uri and not chosen.client_id:
        raise UsageError("--redirect-uri says nothing without --client-id", "give both")
    _uri(chosen.redirect_uri)
    wanted = oidc.Wanted(
        chosen.issuer, chosen.client_id, chosen.redirect_uri, tuple(chosen.scope.split()), chosen.response_type,
        pkce=not chosen.no_pkce,
    )  # fmt: skip
    limits = oidc.Limits(chosen.allow_private, chosen.timeout, min(9 * chosen.timeout, 600))
    found = oidc_probe.probe(wanted, limits, _say, _credentials(chosen), _brought(chosen))
    if chosen.nonce:
        found = found._replace(given=found.given | {"oauth.nonce": chosen.nonce})
    return probe_oidc.report(found, shipped(), datetime.now(UTC), chosen.fail_on, chosen.provider)


def _uri(text: str | None) -> None:
    """Raises `UsageError` for a redirect URI that is no address."""
    from urllib.parse import urlsplit

    try:
        whole = text is None or (bool(urlsplit(text).scheme) and text.isprintable() and " " not in text)
    except ValueError:
        whole = False
    if not whole:
        raise UsageError("--redirect-uri is no whole address", "give it as the application sends it, with its scheme")


def _say(address: str) -> None:
    """Name an address before it is asked."""
    sys.stderr.write(f"asking {address}\n")


def _credentials(chosen: argparse.Namespace) -> Credentials | None:
    """The client secret: never from an argument, which other users of the machine can read."""
    from doctor.sources import secret
    from doctor.sources.oidc_probe import Credentials

    if not chosen.client_secret_env and not chosen.client_secret_stdin:
        return None
    if not chosen.client_id:
        raise UsageError("a client secret says nothing without --client-id", "give both")
    if chosen.client_secret_env:
        name = chosen.client_secret_env
        if name not in os.environ:
            raise UsageError(f"the variable {name} is not set", f"export {name}=…, then run the command again")
        return Credentials(secret.given(os.environ[name], name), chosen.client_auth)
    return Credentials(secret.given(_typed(), "the client secret"), chosen.client_auth)


def _typed() -> str:
    if sys.stdin.isatty():
        from getpass import getpass

        return getpass("client secret: ", sys.stderr)
    return sys.stdin.readline()


def _brought(chosen: argparse.Namespace) -> tuple[Document, ...]:
    """The token or callback that is to be judged with the provider's keys."""
    if not chosen.token:
        return ()
    from doctor.model.document import Document
    from doctor.sources import reader
    from doctor.sources import subject as subjects

    if chosen.client_secret_stdin and chosen.token in ("-",):
        raise UsageError("standard input cannot bring both a secret and a token", "use --client-secret-env")
    named = next(iter(subjects.named([chosen.token])))
    found = reader.read(named) if named.kind != "url" else None
    if not isinstance(found, Document) or found.kind not in _TOKENS:
        kind = found.kind if isinstance(found, Document) else "no file"
        raise UsageError(f"--token: this is {kind}, no token", "give a token, a token response or a callback in a file")
    return (found,)


def _written(report: Report, chosen: argparse.Namespace) -> str:
    if chosen.format == "json":
        from doctor.report import json

        return json.report(report, doctor.__version__)
    from doctor.engine.rulebook import shipped
    from doctor.report import probe_oidc

    return probe_oidc.report(report, option.look(sys.stdout), shipped().names)
