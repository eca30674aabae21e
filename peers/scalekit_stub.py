"""A stub of Scalekit on loopback, and Scalekit's own SDK (PyPI `scalekit-sdk-python`) as its reader.

The vendor has no emulator. The stub is ours, on the vendor's message definitions: that doctor and the SDK read the
same from it shows that doctor understands these messages, not that the real API sends them so.
"""

from __future__ import annotations

import contextlib
import json
from itertools import product
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from peers import browser, install, job, keys
from peers.process import free_port, program, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME: Final = "scalekit"
PACKAGES: Final = install.Packages(pip=("scalekit-sdk-python==2.21.0",))
CLIENT: Final = "skc_of_the_stub_4711"
SECRET: Final = "made-for-a-test-0815"
STATUSES: Final = ("DRAFT", "IN_PROGRESS", "COMPLETED")
TYPES: Final = ("SAML", "OIDC", "OAUTH")
PROVIDERS: Final = ("OKTA", "MICROSOFT_AD", "GOOGLE", "PING_IDENTITY", "ADFS", "CUSTOM")
GATEWAYS: Final = ("terse", "verbose")
"""Whether what is false, zero or empty is left out of REST answers, or printed: no document says it."""
_MADE: Final = "2026-01-15T12:00:00Z"
_CHANGED: Final = "2026-02-16T13:30:15.250Z"
_OWNERS: Final = ("org_1", "org_2")


class Running(NamedTuple):
    """A stub that runs: its REST address, the one for the SDK, its certificate, and where its log lies."""

    url: str
    tls: str
    certificate: Path
    log: Path

    def requests(self) -> list[str]:
        """The REST requests so far, such as `GET /api/v1/connections?include=all`."""
        lines = self.log.read_text().splitlines()
        return [line for line in lines if line.startswith(("GET ", "POST ")) and "/health" not in line]


def missing() -> str | None:
    """Why stub and SDK cannot run now, or None."""
    return install.missing(NAME, PACKAGES)


def seed(count: int, certificate: str) -> dict[str, Any]:
    """So many connections, of every status, switched on and off, of every type and provider; and directories.

    `certificate` is PEM: that of each SAML connection's identity provider. Protobuf JSON throughout.
    """
    kinds = list(product(STATUSES, (True, False), TYPES, PROVIDERS))
    connections = [_connection(number, certificate, kinds[number % len(kinds)]) for number in range(count)]
    directories = [_directory(*one) for one in enumerate(product((*STATUSES, ""), (True, False)))]
    domains = [{"id": f"dom_{owner}", "domain": f"{owner.replace('_', '-')}.example", "organization_id": owner,
                "verification_status": "VERIFIED"} for owner in _OWNERS]  # fmt: skip
    organizations = [{"id": owner, "display_name": f"Company {owner}", "create_time": _MADE} for owner in _OWNERS]
    return {"connections": connections, "directories": directories, "organizations": organizations, "domains": domains}


def _connection(number: int, certificate: str, kind: tuple[str, bool, str, str]) -> dict[str, Any]:
    status, enabled, protocol, provider = kind
    owner = _OWNERS[number % 2]
    shared = {
        "id": f"conn_{number}", "provider": provider, "type": protocol, "status": status, "enabled": enabled,
        "organization_id": owner, "key_id": f"key-{number}", "create_time": _MADE, "update_time": _CHANGED,
        "domains": [{"domain": f"{owner.replace('_', '-')}.example", "verification_status": "VERIFIED"}][: number % 3],
    }  # fmt: skip
    if protocol == "SAML":
        return {**shared, "saml_config": _saml(number, certificate)}
    if protocol == "OIDC":
        return {**shared, "oidc_config": {"redirect_uri": f"https://acme.example/callback/{number}"}}
    return {**shared, "oauth_config": {}}


def _saml(number: int, certificate: str) -> dict[str, Any]:
    """What the identity provider tells is missing from every other one, as before its metadata is there."""
    ours = {
        "sp_entity_id": f"https://acme.example/sp/{number}", "sp_assertion_url": f"https://acme.example/acs/{number}",
        "saml_signing_option": "SAML_ONLY_RESPONSE_SIGNING", "allow_idp_initiated_login": number % 2 == 0,
    }  # fmt: skip
    theirs = {
        "idp_entity_id": f"http://idp.example/{number}", "idp_sso_url": f"https://idp.example/sso/{number}",
        "idp_metadata_url": f"https://idp.example/metadata/{number}",
        "idp_certificates": [{"certificate": certificate}],
    }  # fmt: skip
    return {**ours, **theirs} if number % 4 < 2 else ours


def _directory(number: int, kind: tuple[str, bool]) -> dict[str, Any]:
    status, enabled = kind
    token = {"id": f"sec_{number}", "secret_suffix": "x4Zq", "status": "INACTIVE", "create_time": _MADE}
    return {
        "id": f"dir_{number}", "name": f"Directory {number}", "directory_type": "SCIM", "directory_provider": "OKTA",
        "organization_id": _OWNERS[number % 2], "enabled": enabled, "status": status, "total_users": number,
        "directory_endpoint": f"https://acme.example/directories/{number}", "secrets": [token],
    }  # fmt: skip


@contextlib.contextmanager
def running(folder: Path, count: int, gateway: str) -> Iterator[Running]:
    """The stub with so many connections, until the block ends. Raises `PeerError` when it does not start."""
    http, tls, pair = free_port(), free_port(), keys.localhost(folder)
    found = Running(f"http://127.0.0.1:{http}", f"https://localhost:{tls}", pair.certificate, folder / "stub.log")
    (folder / "seed.json").write_text(json.dumps(seed(count, keys.pair(folder, "idp").certificate.read_text())))
    command = [install.python(NAME), job.path("scalekit_server.py"), str(http), str(tls), str(folder / "seed.json")]
    environment = {
        "CERTIFICATE": str(pair.certificate), "PRIVATE_KEY": str(pair.key), "CLIENT_ID": CLIENT,
        "CLIENT_SECRET": SECRET, "TOKEN": "token-of-the-stub", "GATEWAY": gateway,
    }  # fmt: skip
    with serving(command, found.log, lambda: bool(browser.get(f"{found.url}/health")), environment):
        yield found


def read_by_sdk(running: Running) -> dict[str, Any]:
    """What the SDK reads there: `connections`, as listed; `shown`, each by its ID; `directories`."""
    trust = str(running.certificate)
    environment = {
        "CLIENT_SECRET": SECRET, "REQUESTS_CA_BUNDLE": trust, "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH": trust,
        "NO_PROXY": "*", "no_proxy": "*", "no_grpc_proxy": "localhost",
    }  # fmt: skip
    found: dict[str, Any] = json.loads(
        program([install.python(NAME), job.path("scalekit_sdk.py"), running.tls, CLIENT], environment)
    )
    return found
