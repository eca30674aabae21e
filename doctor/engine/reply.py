"""The short reply to the customer, in plain words: what is known, who does what next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from doctor.engine.diagnose import Diagnosis
    from doctor.model.finding import Report


class Reply(NamedTuple):
    """The answer: a subject line and paragraphs."""

    subject: str
    body: tuple[str, ...]


def replied(
    found: Diagnosis | Report, first: tuple[str, str] | None, acting: tuple[str, ...], product: str | None, *,
    asks: bool,
) -> Reply:  # fmt: skip
    """The reply. `first` is verdict and folder of the finding that leads, `acting` who must act.

    `asks`: a request for evidence goes with it.
    """
    if first is None:
        return _open(found, asks=asks)
    verdict, folder = first
    company = product or "your company's sign-in system"
    cause = PLAIN.get(folder, PLAIN[""]).format(company=company)
    if verdict == "suspected":
        body = f"We have a suspicion, and no proof yet: {cause}. Please change nothing before it is checked."
        return Reply("We have a suspicion, and are checking it", (body, *(_ASKS if asks else ())))
    acts = [_DOES[who].format(company=company) for who in acting]
    again = _SYNCED if folder == "scim" else _AGAIN
    said = f"We have found something that must be corrected: {cause}."
    return Reply("We found what has to be corrected", (said, *acts, *again, *(_ASKS if asks else ())))


def _open(found: Diagnosis | Report, *, asks: bool) -> Reply:
    advised = [one for one in getattr(found, "advice", ()) if one.tree is not None and found.verdict == "pass"]
    if advised:
        return Reply(advised[0].title, tuple(advised[0].text))
    said = "We have looked at what we have so far, and do not know the cause yet. Nothing in it proves a fault."
    return Reply("We are looking for the cause", (said, *(_ASKS if asks else ())))


_ASKS: Final = (
    "To go on we need a few things from you; the list comes with this message.",
    "Please send no passwords, no codes and no whole recordings.",
)
_AGAIN: Final = (
    "Once that is done, please sign in again in a private browser window.",
    "If it still fails, tell us the minute and the exact words on the page.",
)
_SYNCED: Final = (
    "Once that is done, we look whether a change of a test user arrives.",
    "Please tell us if somebody is still missing.",
)
_DOES: Final = {
    "idp-admin": "Next: whoever administers {company} corrects it there. Please pass the message for them on.",
    "app-admin": "Next: whoever administers the application corrects it on that side.",
    "developer": "Next: the developers of the application have to correct something; they have the details.",
    "user": "Next: the person who signs in can put it right; the steps are in the message for them.",
    "vendor": "Next: the support of the vendor that holds the connection has to act; they get the details.",
}
PLAIN: Final = {
    "": "a setting does not fit",
    "application": "a setting of the application in {company} does not fit",
    "capture": "the application refused the sign-in",
    "certificate": "the certificate by which the application recognises {company} is not in order",
    "connection": "the connection between {company} and the application is not set up as it should be",
    "endpoint": "an address through which {company} and the application reach each other cannot be used",
    "fetch": "the address at which {company} describes itself cannot be read",
    "input": "a file that should describe {company} cannot be read as it is",
    "login": "the account, or the way in which the sign-in was started, does not fit",
    "metadata": "the file that describes {company} is not in order",
    "oauth": "the settings for signing in with {company} do not fit those of the application",
    "organization": "your organization's entry on the application's side is not complete",
    "provider": "a setting in {company} or in the application, which this product needs, does not fit",
    "request": "the application asks {company} in a way that does not fit its settings",
    "response": "{company} sends something that the application cannot accept",
    "saml": "the settings of {company} and of the application do not fit each other",
    "scim": "the transfer of users from {company} does not work as it should",
}
"""A cause in plain words, by the folder of the rule."""
