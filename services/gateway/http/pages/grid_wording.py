"""What a section's page says of what was done there: in the reader's language, by a word that an address can hold."""

from collections.abc import Mapping

from services.gateway.http.pages.languages import words_in
from services.gateway.http.pages.wording import Words


def _(message: str) -> str:
    """Marks a word for the catalogues; it is translated when it is shown."""
    return message


WRONG: Mapping[str, str] = {
    "no_score": _("This is no score. Write a number, such as 3 or 2.5."),
    "too_high": _("This is more than there is to earn."),
    "no_level": _("The rubric has no such score."),
    "several": _("These are several values. Paste one column."),
}
"""Why a value is no score."""

STALE = _("Something was recorded for %(name)s here since you opened this page. Look again, then send it again.")
GONE = _("%(name)s is not in this class any more. Nothing was recorded.")
SAVED = _("Recorded for %(name)s: %(score)s of %(possible)s.")
TAKEN_BACK = _("Taken back. It stays in the record, and no longer counts.")
NOT_SAVED = _("This was not recorded. Please try again.")
SOMEBODY = _("Somebody")


def words_of(language: str) -> Words:
    """The words for statuses and the like, in a language."""
    return Words(words_in(language))


def said(language: str, message: str, **more: str) -> str:
    """A sentence in the reader's language."""
    return words_in(language).gettext(message) % more
