"""`python pysaml2_idp.py JOB VARIANT...`: an identity provider over pysaml2; one base64 file for each variant.

JOB is a JSON file: the folder to write to, the entity ID, the service providers, the request that is answered.
Runs in an environment of its own, which has pysaml2 and not doctor.
"""

import base64
import functools
import json
import sys
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")

from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT, saml, xmldsig  # noqa: E402
from saml2.config import IdPConfig  # noqa: E402
from saml2.metadata import entity_descriptor  # noqa: E402
from saml2.samlp import STATUS_NO_PASSIVE  # noqa: E402
from saml2.server import Server  # noqa: E402

JOB = json.loads(Path(sys.argv[1]).read_text())
FOLDER = Path(JOB["folder"])
ALICE = {"mail": ["alice@acme.test"], "givenName": ["Alice"], "sn": ["Doe"]}


@functools.cache
def server(key: str = "idp", entity_id: str = JOB["entity_id"]) -> Server:
    config = IdPConfig()
    sso = [(f"{JOB['entity_id']}/sso", BINDING_HTTP_REDIRECT)]
    config.load({
        "entityid": entity_id,
        "key_file": str(FOLDER / f"{key}.key"),
        "cert_file": str(FOLDER / f"{key}.crt"),
        "metadata": {"inline": [sp_metadata(*one) for one in JOB["service_providers"]]},
        "service": {"idp": {"endpoints": {"single_sign_on_service": sso}, "policy": {"default": policy()}}},
    })  # fmt: skip
    return Server(config=config)


def policy() -> dict:
    form = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
    return {"lifetime": {"minutes": 5}, "attribute_restrictions": None, "name_form": form}


def sp_metadata(entity_id: str, acs_url: str) -> str:
    return (
        f'<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{entity_id}"><SPSSODescriptor'
        ' protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><AssertionConsumerService index="0"'
        f' Binding="{BINDING_HTTP_POST}" Location="{acs_url}"/></SPSSODescriptor></EntityDescriptor>'
    )


def response(variant: str) -> str:
    (sp, acs_url), (other_sp, other_acs) = JOB["service_providers"]
    common = {
        "in_response_to": JOB["request_id"],
        "destination": other_acs if variant == "wrong-recipient" else acs_url,
        "sign_alg": xmldsig.SIG_RSA_SHA1 if variant == "sha1" else xmldsig.SIG_RSA_SHA256,
        "digest_alg": xmldsig.DIGEST_SHA1 if variant == "sha1" else xmldsig.DIGEST_SHA256,
    }
    sender = server(*SENDERS.get(variant, ()))
    if variant == "no-passive":
        info = (STATUS_NO_PASSIVE, "nobody is signed in")
        return str(sender.create_error_response(info=info, sign=True, **common))
    return str(
        sender.create_authn_response(
            identity={} if variant == "no-attributes" else ALICE,
            sp_entity_id=other_sp if variant == "wrong-audience" else sp,
            name_id=name_id(variant),
            authn={"class_ref": "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"},
            sign_response=variant not in ("assertion-only", "unsigned"),
            sign_assertion=variant not in ("response-only", "unsigned"),
            encrypt_assertion=variant == "encrypted",
            encrypt_cert_assertion=(FOLDER / "sp.crt").read_text(),
            **common,
        )
    )


SENDERS = {"wrong-key": ("other",), "wrong-issuer": ("idp", f"{JOB['entity_id']}/other")}


def name_id(variant: str) -> saml.NameID:
    if variant == "transient":
        return saml.NameID(format=saml.NAMEID_FORMAT_TRANSIENT, text="_7f3c2a")
    return saml.NameID(format=saml.NAMEID_FORMAT_EMAILADDRESS, text="alice@acme.test")


(FOLDER / "metadata.xml").write_text(str(entity_descriptor(server().config)))
for name in sys.argv[2:]:
    (FOLDER / f"{name}.b64").write_text(base64.b64encode(response(name).encode()).decode())
