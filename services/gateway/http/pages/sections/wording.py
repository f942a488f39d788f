"""What a section's page says of what was done there: in the reader's language, by a word that an address can hold."""

from collections.abc import Mapping

from services.gateway.http.pages.languages import later as _
from services.gateway.http.pages.languages import words_in
from services.gateway.http.pages.wording import Words

WRONG: Mapping[str, str] = {
    "no_score": _("This is no score. Write a number, such as 3 or 2.5."),
    "too_high": _("This is more than there is to earn."),
    "no_level": _("The rubric has no such score."),
    "several": _("These are several values. Paste one column."),
}
"""Why a value is no score."""

SHORT: Mapping[str, str] = {
    "no_policy": _("No rule"),
    "no_evidence": _("None yet"),
    "not_enough": _("Some evidence"),
    "under_review": _("Looked at"),
}
"""In a cell, of a status without a level."""

STALE = _("Something was recorded for %(name)s here since you opened this page. Look again, then send it again.")
GONE = _("%(name)s is not in this class any more. Nothing was recorded.")
SAVED = _("Recorded for %(name)s: %(score)s of %(possible)s.")
TAKEN_BACK = _("Taken back. It stays in the record, and no longer counts.")
NOT_SAVED = _("This was not recorded. Please try again.")
SOMEBODY = _("Somebody")


def words_of(language: str) -> Words:
    """The words for statuses and the like, in a language."""
    return Words(words_in(language), language)


def shorts(language: str) -> Mapping[str, str]:
    """What stands in a cell without a level, by its status."""
    return {status: said(language, word) for status, word in SHORT.items()}


def said(language: str, message: str, **more: str) -> str:
    """A sentence in the reader's language."""
    return words_in(language).gettext(message) % more
