"""A level told from its figures, in the reader's language: the rule, what it rests on, what would move it, what next.

The rulebook's own sentences are English. Here the same is said of the same figures, so that nobody has to read another
language to know why a level is what it is. Pure: nothing here decides anything.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import Any

from babel.core import Locale
from babel.dates import format_date
from babel.lists import format_list

from services.gateway.http.pages.languages import Gettext, locale_of, words_in


def _(message: str) -> str:
    """Marks words for the catalogues; they are translated when they are said."""
    return message


RULES: Mapping[str, str] = {
    "ascertain.highest": _("The best piece of evidence decides"),
    "ascertain.latest": _("The newest piece of evidence decides"),
    "ascertain.decaying_average": _(
        "Newer evidence weighs more: the newest piece weighs %(weight)s, all before it together the rest"
    ),
    "ascertain.average": _("Every piece of evidence weighs the same"),
    "ascertain.n_of_m": _("The level is what %(n)s of the last %(m)s pieces reach"),
    "ascertain.sustained": _("The lowest of the last %(k)s pieces decides, once two kinds of evidence have been seen"),
}
"""By method, without its number: a number is new where another formula is, and then the API's words are shown."""

SCOPES: Mapping[str, str] = {
    "district": _("the whole district"),
    "school": _("this school"),
    "framework": _("this subject"),
    "competency": _("this skill"),
    "learner": _("this learner alone"),
}

RELEARNING: Mapping[str, str] = {
    "practice": _("practice"),
    "reflection": _("reflection"),
    "conference": _("a talk with the teacher"),
}
"""A district may ask for kinds of its own; these are shown as they are."""

STEPS: Mapping[str, str] = {
    "no_policy": _("Once a rule is in force, all evidence so far is looked at under it."),
    "no_evidence": _("Show what you can: nothing is recorded for this yet."),
    "not_yet": _("Relearn what is still hard, then ask to do a piece over."),
    "slipped": _("Look at it again, relearn what has slipped, and show it once more."),
    "mastered": _("This holds: go on to what rests on it, or choose this work for the portfolio."),
    "under_review": _("Something recorded here is being looked at; until then this may change."),
}
"""What to do next where nothing is missing for a level."""

SHORT: Mapping[str, str] = {
    "mastered": _("Mastered"),
    "slipped": _("Revisit"),
    "not_yet": _("On the way"),
    "not_enough": _("More to show"),
    "under_review": _("Being looked at"),
    "no_policy": _("No rule yet"),
}
"""A status in the words that a place on the map has room for."""

PIECES: Mapping[str, str] = {
    "AttemptRecorded": _("Attempt"),
    "RubricScored": _("Rubric score"),
    "ObservationRecorded": _("Observation"),
    "PriorMasteryAttested": _("Prior mastery"),
}

WITHOUT: Mapping[str, str] = {
    "mastered": _("it would be mastered"),
    "not_yet": _("it would be on the way"),
    "slipped": _("it would be worth another look"),
    "not_enough": _("there would not be enough for a level"),
    "no_evidence": _("there would be no evidence"),
}

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence; `language` is where it is in another than the reader's."""

    text: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Explaining:
    """Says what an explanation of the API has in figures."""

    words: Gettext
    locale: Locale

    @classmethod
    def to(cls, language: str) -> "Explaining":
        """For a reader of this language."""
        return cls(words_in(language), locale_of(language))

    def rule(self, state: Mapping[str, Any], policy: Mapping[str, Any]) -> Said:
        """The rule in one sentence, with where mastery begins."""
        told, language = self._method(state, policy)
        scale = policy["scale"]
        whole = self.words.gettext("%(rule)s; mastery begins at %(cut)s of %(top)s.")
        return Said(whole % {"rule": told, "cut": scale["cut"], "top": scale["top"]}, language)

    def needs(self, policy: Mapping[str, Any]) -> str | None:
        """How much evidence the rule asks for, where that is more than one piece."""
        pieces = int(policy["minimum"]["pieces"])
        if pieces < 2:
            return None
        return self.words.gettext("A level needs at least %(number)s pieces of evidence.") % {"number": pieces}

    def scope(self, scope: str) -> str:
        kind = scope.partition("/")[0]
        return self.words.gettext(SCOPES[kind]) if kind in SCOPES else scope

    def missing(self, state: Mapping[str, Any]) -> list[str]:
        """What a level still needs."""
        lacking = state["certainty"]["missing"]
        return [] if lacking is None else list(self._missing(lacking))

    def moves(self, state: Mapping[str, Any], policy: Mapping[str, Any]) -> list[str]:
        """What would move the level, and what would not."""
        return self.missing(state) or list(self._moves(state, policy["scale"]))

    def following(self, state: Mapping[str, Any]) -> str:
        """The one next step."""
        lacking = [] if state.get("override") else self.missing(state)
        if lacking:
            return lacking[0]
        status = state["status"]
        return self.words.gettext(STEPS[status if status in STEPS else "no_evidence"])

    def without(self, state: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], str]]:
        """Each of the newest pieces without which it would be elsewhere, and where."""
        pieces = {piece["event"]: piece for piece in state["counted"]}
        alone = state.get("evidence_alone") or state
        return [
            (pieces[one["event"]], self._then(one, alone["level"]))
            for one in state["certainty"]["left_out"]
            if one["event"] in pieces
        ]

    def listed(self, parts: Sequence[str]) -> str:
        """`a, b and c`."""
        return format_list(list(parts), locale=self.locale)

    def skills(self, competencies: Sequence[Mapping[str, str]], statements: Mapping[str, str]) -> str:
        """Competencies by what they are, where that is known, else by their codes."""
        named = [statements.get(one["competency"], one["code"]) for one in competencies]
        return self.listed([name.removesuffix(".") for name in named])

    def relearning(self, kind: str) -> str:
        return self.words.gettext(RELEARNING[kind]) if kind in RELEARNING else kind

    def kinds(self, kinds: Sequence[str]) -> str:
        return self.listed([self.relearning(kind) for kind in kinds])

    def day(self, asked: str) -> str:
        """A day as somebody asked for it; what is no day is said as it came."""
        try:
            return format_date(date.fromisoformat(asked[:10]), "long", self.locale)
        except ValueError:
            return asked

    def short(self, place: Mapping[str, Any]) -> str:
        """Where somebody is with a place of the map; of what has no evidence, whether she is ready for it."""
        if place["status"] in SHORT:
            return self.words.gettext(SHORT[place["status"]])
        return self.words.gettext("Ready next") if place["readiness"] == "ready" else self.words.gettext("Later on")

    def piece(self, type_: str) -> str:
        """What an event of this type is."""
        return self.words.gettext(PIECES[type_]) if type_ in PIECES else type_

    def subject(self, statuses: Sequence[str]) -> str:
        """Where somebody is with the skills of one subject, in one sentence that counts no try."""
        said = [say(number) for status, say in self._counts().items() if (number := statuses.count(status))]
        if not said:
            return self.words.gettext("No evidence yet.")
        return self.words.gettext("Of the skills seen so far, %(skills)s.") % {"skills": self.listed(said)}

    def _counts(self) -> Mapping[str, Callable[[int], str]]:
        words = self.words
        return {
            "mastered": lambda n: words.ngettext("one is mastered", "%(number)s are mastered", n) % {"number": n},
            "slipped": lambda n: (
                words.ngettext(
                    "one was mastered and is worth another look",
                    "%(number)s were mastered and are worth another look",
                    n,
                )
                % {"number": n}
            ),
            "not_yet": lambda n: words.ngettext("one is on the way", "%(number)s are on the way", n) % {"number": n},
            "not_enough": lambda n: (
                words.ngettext(
                    "one needs more evidence before there is a level",
                    "%(number)s need more evidence before there is a level",
                    n,
                )
                % {"number": n}
            ),
            "under_review": lambda n: (
                words.ngettext("one is being looked at", "%(number)s are being looked at", n) % {"number": n}
            ),
        }

    def _method(self, state: Mapping[str, Any], policy: Mapping[str, Any]) -> tuple[str, str | None]:
        name, _at, number = policy["method"].partition("@")
        parameters = {**policy["parameters"]}
        if "weight" in parameters:
            parameters["weight"] = f"{(Decimal(parameters['weight']) * 100).normalize():f} %"
        if name in RULES and number == "1":
            try:
                return self.words.gettext(RULES[name]) % parameters, None
            except KeyError:  # a parameter that the policy leaves to the method
                pass
        told = str(state.get("rule") or policy["method"])
        return told.removesuffix("."), "en"

    def _missing(self, lacking: Mapping[str, int]) -> Iterator[str]:
        if pieces := lacking["pieces"]:
            yield self.words.ngettext(
                "One more piece of evidence is needed for a level.",
                "%(number)s more pieces of evidence are needed for a level.",
                pieces,
            ) % {"number": pieces}
        if kinds := lacking["kinds"]:
            yield self.words.ngettext(
                "Evidence of one more kind is needed for a level.",
                "Evidence of %(number)s more kinds is needed for a level.",
                kinds,
            ) % {"number": kinds}
        if days := lacking["days"]:
            yield self.words.ngettext(
                "A further piece is needed, a day or more after the newest.",
                "A further piece is needed, %(number)s days or more after the newest.",
                days,
            ) % {"number": days}

    def _moves(self, state: Mapping[str, Any], scale: Mapping[str, Any]) -> Iterator[str]:
        sure = state["certainty"]
        for move in sure["moves"]:
            yield self._move(move, scale["top"])
        alone = state.get("evidence_alone") or state
        if sure["rests"] is None:
            return
        highest = alone["status"] == "mastered" and alone["level"] == scale["levels"][-1]["name"]
        if not sure["moves"] and not highest:
            yield self.words.gettext("No single next result would raise it.")
        yield (
            self.words.gettext("A single next result could lower it.")
            if sure["can_lower"]
            else self.words.gettext("No single next result would lower it.")
        )

    def _move(self, move: Mapping[str, Any], top: str) -> str:
        level = self.words.gettext("mastery") if move["level"] is None else move["level"]
        exact = move["pieces"] == 1 and not move["or_more"]
        value = move["value"] if exact else _rounded_up(move["value"], top)
        told = {"number": move["pieces"], "value": value, "top": top, "level": level}
        if exact:
            return self.words.gettext("A next result worth %(value)s of %(top)s reaches %(level)s.") % told
        if move["pieces"] == 1:
            return self.words.gettext("A next result worth %(value)s of %(top)s or more reaches %(level)s.") % told
        return self.words.gettext("%(number)s more results worth %(value)s of %(top)s each reach %(level)s.") % told

    def _then(self, one: Mapping[str, Any], level: str | None) -> str:
        if one["level"] is not None and one["level"] != level:
            return self.words.gettext("it would be %(level)s") % {"level": one["level"]}
        return self.words.gettext(WITHOUT[one["status"] if one["status"] in WITHOUT else "not_enough"])


def _rounded_up(value: str, top: str) -> str:
    """To two places, upwards, so that what is said is enough."""
    rounded = min(Decimal(value).quantize(CENT, ROUND_CEILING), Decimal(top)).normalize()
    return f"{rounded:f}"
