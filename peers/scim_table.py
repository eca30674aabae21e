"""`python -m peers.scim_table`: doctor beside real SCIM servers, each with one mistake; `--write` renews the page.

Each row runs `doctor probe scim` as a person would, on a server that was just started for it.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from doctor.cli.main import main as doctor
from peers import install, scim_server
from peers.process import PeerError, free_port

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PAGE: Final = Path(__file__).parent.parent / "docs" / "scim-servers.md"
_VARIABLE: Final = "DOCTOR_PEERS_SCIM_TOKEN"


class Trial(NamedTuple):
    """One mistake: the server and its mode, how it is asked, and the headline that doctor must give (None: none).

    `path` replaces the server's own base path, `token` its token. `words` are more words of the command line.
    """

    server: str
    mode: str
    mistake: str
    expected: str | None
    words: tuple[str, ...] = ("--write",)
    path: str | None = None
    token: str | None = None


_READ: Final[tuple[str, ...]] = ()
TRIALS: Final = (
    Trial("scim2-server", "ok", "none", None),
    Trial("scim2-server", "ok", "changes as Entra writes them", None, ("--write", "--as", "entra")),
    Trial("scim2-server", "ok", "changes by PUT, as Okta's wizard", None, ("--write", "--as", "okta")),
    Trial("scim2-server", "ok", "a wrong token", "scim-token-rejected", _READ, token="not-the-token-0815"),
    Trial(
        "scim2-server", "ok", "a wrong version in the path", "scim-endpoint-not-found", ("--contrast", "token"), "/v3"
    ),
    Trial("scim2-server", "open", "no token is asked for", "scim-auth-not-checked", ("--contrast", "token")),
    Trial("scim2-server", "no-patch", "PATCH is announced as missing", "scim-patch-unsupported"),
    Trial("scimmy", "ok", "none", None),
    Trial("scimmy", "ok", "changes by PUT, as Okta's wizard", None, ("--write", "--as", "okta")),
    Trial("scimmy", "ok", "changes as Entra writes them", "scim-patch-dialect", ("--write", "--as", "entra")),
    Trial("scimmy", "ok", "a wrong token", "scim-token-rejected", _READ, token="not-the-token-0815"),
    Trial("scimmy", "ok", "/v2 is missing", "scim-endpoint-not-found", ("--contrast", "path"), "/scim"),
    Trial("scimmy", "ok", "/Users at the end of the address", "scim-base-url-has-resource", _READ, "/scim/v2/Users"),
    Trial("scimmy", "noname", "users without names", "scim-users-incomplete"),
    Trial("scimmy", "drop-names", "names are not kept", "scim-server-drops-names"),
    Trial("scimmy", "readonly", "nobody can be created", "scim-creation-refused"),
    Trial("scimmy", "ignore-updates", "changes are accepted and dropped", "scim-server-ignores-updates"),
    Trial("scimmy", "ignore-active", "deactivated, still active", "scim-server-ignores-active"),
    Trial("scimmy", "deletes-inactive", "none: deactivated users are deleted", None),
    Trial("scimmy", "keeps-deleted", "deleted users stay", "scim-drill-leftover"),
    Trial("scimmy", "no-patch", "no PATCH, and it says so", "scim-patch-unsupported"),
    Trial("scimmy", "lying-patch", "no PATCH, and it says there is", "scim-patch-announced-wrongly"),
    Trial("scimmy", "no-filter", "filters are refused", "scim-filter-unsupported"),
    Trial("scimmy", "ignore-filter", "filters are ignored", "scim-filter-ignored"),
    Trial("scimmy", "gateway-expired", "the token has expired", "scim-token-rejected", _READ),
    Trial("scimmy", "gateway-other-directory", "the token of another directory", "scim-token-other-directory", _READ),
    Trial("scimmy", "gateway-429", "too many requests", "scim-rate-limited", _READ),
    Trial("scimmy", "gateway-503", "the server behind a gateway is down", "scim-server-unreachable", _READ),
    Trial("scimmy", "gateway-login", "a sign-in page in front", "scim-answers-page", _READ),
    Trial("scimmy", "gateway-redirect", "a redirect in front", "scim-redirects", _READ),
    Trial("scimmy", "down", "nobody listens", "scim-server-unreachable", _READ),
)


class Row(NamedTuple):
    """What came of a trial: what the server answered, and doctor's headline."""

    trial: Trial
    answered: str
    headline: str | None

    @property
    def right(self) -> bool:
        """Whether the headline is the one that this mistake must have."""
        return self.headline == self.trial.expected


def row(trial: Trial) -> Row:
    """Start the server, probe it, end it. Raises `PeerError` where the server does not start."""
    if trial.mode == "down":
        return _probed(trial, f"http://127.0.0.1:{free_port()}", scim_server.TOKEN)
    with (
        tempfile.TemporaryDirectory(prefix="doctor-peers-") as folder,
        scim_server.running(trial.server, trial.mode, Path(folder)) as server,
    ):
        return _probed(trial, server.root, server.token)


def _probed(trial: Trial, root: str, token: str) -> Row:
    base = scim_server.BASES[trial.server] if trial.path is None else trial.path
    report = told(root + base, trial.token or token, *trial.words)
    serious = (one["id"] for one in report["findings"] if one["severity"] in ("error", "warning"))
    return Row(trial, _answered(report["subjects"][0]["summary"]), next(serious, None))


def told(url: str, token: str, *words: str) -> dict[str, Any]:
    """The JSON report of `doctor probe scim`. Raises `PeerError` when it printed none."""
    host = url.partition("://")[2].partition("/")[0]
    line = ["probe", "scim", url, "--token-env", _VARIABLE, "--allow-private", "--format", "json", *words]
    line += ["--confirm", host] if "--write" in words else []
    out, talk = io.StringIO(), io.StringIO()
    os.environ[_VARIABLE] = token
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(talk):
            doctor(line)
    finally:
        del os.environ[_VARIABLE]
    if not out.getvalue():
        raise PeerError(f"doctor printed no report: {talk.getvalue()}")
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


_QUIET: Final = ("configuration", "groups", "read after the deletion", "users, with a wrong token")


def _answered(summary: dict[str, Any]) -> str:
    """The answer that matters: the first refusal, else what became of the user, else that of the list."""
    steps = [one for one in summary["steps"] if one["name"] not in _QUIET]
    odd = next((one for one in steps if one["answer"] != "ok"), None)
    if odd is None and summary["drill"] and summary["search"] == "works":
        return f"all accepted; after active: false the user is {summary['drill']['result'].replace('-', ' ')}"
    step = odd or next((one for one in steps if one["name"] == "users"), summary["steps"][0])
    said = f"{step['method']} {step['path']}: {step['status'] or ''} {step['answer'].replace('-', ' ')}"
    return f"{said} ({step['detail']})" if step["detail"] and step["status"] else said


# ── the face ───────────────────────────────────────────────────────────────────────────────────────────────

_HEAD: Final = """\
# Beside real SCIM servers

`doctor probe scim` on software that nobody here wrote, each time with one mistake:
[scim2-server](https://pypi.org/project/scim2-server/), built on scim2-models, and
[SCIMMY](https://www.npmjs.com/package/scimmy) behind Express. The mistakes of SCIMMY are those of the program that
stores its users, or of what stands in front of it (`peers/programs/scimmy.mjs`). A disposable user is created, changed,
deactivated and deleted, except where the row is about the token or the address.

This page is written by one command; it fails when a headline is not the right one:

```sh
make scim-servers
```

| server | mistake | what it answered | doctor's headline |
| --- | --- | --- | --- |
"""


def page(rows: Iterable[Row]) -> str:
    """The page of documentation."""
    found = list(rows)
    lines = [
        f"| {one.trial.server} | {one.trial.mistake} | {_cell(one.answered)} | {_headline(one)} |" for one in found
    ]
    right = sum(one.right for one in found)
    return _HEAD + "\n".join(lines) + f"\n\n{right} of {len(found)} headlines are right.\n"


def _cell(text: str) -> str:
    """One cell, the same at each run: ids are new each time."""
    return re.sub(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9a-f]{32}\b", "…", text.replace("|", "/"))


def _headline(one: Row) -> str:
    said = f"`{one.headline}`" if one.headline else "no error, no warning"
    return said if one.right else f"{said} WRONG, expected {one.trial.expected or 'none'}"


def main() -> int:
    """1 when a headline is wrong or a server is broken; 0 else, also when a server cannot be had."""
    parser = argparse.ArgumentParser(prog="python -m peers.scim_table", description="Doctor beside real SCIM servers.")
    parser.add_argument(
        "names", nargs="*", metavar="SERVER", help=f"of {', '.join(scim_server.PACKAGES)}; default: all"
    )
    parser.add_argument("--install", action="store_true", help="install what is missing, by pip and npm")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name}, when every server could be had")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - scim_server.PACKAGES.keys():
        parser.error(f"there is no server {unknown.pop()!r}")
    there = set(_there(chosen.names or scim_server.PACKAGES, install_missing=chosen.install))
    rows = [row(trial) for trial in TRIALS if trial.server in there]
    text = page(rows)
    if chosen.write and there == set(scim_server.PACKAGES):
        PAGE.write_text(text)
    sys.stdout.write(text)
    return int(not all(one.right for one in rows))


def _there(names: Iterable[str], *, install_missing: bool) -> Iterator[str]:
    for name in names:
        try:
            if install_missing:
                install.install(name, scim_server.PACKAGES[name])
            reason = scim_server.missing(name)
        except install.UnavailableError as error:
            reason = str(error)
        if reason is None:
            yield name
        else:
            sys.stderr.write(f"skipped {name}: {reason}\n")


if __name__ == "__main__":
    sys.exit(main())
