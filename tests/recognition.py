"""`python -m tests.recognition`: which products are recognised over the corpus, against what is known of its files.

The corpus stands outside the project (`../shared/corpus`); without it there is nothing to measure. Its manifest guesses
a product for many files, by a program: from the entity ID or the issuer, or from words of the path (which are often the
name of the repository). A guess is no truth. `REVIEWED` says what somebody found who looked into the file; where nobody
looked, a guess from the content counts, and a guess from a path is only shown.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from datetime import UTC, datetime
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import doctor

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CORPUS: Final = Path(__file__).resolve().parents[2] / "shared" / "corpus"
NOW: Final = datetime(2026, 11, 22, 9, tzinfo=UTC)
MANY: Final = ("aggregate", "aggregate-large", "upstream-settings")
"""Kinds of files that show several identity providers, or are no evidence."""
OURS: Final = {
    "shibboleth": "shibboleth", "simplesamlphp": "simplesamlphp", "onelogin": "onelogin", "adfs": "microsoft-ad-fs",
    "okta": "okta", "entra/azure": "entra-id", "keycloak": "keycloak", "google": "google-workspace", "auth0": "auth0",
    "ping": "pingone",
}  # fmt: skip
"""The manifest's words for products that `providers.yaml` knows."""
NONE: Final = "none"
"""The file shows no identity provider of ours."""
REVIEWED: Final = (
    ("captures/AzureAD-*OpenIdConnectMetadata2.json", NONE, "sts.windows.net2 is no address of Entra ID"),
    ("metadata/AzureAD-*__wind*", NONE, "Microsoft's own federation as service provider"),
    ("responses/AzureAD-*rst-response*", "microsoft-ad-fs", "WS-Trust, issued by …/adfs/services/trust"),
    ("responses/IdentityPython-djangosaml2__auth-response.py-L60*", NONE, "a template in quotes, not read as XML"),
    ("captures/OpenIDC-pyoidc__jwks2*", NONE, "a key set; the issuer stands in a field that belongs to no standard"),
    ("metadata/PhilHem-*", NONE, "an aggregate"),
    ("certs/SAML-Toolkits-java-saml__config.decrypt.properties-L32*", "okta", "issued to OU=SSOProvider of Okta"),
    ("certs/mattermost-gosaml2__decode-response-test.go-L79*", "okta", "issued to OU=SSOProvider of Okta"),
    ("certs/mattermost-gosaml2__oktaenc-idp*", "okta", "issued to OU=SSOProvider of Okta"),
    ("certs/russellhaering-goxmldsig__validate-test.go-L272*", "okta", "issued to OU=SSOProvider of Okta"),
    ("responses/SAML-Toolkits-ruby-saml__inclusive-namespaces*", "okta", "signed with Okta's certificate"),
    ("responses/SAML-Toolkits-ruby-saml__response-no-cert-and-encrypted*", "vmware", "issued by …/SAAS/API/1.0/…"),
    ("responses/SAML-Toolkits-java-saml__unsigned-assertion.xml.base64*", NONE, "cut off, not well-formed"),
    ("metadata/ausaccessfed-*__raw-entity-descriptors.rb-L62*", "shibboleth", "at …/idp/profile/SAML2/…"),
    ("metadata/ausaccessfed-*__raw-entity-descriptors-controller*", "shibboleth", "at …/idp/profile/SAML2/…"),
    ("metadata/ausaccessfed-*", NONE, "templates without an identity provider, or with no address in them"),
    ("metadata/coveo-saml-client__azure-utf-16*", NONE, "cannot be read: its encoding is not what it declares"),
    ("captures/department-of-veterans-affairs-*", NONE, "a request by Okta as service provider, to somebody else"),
    ("metadata/korteke-*", NONE, "SAML 1 at an address of no product"),
    ("captures/latchset-mod-auth-mellon__*", "keycloak", "sent to …/realms/…/protocol/saml"),
    ("captures/lightSAML-lightSAML__logoutrequest01*", NONE, "issued by SimpleSAMLphp as service provider"),
    ("metadata/*__sp-ed2*", NONE, "SimpleSAMLphp as service provider"),
    ("captures/*__request01*", "entra-id", "sent to login.windows.net by SimpleSAMLphp as service provider"),
    ("captures/perl-net-saml2-*__17-lowercase*", "entra-id", "sent to login.windows.net"),
    ("captures/perl-net-saml2-*__20-path-only*", "keycloak", "sent to …/realms/…/protocol/saml"),
    ("metadata/perl-net-saml2-*__idp-samlid*", "shibboleth", "samltest.id ran the Shibboleth IdP"),
    ("responses/perl-net-saml2-*__issue-49*", NONE, "sts.windows.net/someguid names no tenant"),
    ("captures/python-social-auth-*__saml-response*", "shibboleth", "issued by idp.testshib.org/idp/shibboleth"),
    ("captures/russellhaering-goxmldsig__canonicalize-test*", "shibboleth", "sent to …/idp/profile/SAML2/Redirect/SSO"),
    ("metadata/supabase-auth__sso-test*", "google-workspace", "metadata of Google with the entity ID left out"),
    ("metadata/supabase-auth__ssoadmin-test*", "okta", "metadata of Okta with the entity ID left out"),
    ("metadata/swedenconnect-opensaml-addons__97dbc*", NONE, "a service provider whose logout address is AD FS"),
    ("metadata/ukf-ukf-meta__utilities-2017*", NONE, "an entity without a role"),
    ("captures/wayf-dk-gosaml__gosaml-test.go-L279*", NONE, "a logout request of a service provider, to nobody"),
    ("captures/wayf-dk-gosaml__*", "shibboleth", "sent to …/idp/profile/SAML2/Redirect/SSO"),
    ("metadata/wayf-dk-gosaml__wayfmd*", NONE, "a federation's hub, with the addresses of SimpleSAMLphp"),
    ("metadata/wayf-dk-*__idp-md-nemlogin*", NONE, "a federation's bridge, with the addresses of SimpleSAMLphp"),
)  # fmt: skip
"""What somebody found who looked into the file: its name, the product, why. Wrong guesses and files without one."""
PRECISION: Final = 0.99
RECALL: Final = {
    "okta": 0.97, "shibboleth": 0.97, "simplesamlphp": 0.97, "onelogin": 0.97, "entra-id": 0.95,
    "microsoft-ad-fs": 0.97, "google-workspace": 0.97, "keycloak": 0.97, "auth0": 0.97,
}  # fmt: skip
"""Floors, which `tests/test_recognition.py` holds. Recall where the corpus shows a product at all."""


class Row(NamedTuple):
    """One file: the manifest's guess (its word, and whether from the path only), and what was recognised."""

    file: str
    guess: str | None
    by_path: bool
    found: str | None

    @property
    def truth(self) -> str | None:
        """The product as far as it is known: as reviewed, else as guessed from the content; None: nobody knows."""
        reviewed = next((product for name, product, _ in REVIEWED if fnmatch(self.file, name)), None)
        guessed = OURS.get(self.guess or "")
        return reviewed or (None if self.by_path and guessed != self.found else guessed)


def rows() -> Iterator[Row]:
    """Every file of the corpus that may show one identity provider, in the order of the manifest."""
    for line in (CORPUS / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        entry: dict[str, Any] = json.loads(line)
        path = CORPUS / entry["file"]
        if entry["kind"] in MANY or not path.is_file():
            continue
        word = entry.get("provider_guess") or ""
        report = doctor.check(path, at=NOW, fail_on="never")
        found = next((one.provider for one in report.subjects if one.provider), None)
        yield Row(entry["file"], word.removesuffix(" (path)") or None, word.endswith(" (path)"), found)


class Measured(NamedTuple):
    """What came of it for one product: right, wrong (another one it is), missed, and recognised where nobody knows."""

    right: int
    wrong: int
    missed: int
    unknown: int

    @property
    def precision(self) -> float:
        """The share that is right of what was recognised and is known."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """The share that was recognised of what is known to be this product."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0


def measured(found: Iterable[Row]) -> dict[str, Measured]:
    """The counts for each product that was recognised or missed, and `all`."""
    counts: Counter[tuple[str, str]] = Counter()
    for row in found:
        truth = row.truth
        if row.found is not None:
            counts[row.found, "unknown" if truth is None else "right" if truth == row.found else "wrong"] += 1
        if truth not in (None, NONE, row.found):
            counts[truth or "", "missed"] += 1
    products = sorted({product for product, _ in counts})
    by_product = {one: Measured(*(counts[one, field] for field in Measured._fields)) for one in products}
    return by_product | {"all": Measured(*map(sum, zip(*by_product.values(), strict=True)))}


def main() -> int:
    """Print the table and the files that are wrong, missed or unknown; 1 when a floor is not reached."""
    if not CORPUS.is_dir():
        print("no corpus beside the project: nothing to measure")
        return 0
    files = list(rows())
    print(f"{'product':<18}{'right':>7}{'wrong':>7}{'missed':>8}{'unknown':>9}{'precision':>11}{'recall':>8}")
    table = measured(files)
    for product, one in table.items():
        print(f"{product:<18}{one.right:>7}{one.wrong:>7}{one.missed:>8}{one.unknown:>9}"
              f"{one.precision:>11.1%}{one.recall:>8.1%}")  # fmt: skip
    for row in files:
        if row.found != row.truth and (row.found or row.truth not in (None, NONE)):
            print(f"{row.file}: {row.found}, known as {row.truth}")
    silent = sum(1 for row in files if row.found is None)
    print(f"\n{len(files)} files, {silent} show no product; {len(REVIEWED)} entries of REVIEWED")
    low = [name for name, floor in RECALL.items() if name in table and table[name].recall < floor]
    return 1 if low or table["all"].precision < PRECISION else 0


if __name__ == "__main__":
    sys.exit(main())
