"""A level told from its figures, in the reader's language: the rule, what it rests on, what would move it, what next.

The rulebook's own sentences are English. Here all of them are said of the same figures, so that nobody has to read
another language to know why a level is what it is. Pure: nothing here decides anything.
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
from services.gateway.http.pages.languages import later as _
from services.gateway.http.pages.methods import method_in_words
from services.gateway.http.pages.shipped import level_name
from services.gateway.http.pages.wording import KINDS, PURPOSES, RELEARNING

SCOPES: Mapping[str, str] = {
    "district": _("the whole district"),
    "school": _("this school"),
    "framework": _("this subject"),
    "competency": _("this skill"),
    "learner": _("this learner alone"),
}

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

    def rule(self, state: Mapping[str, Any], policy: Mapping[str, Any]) -> list[Said]:
        """The rule in one sentence, with where mastery begins; in two where the first is in another language."""
        told, language = self._method(policy["method"], policy["parameters"], state.get("rule"))
        scale = policy["scale"]
        begins = {"rule": told, "cut": scale["cut"], "top": scale["top"]}
        if language is None:
            return [Said(self.words.gettext("%(rule)s; mastery begins at %(cut)s of %(top)s.") % begins)]
        return [
            Said(f"{told}.", language),
            Said(self.words.gettext("Mastery begins at %(cut)s of %(top)s.") % begins),
        ]

    def conditions(self, policy: Mapping[str, Any]) -> list[str]:
        """What counts under the rule, and how much of it a level needs."""
        return list(self._conditions(policy))

    def roll_up(self, policy: Mapping[str, Any] | None, rolled: Mapping[str, Any]) -> Said:
        """How the parts come to a level, in one sentence."""
        given = (policy or {}).get("roll_up") or {"parameters": {}}
        told, language = self._method(rolled["method"], given["parameters"], None)
        return Said(f"{told}.", language)

    def until(self, policy: Mapping[str, Any]) -> str:
        """How long a level that a teacher set stands."""
        if policy.get("override") == "until_evidence":
            return self.words.gettext("The teacher’s level stands until there is newer evidence, or it is taken back.")
        return self.words.gettext("The teacher’s level stands until it is taken back.")

    def kept(self, kept: Mapping[str, Any]) -> str:
        """What an adoption keeps of what was attained before it."""
        if kept["level"] is None:
            return self.words.gettext("What was reached under the rule before is kept.")
        told = self.words.gettext("The level %(level)s was reached under the rule before, and is kept.")
        return told % {"level": self._named(kept["level"])}

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

    def skills(self, competencies: Sequence[Mapping[str, str]]) -> str:
        """Competencies by what they are."""
        return self.listed([one["statement"].removesuffix(".") for one in competencies])

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

    def _method(self, name: str, parameters: Mapping[str, Any], rule: str | None) -> tuple[str, str | None]:
        """The method in the reader's language; what has no words of ours as the API tells it, and then in which."""
        told = method_in_words(name, parameters, self.words)
        return (told, None) if told is not None else ((rule or name).removesuffix("."), "en")

    def _conditions(self, policy: Mapping[str, Any]) -> Iterator[str]:
        counts = self.listed([self.words.gettext(PURPOSES[purpose]) for purpose in sorted(policy["counts"])])
        yield self.words.gettext("What counts: %(purposes)s.") % {"purposes": counts}
        if policy.get("kinds") is not None:
            kinds = self.listed([self.words.gettext(KINDS[kind]) for kind in KINDS if kind in policy["kinds"]])
            yield self.words.gettext("It counts as one of these: %(kinds)s.") % {"kinds": kinds}
        minimum = policy["minimum"]
        if int(minimum["pieces"]) > 1:
            told = self.words.gettext("A level needs at least %(number)s pieces of evidence.")
            yield told % {"number": minimum["pieces"]}
        if int(minimum["kinds"]) > 1:
            yield self.words.gettext("They must be of %(number)s kinds.") % {"number": minimum["kinds"]}
        if days := int(minimum.get("days_apart") or 0):
            yield self.words.ngettext(
                "The first and the last must lie a day apart.",
                "The first and the last must lie %(number)s days apart.",
                days,
            ) % {"number": days}
        if policy["redo"] == "replaces":
            yield self.words.gettext("What is done over takes the place of the first one.")
        else:
            yield self.words.gettext("What is done over counts beside the first one.")

    def _named(self, level: str) -> str:
        return level_name(level, self.words)

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
        level = self.words.gettext("mastery") if move["level"] is None else self._named(move["level"])
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
            return self.words.gettext("it would be %(level)s") % {"level": self._named(one["level"])}
        return self.words.gettext(WITHOUT[one["status"] if one["status"] in WITHOUT else "not_enough"])


def _rounded_up(value: str, top: str) -> str:
    """To two places, upwards, so that what is said is enough."""
    rounded = min(Decimal(value).quantize(CENT, ROUND_CEILING), Decimal(top)).normalize()
    return f"{rounded:f}"
