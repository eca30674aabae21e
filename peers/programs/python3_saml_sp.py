"""`python python3_saml_sp.py JOB`: python3-saml judges messages as an application has it do; one line of JSON for each.

Its settings are those it has when nothing is said, with strict checks on.
"""

import json
import sys
from pathlib import Path
from urllib.parse import urlsplit

from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser

JOB = json.loads(Path(sys.argv[1]).read_text())


def settings() -> dict:
    (entity_id, acs_url), _ = JOB["service_providers"]
    told = OneLogin_Saml2_IdPMetadataParser.parse(Path(JOB["folder"], "metadata.xml").read_text())
    key, certificate = (Path(JOB["folder"], name).read_text() for name in ("sp.key", "sp.crt"))
    sp = {
        "entityId": entity_id,
        "assertionConsumerService": {"url": acs_url},
        "privateKey": key,
        "x509cert": certificate,
    }
    return {"strict": True, "sp": sp, "idp": told["idp"]}


def verdict(message: str, request_id: str) -> tuple[bool, str]:
    at = urlsplit(JOB["service_providers"][0][1])
    request = {
        "https": "on", "http_host": at.netloc, "script_name": at.path, "get_data": {},
        "post_data": {"SAMLResponse": message},
    }  # fmt: skip
    auth = OneLogin_Saml2_Auth(request, settings())
    try:
        auth.process_response(request_id)
    except Exception as error:  # whatever it raises is its way of refusing
        return False, f"{type(error).__name__}: {error}"
    return auth.is_authenticated(), auth.get_last_error_reason() or ""


for variant, message, request_id in JOB["messages"]:
    print(json.dumps([variant, *verdict(message, request_id)]))
