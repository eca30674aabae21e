"""With which key, to which environment: options, the environment, or a profile. No secret is ever in a file.

A profile names an environment: its vendor, its address, and where its secret is: in the system's keyring, or in an
environment variable. The file of profiles holds no secret and may be read by anybody; it is written whole.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from functools import cached_property, partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from doctor.catalogue.rule import did_you_mean
from doctor.model.error import InputError, UsageError
from doctor.sources import secret as secrets
from doctor.sources import vendor as api

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from doctor.sources.secret import Secret

VENDORS: Final = ("workos", "scalekit")
SCHEMA: Final = "doctor/config/1"
SERVICE: Final = "sso-doctor"
"""The name under which the keyring keeps our secrets."""
KEY: Final = {"workos": "WORKOS_API_KEY", "scalekit": "SCALEKIT_CLIENT_SECRET"}
ADDRESS: Final = {"workos": "WORKOS_BASE_URL", "scalekit": "SCALEKIT_ENVIRONMENT_URL"}
CLIENT: Final = "SCALEKIT_CLIENT_ID"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_VARIABLE: Final = re.compile(r"[A-Z_][A-Z0-9_]{0,127}")
"""Capitals only: a key that was given by mistake must not be taken for a name and shown."""


class Profile(NamedTuple):
    """One environment. `key_env` is the variable that holds the secret; without one it is in the keyring."""

    name: str
    vendor: str
    base_url: str | None = None
    client_id: str | None = None
    key_env: str | None = None


class Access(NamedTuple):
    """How a vendor's API is reached. `came_from` says in words where the key was found."""

    vendor: str
    base_url: str | None
    client_id: str | None
    secret: Secret
    came_from: str


class Wanted(NamedTuple):
    """What a command line says of the access: all may be left to the environment and the profiles."""

    vendor: str | None = None
    base_url: str | None = None
    profile: str | None = None


class Book(NamedTuple):
    """All profiles, and the one that is used when nothing else is said."""

    profiles: dict[str, Profile]
    default: str | None = None


# ── the keyring ────────────────────────────────────────────────────────────────────────────────────────────


class Keyring:
    """The system's keyring, where there is one; `available` says so, and nothing of it ever raises a traceback.

    It is looked for when it is first needed: most commands find their key in a variable.
    """

    @cached_property
    def _backend(self) -> Any:
        with contextlib.suppress(Exception):  # a keyring without a desktop fails in a dozen ways
            found = import_module("keyring")
            return found if found.get_keyring().priority > 0 else None
        return None

    @property
    def available(self) -> bool:
        """Whether secrets can be kept here."""
        return self._backend is not None

    def get(self, name: str) -> str | None:
        """The secret of a profile, or None."""
        with contextlib.suppress(Exception):
            found = self._backend.get_password(SERVICE, name)
            return found if isinstance(found, str) else None
        return None

    def put(self, name: str, text: str) -> None:
        """Keep the secret of a profile. Raises `InputError`."""
        kept = False
        with contextlib.suppress(Exception):  # its message might hold the secret
            self._backend.set_password(SERVICE, name, text)
            kept = True
        if not kept:
            raise InputError(
                "this system has no keyring that can keep a secret",
                "name an environment variable instead: --key-env NAME",
            )

    def forget(self, name: str) -> None:
        """Forget the secret of a profile, if there is one."""
        with contextlib.suppress(Exception):
            self._backend.delete_password(SERVICE, name)


# ── the file of profiles ───────────────────────────────────────────────────────────────────────────────────


def path() -> Path:
    """Where the profiles are kept."""
    from doctor.sources.case_store import folder

    return folder() / "profiles.json"


def load(file: Path) -> Book:
    """The profiles of a file; none when there is no file. Raises `InputError`."""
    try:
        data = json.loads(file.read_bytes())
        each = [
            Profile(name, **{key: one.get(key) for key in Profile._fields[1:]})
            for name, one in data["profiles"].items()
        ]
    except FileNotFoundError:
        return Book({})
    except OSError as error:
        raise InputError(f"cannot read {file}: {error.strerror or error}", "check its permissions") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise InputError(f"the file of profiles {file} is damaged", "delete it, and add the profiles again") from None
    return Book({one.name: checked(one) for one in each}, data.get("default"))


def save(file: Path, book: Book) -> None:
    """Write the profiles whole: a reader sees the old file or the new one. Raises `InputError`."""
    rows = {
        name: {key: value for key, value in one._asdict().items() if key != "name"}
        for name, one in book.profiles.items()
    }
    text = json.dumps({"schema": SCHEMA, "default": book.default, "profiles": rows}, indent=2) + "\n"
    fresh = file.with_suffix(f".{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh.write_text(text, encoding="utf-8")
        fresh.chmod(0o600)
        fresh.replace(file)
    except OSError as error:
        raise InputError(
            f"cannot write {file}: {error.strerror or error}", "DOCTOR_HOME names another folder"
        ) from None


def checked(one: Profile) -> Profile:
    """The profile, when it is right. Raises `UsageError`."""
    if not _NAME.fullmatch(one.name):
        raise UsageError(f"{one.name!r} cannot name a profile", "use letters, digits, - _ and .")
    if one.vendor not in VENDORS:
        near = did_you_mean(str(one.vendor), VENDORS)
        raise UsageError(f"profile {one.name}: there is no vendor {one.vendor!r}{near}", f"one of {', '.join(VENDORS)}")
    if one.base_url is not None:
        api.base(one.base_url)
    if one.vendor == "scalekit" and not (one.base_url and one.client_id):
        raise UsageError(
            f"profile {one.name}: Scalekit needs its address and a client ID", "--base-url URL --client-id ID"
        )
    if one.key_env is not None:
        variable(one.key_env, "--key-env")
    return one


def variable(name: str, option: str) -> str:
    """The name of an environment variable, as an option gave it. Raises `UsageError`, which does not repeat it."""
    if not _VARIABLE.fullmatch(name):
        raise UsageError(
            f"{option} takes the name of a variable in capitals, never a secret itself", f"{option} ACME_WORKOS_KEY"
        )
    return name


def named(book: Book, name: str) -> Profile:
    """A profile by its name. Raises `UsageError` with the nearest name."""
    if name not in book.profiles:
        near = did_you_mean(name, book.profiles)
        raise UsageError(f"there is no profile {name!r}{near}", "doctor config list shows them")
    return book.profiles[name]


# ── which access ───────────────────────────────────────────────────────────────────────────────────────────


def access(wanted: Wanted, environ: Mapping[str, str], book: Book, ring: Keyring) -> Access:
    """The access that a command line asks for. Raises `UsageError` saying what to set.

    A profile that is named beats the environment, which beats the default profile.
    """
    if wanted.profile is not None:
        return _of_profile(named(book, wanted.profile), wanted, environ, ring)
    usual = book.profiles.get(book.default or "")
    vendor = wanted.vendor or _vendor(environ)
    if vendor and environ.get(KEY[vendor]):
        return _of_environment(vendor, wanted, environ)
    if usual is not None and vendor in (None, usual.vendor):
        return _of_profile(usual, wanted, environ, ring)
    if vendor is None:
        raise UsageError(
            "no vendor's key is at hand", "set WORKOS_API_KEY, or SCALEKIT_CLIENT_SECRET, or doctor config add NAME"
        )
    return _of_environment(vendor, wanted, environ)


class Place(NamedTuple):
    """An environment that is configured: how it is reached, or why it cannot be."""

    name: str
    vendor: str
    access: Access | None
    lacking: UsageError | None = None


def places(environ: Mapping[str, str], book: Book, ring: Keyring) -> tuple[Place, ...]:
    """Every environment whose key is set, then every profile; one that is reached by both is there once."""
    made: list[tuple[str, str, Callable[[], Access]]] = [
        (vendor, vendor, partial(_of_environment, vendor, Wanted(), environ)) for vendor in VENDORS
        if environ.get(KEY[vendor])
    ]  # fmt: skip
    for name in sorted(book.profiles):
        one = book.profiles[name]
        shown = f"profile {name}" if name in VENDORS else name
        made.append((shown, one.vendor, partial(_of_profile, one, Wanted(), environ, ring)))
    found: dict[object, Place] = {}
    for name, vendor, reached in made:
        one_place, same = _place(name, vendor, reached)
        found.setdefault(same, one_place)
    return tuple(found.values())


def _place(name: str, vendor: str, reached: Callable[[], Access]) -> tuple[Place, object]:
    """An environment, and what is the same in another one that is reached by the same key."""
    try:
        access = reached()
    except UsageError as error:
        return Place(name, vendor, None, error), name
    return Place(name, vendor, access), (vendor, access.base_url, access.client_id, access.secret.reveal())


def _vendor(environ: Mapping[str, str]) -> str | None:
    """The vendor whose key is set; with several keys, one must be chosen."""
    found = [name for name in VENDORS if environ.get(KEY[name])]
    if len(found) > 1:
        raise UsageError("keys of both vendors are set", "--vendor workos or --vendor scalekit says which one is meant")
    return next(iter(found), None)


def _of_environment(vendor: str, wanted: Wanted, environ: Mapping[str, str]) -> Access:
    address = wanted.base_url or environ.get(ADDRESS[vendor]) or None
    if vendor == "scalekit":
        lacking = [name for name, value in ((ADDRESS[vendor], address), (CLIENT, environ.get(CLIENT))) if not value]
        lacking += [] if environ.get(KEY[vendor]) else [KEY[vendor]]
        if lacking:
            raise UsageError(f"Scalekit needs {', '.join(lacking)}", "set them, or doctor config add NAME")
    if not environ.get(KEY[vendor]):
        raise UsageError(f"{KEY[vendor]} is not set", "set it, or doctor config add NAME")
    key = secrets.given(environ[KEY[vendor]], KEY[vendor])
    return Access(vendor, address, environ.get(CLIENT) or None, key, KEY[vendor])


def _of_profile(one: Profile, wanted: Wanted, environ: Mapping[str, str], ring: Keyring) -> Access:
    if wanted.vendor not in (None, one.vendor):
        raise UsageError(f"the profile {one.name} is of {one.vendor}", "leave --vendor away, or name another profile")
    if one.key_env is not None:
        if not environ.get(one.key_env):
            raise UsageError(f"{one.key_env} is not set; the profile {one.name} takes its key from there", "set it")
        key = secrets.given(environ[one.key_env], one.key_env)
    else:
        text = ring.get(one.name)
        if text is None:
            raise UsageError(
                f"the keyring holds no key of the profile {one.name}",
                f"doctor config set-key {one.name}, or doctor config add {one.name} --key-env NAME",
            )
        key = secrets.given(text, f"the key of the profile {one.name}")
    return Access(one.vendor, wanted.base_url or one.base_url, one.client_id, key, f"profile {one.name}")
