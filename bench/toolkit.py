"""Measured inside one process: the whole diagnosis of a signed response, against `is_valid` of python3-saml.

Both get the base64 as it is posted, and both are told the moment of judgement. python3-saml is strict and knows
the service provider and the identity provider's certificate; its settings are made once, before anything is timed.
It is no dependency of doctor: it must be importable in the interpreter that runs this (`--python3-saml` of bench).

Usage: toolkit.py [ROUNDS]
"""

from __future__ import annotations

import json
import sys
from base64 import b64encode
from importlib import import_module
from typing import TYPE_CHECKING, Any

from bench import markup, message, process
from tests.factory import response

if TYPE_CHECKING:
    from collections.abc import Callable


def is_valid() -> Callable[[], bool]:
    """The yardstick. Raises RuntimeError when python3-saml is not there, or refuses the response."""
    try:
        read = import_module("onelogin.saml2.response").OneLogin_Saml2_Response
        settings = import_module("onelogin.saml2.settings").OneLogin_Saml2_Settings(_settings())
    except ImportError as error:
        raise RuntimeError(f"skipped: python3-saml cannot be imported here ({error})") from None
    import_module("onelogin.saml2.utils").OneLogin_Saml2_Utils.now = staticmethod(lambda: int(message.AT.timestamp()))
    text = message.read("response.b64").decode()
    request = {"https": "on", "http_host": "sp.example.com", "script_name": "/sso/acs/conn_01", "post_data": {}}
    found = read(settings, text)
    if not found.is_valid(request, "_request-1"):
        raise RuntimeError(f"python3-saml refuses the response: {found.get_error()}")
    return lambda: bool(read(settings, text).is_valid(request, "_request-1"))


def _settings() -> dict[str, Any]:
    certificate = b64encode(message.certificate().public_bytes(_der())).decode()
    return {
        "strict": True,
        "sp": {"entityId": response.SP, "assertionConsumerService": {"url": response.ACS}},
        "idp": {"entityId": markup.OKTA, "singleSignOnService": {"url": "https://idp.example.com/sso"},
                "x509cert": certificate},
    }  # fmt: skip


def _der() -> Any:
    from cryptography.hazmat.primitives.serialization import Encoding

    return Encoding.DER


def main(rounds: int) -> None:
    """Time both in turns and print the result."""
    yardstick, call = is_valid(), message.diagnosis("posted")
    for _ in range(20):
        call()
        yardstick()
    print(json.dumps(process.in_turns(rounds, call, yardstick)))


if __name__ == "__main__":
    main(int(sys.argv[1]))
