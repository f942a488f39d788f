"""The rulebook's methods, each in one sentence of the reader's language, with the policy's own parameters. Pure.

The rulebook says the same in English (`Method.words`). Each method stands here under its whole id: a new number is new
where the formula is another one, and a sentence of before would not be true of it.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from services.gateway.http.pages.languages import Gettext
from services.gateway.http.pages.languages import later as _
from shared.rulebook.method import ParameterError
from shared.rulebook.table import METHODS

_NEWEST_AND_MEAN = _("The newest piece weighs %(number)s%%, the mean of all before it the rest")
_NEWEST_AND_REST = _("Each new piece weighs %(number)s%%, all before it together the rest")
_POINTS = _("The parts that are required must be mastered, and all that are must come to %(base)s points")

SENTENCES: Mapping[str, str] = {
    "ascertain.highest@1": _("The best piece of evidence decides"),
    "ascertain.latest@1": _("The newest piece of evidence decides"),
    "ascertain.decaying_average@1": _(
        "Newer evidence weighs more: the newest piece weighs %(weight)s, all before it together the rest"
    ),
    "ascertain.average@1": _("Every piece of evidence weighs the same"),
    "ascertain.n_of_m@1": _("The level is what %(n)s of the last %(m)s pieces reach"),
    "ascertain.sustained@1": _(
        "The lowest of the last %(k)s pieces decides, once two kinds of evidence have been seen"
    ),
    "canvas.highest@1": _("The best result decides, as in Canvas"),
    "canvas.latest@1": _("The newest result decides, as in Canvas"),
    "canvas.average@1": _("Every result weighs the same, as in Canvas"),
    "canvas.n_mastery@1": _("The mean of all results at mastery decides, once there are %(number)s of them"),
    "canvas.older_n_mastery@1": _("The mean of the %(number)s best results decides, once there are so many"),
    "canvas.weighted_average@1": _NEWEST_AND_MEAN,
    "canvas.decaying_average@1": _NEWEST_AND_MEAN,
    "canvas.standard_decaying_average@1": _NEWEST_AND_REST,
    "canvas.standard_decaying_average_flag_off@1": _NEWEST_AND_MEAN,
    "canvas.older_weighted_average@1": _NEWEST_AND_MEAN,
    "marzano.power_law@1": _("A growth curve is drawn through the pieces in order, and where it ends decides"),
    "empower.true_score@1": _("The line that fits the pieces best is drawn, and where it ends decides"),
    "recent.mode@1": _("The value shown most often in the last %(n)s pieces decides, and in a tie %(tie)s"),
    "recent.median@1": _("The middle one of the last %(n)s pieces decides"),
    "recent.mean@1": _("The mean of the last %(n)s pieces decides"),
    "recent.mean_of_highest@1": _("The mean of the %(n)s best pieces decides"),
    "masteryconnect.decaying_average@1": _NEWEST_AND_REST,
    "kolibri.m_of_n@1": _("It is mastered with %(m)s right of the last %(n)s answers"),
    "kolibri.in_a_row@1": _("It is mastered with %(m)s right answers in a row"),
    "bkt.forward@1": _("All answers in order tell how likely it is that this is known, and that decides"),
    "openedx.threshold@1": _("One result of %(op)s %(threshold)s shows it, and it stays shown"),
    "openedx.group@1": _("Of what is asked for, %(operator)s"),
    "moodle.all@1": _("Every part must be mastered"),
    "moodle.points@1": _POINTS,
    "rollup.conjunctive@1": _("The lowest part decides"),
    "rollup.disjunctive@1": _("The highest part decides"),
    "rollup.compensatory@1": _("The mean of the parts decides, each with its weight"),
    "rollup.required_points@1": _POINTS,
    "artemis.mastery@1": _("Points in exercises and units decide, times how far they can be trusted"),
    "totara.criteria@1": _("The highest level decides of which one group of things asked for is met"),
    "totara.overall@1": _("Of the ways to show it, %(by)s decides"),
    "ilias.entry@1": _("Of the entries that others made, %(by)s decides"),
}
"""By the id of each method but those that speak of a class, which no policy may name."""

CHOICES: Mapping[str, str] = {
    "higher": _("the higher one"),
    "newer": _("the newer one"),
    "gte": _("at least"),
    "lte": _("at most"),
    "eq": _("exactly"),
    "AND": _("all is needed"),
    "OR": _("one is enough"),
    "highest": _("the highest one"),
    "prioritised": _("the first one in order"),
    "latest": _("the newest one"),
    "best": _("the best one"),
    "last": _("the last one"),
}
"""Words that a parameter may be, as they stand in a sentence above."""

PERCENT = _("%(number)s%%")

SHARES = frozenset({"weight", "threshold"})
"""Parameters that are a part of a whole, and so are told in percent."""


def method_in_words(name: str, parameters: Mapping[str, Any], words: Gettext) -> str | None:
    """What a method does, without the full stop; None where there are no words here for it, or none for how it is set.

    `parameters` are those of the policy's document; what it leaves out is as the method has it.
    """
    if name not in SENTENCES or name not in METHODS:
        return None
    method = METHODS[name]
    try:
        read = method.read(parameters)
    except ParameterError:
        return None
    written = {key: method.named[key].write(value) for key, value in read.items() if key in method.named}
    told = {key: _in_words(key, value, words) for key, value in written.items()}
    number = told.get("calculation_int") or told.get("rate")
    return words.gettext(SENTENCES[name]) % {**told, "number": number}


def in_percent(share: str, words: Gettext) -> str:
    """A part of a whole as pages say it, with all its digits."""
    return words.gettext(PERCENT) % {"number": f"{(Decimal(share) * 100).normalize():f}"}


def _in_words(name: str, value: str, words: Gettext) -> str:
    if name in SHARES:
        return in_percent(value, words)
    return words.gettext(CHOICES[value]) if value in CHOICES else value
