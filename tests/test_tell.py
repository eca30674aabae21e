"""How something open is told: the same ways, in the words of the command line and in those of the app."""

from __future__ import annotations

import pytest

from doctor.catalogue.setup_file import GIVEN
from doctor.engine.verify import Way
from doctor.report.tell import tell
from doctor.tui import walk

SIGNED_IN = Way(set=(("login.ended_at", "signed-in"),), first="sign in once")
AUDIENCE = Way(set=(("idp.audience", "…"),), note="with what stands at the provider")
VALUES = Way(values=("acs_url", "sp_entity_id"))
SECRET = Way(set=(("oauth.client_id_matches", "true"), ("oauth.client_secret_state", "right")))


@pytest.mark.parametrize(
    ("ways", "option", "key"),
    [
        ([Way("only a person can tell")], "only a person can tell", "only a person can tell"),
        ([SIGNED_IN], "sign in once, then --set login.ended_at=signed-in", "sign in once, then your word (t)"),
        ([Way(give="saml-response"), AUDIENCE],
         "a captured response or --set idp.audience=… with what stands at the provider",
         "a captured response (f) or your word (t) with what stands at the provider"),
        ([VALUES, Way(give="sp-metadata"), Way(give="connection")],
         "--acs-url and --sp-entity-id, --sp-metadata FILE or --connection-file FILE",
         "the values (v), the metadata of the service provider (f) or the connection as JSON, or its id (f)"),
        ([SECRET], "--set oauth.client_id_matches=true and --set oauth.client_secret_state=right", "your word (t)"),
        ([Way(values=("redirect_uri",), note="; once")], "--redirect-uri URL; once", "the value (v); once"),
    ],
)  # fmt: skip
def test_each_face_has_its_words(ways: list[Way], option: str, key: str) -> None:
    assert tell(ways) == option
    assert walk.here(ways) == key


def test_nothing_is_said_where_there_is_no_way() -> None:
    assert tell(()) is None


@pytest.mark.parametrize("kind", GIVEN)
def test_each_document_can_be_given_in_both(kind: str) -> None:
    assert tell([Way(give=kind)])
    assert walk.here([Way(give=kind)]).endswith("(f)")
