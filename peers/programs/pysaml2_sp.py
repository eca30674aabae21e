"""`python pysaml2_sp.py JOB`: pysaml2's service provider judges messages; one line of JSON for each.

It wants one signature, on the response or on the assertion, and knows the request that was sent.
"""

import functools
import json
import logging
import sys
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")
logging.disable()

from saml2 import BINDING_HTTP_POST  # noqa: E402
from saml2.client import Saml2Client  # noqa: E402
from saml2.config import SPConfig  # noqa: E402

JOB = json.loads(Path(sys.argv[1]).read_text())


@functools.cache
def client() -> Saml2Client:
    (entity_id, acs_url), _ = JOB["service_providers"]
    config = SPConfig()
    config.load({
        "entityid": entity_id,
        "metadata": {"local": [f"{JOB['folder']}/metadata.xml"]},
        "allow_unknown_attributes": True,
        "accepted_time_diff": 0,
        "encryption_keypairs": [{"key_file": f"{JOB['folder']}/sp.key", "cert_file": f"{JOB['folder']}/sp.crt"}],
        "service": {"sp": {
            "endpoints": {"assertion_consumer_service": [(acs_url, BINDING_HTTP_POST)]},
            "want_response_signed": False,
            "want_assertions_signed": False,
            "want_assertions_or_response_signed": True,
        }},
    })  # fmt: skip
    return Saml2Client(config=config)


def verdict(message: str, request_id: str) -> tuple[bool, str]:
    try:
        answer = client().parse_authn_request_response(message, BINDING_HTTP_POST, {request_id: "/"})
        answer.session_info()  # what an application asks next; an assertion that was put aside shows only here
    except Exception as error:  # whatever it raises is its way of refusing
        return False, f"{type(error).__name__}: {error}".strip(": ")
    return True, ""


for variant, message, request_id in JOB["messages"]:
    print(json.dumps([variant, *verdict(message, request_id)]))
