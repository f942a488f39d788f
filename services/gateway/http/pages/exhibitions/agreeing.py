"""How far the members of a panel agree, by the API's figures and in the reader's language. Pure."""

from collections.abc import Mapping
from typing import Any

from services.gateway.http.pages.languages import Gettext
from services.gateway.http.pages.languages import later as _

ENOUGH = 10
"""Comparisons from which on agreement is no longer said to be perhaps chance, as the API has it."""

NOBODY = _("No two panelists have scored the same work yet, so nothing can be said of how far they agree.")
ONCE = {
    "same": _("Two panelists were compared once, and gave the same. That is too little to conclude anything."),
    "near": _("Two panelists were compared once, and lay one level apart. That is too little to conclude anything."),
    "far": _("Two panelists were compared once, and lay further apart. That is too little to conclude anything."),
}
OFTEN = _(
    "Of %(number)s comparisons of two panelists on one criterion, %(exact)s (%(exactly)s%%) are the same, and "
    "%(adjacent)s (%(nearly)s%%) at most one level apart."
)
FEW = _("With so few, it may be chance.")


def agreement_in_words(told: Mapping[str, Any], words: Gettext) -> str:
    """An agreement as `GET …/panel` tells it: so many comparisons, how many equal, how many at most a level apart."""
    number, exact, adjacent = told["n"], told["exact"], told["adjacent"]
    if number == 0:
        return words.gettext(NOBODY)
    if number == 1:
        return words.gettext(ONCE["same" if exact else "near" if adjacent else "far"])
    said = words.gettext(OFTEN) % {
        "number": number,
        "exact": exact,
        "exactly": _percent(exact, number),
        "adjacent": adjacent,
        "nearly": _percent(adjacent, number),
    }
    return said if number >= ENOUGH else f"{said} {words.gettext(FEW)}"


def _percent(part: int, whole: int) -> int:
    return (200 * part + whole) // (2 * whole)
