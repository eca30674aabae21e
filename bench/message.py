"""Measured inside one process: the whole diagnosis of a signed response of 7 KB, once everything is warm.

`posted` is the response as it is sent (base64), `raw` its XML, both with the identity provider's metadata as bytes
in each call; `reused` is one `Checker` that has read the metadata before, as a service that checks every sign-in
keeps it. The yardstick is the one thing that nobody can leave out: `XMLVerifier().verify` of signxml on the same
XML, which tells whether the signature holds and nothing else.

Usage: message.py posted|raw|reused [ROUNDS]
"""

from __future__ import annotations

import json
import sys
from base64 import b64decode
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import doctor
from bench import inputs, process
from doctor.engine.check import Checker
from doctor.engine.rulebook import shipped
from doctor.model.document import Document
from doctor.parse.recognise import recognise

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.x509 import Certificate

AT: Final = datetime.fromisoformat(inputs.JUDGED_AT)


def read(name: str) -> bytes:
    """One of the inputs."""
    return (inputs.FOLDER / name).read_bytes()


def diagnosis(way: str) -> Callable[[], Any]:
    """The call that is measured. Raises RuntimeError when it does not find the response in order."""
    data, metadata = read("response.xml" if way == "raw" else "response.b64"), read("okta.xml")
    call = _reused(data, metadata) if way == "reused" else lambda: doctor.check(data, idp_metadata=metadata, at=AT)
    if call().findings or "valid" not in str(doctor.check(data, idp_metadata=metadata, at=AT).subjects):
        raise RuntimeError("the response of the benchmark is not in order")
    return call


def _reused(data: bytes, metadata: bytes) -> Callable[[], Any]:
    context = recognise(metadata, "okta.xml")
    assert isinstance(context, Document)
    context = context._replace(details={"offered_as": "idp-metadata"})
    checker = Checker(shipped(), AT, {"case.judged_at": AT}, {}, [context])
    return lambda: checker.document(recognise(data, "response"))


def certificate() -> Certificate:
    """The identity provider's certificate, as its metadata holds it."""
    from cryptography import x509

    text = read("okta.xml").partition(b"<ds:X509Certificate>")[2].partition(b"<")[0]
    return x509.load_der_x509_certificate(b64decode(text))


def main(way: str, rounds: int) -> None:
    """Time both in turns and print the result."""
    from signxml.verifier import XMLVerifier

    call, data, signer = diagnosis(way), read("response.xml"), certificate()
    for _ in range(50):
        call()
        XMLVerifier().verify(data, x509_cert=signer)
    print(json.dumps(process.in_turns(rounds, call, lambda: XMLVerifier().verify(data, x509_cert=signer))))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
