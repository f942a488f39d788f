"""What a policy says, and what trying it came to, in the reader's language. Pure: the rulebook says it in English."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from babel.core import Locale
from babel.lists import format_list
from babel.numbers import format_decimal

from services.gateway.http.pages.languages import Gettext, locale_of, words_in
from services.gateway.http.pages.languages import later as _
from services.gateway.http.pages.methods import method_in_words
from services.gateway.http.pages.shipped import level_name
from services.gateway.http.pages.wording import KINDS, PURPOSES, RELEARNING
from shared.rulebook.members import PolicyError
from shared.rulebook.policy import read_policy

MEMBERS: Mapping[str, str] = {
    "minimum": _("how much evidence is needed"),
    "kinds": _("which kinds of evidence count"),
    "counts": _("what counts"),
    "courses": _("which courses count"),
    "redo": _("what becomes of what is done over"),
    "relearn": _("what comes before it is done over"),
    "method": _("the method"),
    "scale": _("the scale"),
    "slip": _("when somebody has slipped"),
    "override": _("how long a teacher’s level stands"),
    "roll_up": _("what the parts come to"),
}
"""Members of a policy in which one for a single learner may differ."""


@dataclass(frozen=True, slots=True)
class PolicyWords:
    """Says policies to a reader."""

    words: Gettext
    locale: Locale

    @classmethod
    def to(cls, language: str) -> "PolicyWords":
        """For a reader of this language."""
        return cls(words_in(language), locale_of(language))

    def sentences(self, document: Mapping[str, Any] | None) -> list[str]:
        """What a policy says, a sentence a member; nothing where it says nothing that can be read."""
        if document is None:
            return []
        try:
            read_policy(document)
        except PolicyError:
            return []
        return [*self._scale(document), *self._what_counts(document), *self._what_happens(document)]

    def summary(self, what_if: Mapping[str, Any]) -> list[str]:
        """What a what-if came to beside how many levels would change, in sentences; nothing before it is done."""
        return [] if what_if["result"] is None else list(self._summary(what_if, what_if["result"]))

    def basis(self, told: Mapping[str, Any]) -> str:
        """What a learner's level rests on under one of two policies."""
        value = "–" if told["value"] is None else told["value"]
        return self.words.ngettext(
            "One piece of evidence counts, and the value is %(value)s.",
            "%(number)s pieces of evidence count, and the value is %(value)s.",
            told["counted"],
        ) % {"number": told["counted"], "value": value}

    def _scale(self, document: Mapping[str, Any]) -> Iterator[str]:
        scale = document["scale"]
        levels = [
            self.words.gettext("%(level)s from %(at)s")
            % {"level": level_name(level["name"], self.words), "at": level["at"]}
            for level in scale["levels"]
        ]
        told = {"top": scale["top"], "cut": scale["cut"], "levels": self._listed(levels)}
        yield self.words.gettext("The scale goes from 0 to %(top)s: %(levels)s. Mastery begins at %(cut)s.") % told
        yield f"{self._method(document['method'], document['parameters'])}."
        roll_up = document.get("roll_up")
        if roll_up is None:
            yield self.words.gettext("Of what is made of parts, the parts make no level.")
        else:
            rule = self._method(roll_up["method"], roll_up["parameters"])
            yield self.words.gettext("Of what is made of parts: %(rule)s.") % {"rule": rule}

    def _what_counts(self, document: Mapping[str, Any]) -> Iterator[str]:
        purposes = self._listed([self.words.gettext(PURPOSES[purpose]) for purpose in sorted(document["counts"])])
        yield self.words.gettext("What counts: %(purposes)s.") % {"purposes": purposes}
        if document.get("kinds") is not None:
            kinds = self._listed([self.words.gettext(KINDS[kind]) for kind in KINDS if kind in document["kinds"]])
            yield self.words.gettext("It counts as one of these: %(kinds)s.") % {"kinds": kinds}
        if document.get("courses") is not None:
            number = len(document["courses"])
            yield self.words.ngettext(
                "Only evidence of one course counts.", "Only evidence of %(number)s courses counts.", number
            ) % {"number": number}
        minimum = document["minimum"]
        told = {"pieces": minimum["pieces"], "kinds": minimum["kinds"], "days": minimum.get("days_apart", 0)}
        yield (
            self.words.gettext("At least this is needed: pieces: %(pieces)s; kinds: %(kinds)s; days apart: %(days)s.")
            % told
        )

    def _what_happens(self, document: Mapping[str, Any]) -> Iterator[str]:
        if document["redo"] == "replaces":
            yield self.words.gettext("What is done over takes the place of the first one.")
        else:
            yield self.words.gettext("What is done over counts beside the first one.")
        if document.get("relearn"):
            kinds = [
                self.words.gettext(RELEARNING[kind]) if kind in RELEARNING else kind for kind in document["relearn"]
            ]
            yield self.words.gettext("Before it is done over: %(kinds)s.") % {"kinds": self._listed(kinds)}
        if document.get("slip") == "from_minimum":
            yield self.words.gettext(
                "Somebody has slipped who was at mastery once there was enough evidence, and is not now."
            )
        else:
            yield self.words.gettext("Somebody has slipped who was at mastery after any piece, and is not now.")
        if document.get("override") == "until_evidence":
            yield self.words.gettext(
                "A level that a teacher sets stands until there is newer evidence, or it is taken back."
            )
        else:
            yield self.words.gettext("A level that a teacher sets stands until it is taken back.")
        yield self._for_one(document.get("accommodation"))
        if document.get("mode") == "keep_attained":
            yield self.words.gettext("Once adopted, it keeps what was attained before.")

    def _for_one(self, may_differ: Sequence[str] | None) -> str:
        if may_differ is None:
            return self.words.gettext("A policy for one learner may be any.")
        if not may_differ:
            return self.words.gettext("There may be no other policy for one learner.")
        members = [self.words.gettext(MEMBERS[one]) if one in MEMBERS else one for one in sorted(may_differ)]
        told = self.words.gettext("A policy for one learner may differ in this alone: %(members)s.")
        return told % {"members": self._listed(members)}

    def _summary(self, what_if: Mapping[str, Any], result: Mapping[str, Any]) -> Iterator[str]:
        if result["changed"]:
            gains, losses = (self._number(_moved(result, to_mastered=way)) for way in (True, False))
            yield self.words.gettext("%(gains)s would become mastered, %(losses)s would no longer be mastered.") % {
                "gains": gains,
                "losses": losses,
            }
        if own := what_if["accommodated"]:
            yield self.words.ngettext(
                "One learner has a policy of her own: it goes before this one, so nothing changes there.",
                "%(number)s learners have policies of their own: these go before this one, so nothing changes there.",
                own,
            ) % {"number": self._number(own)}
        if stay := sum((what_if["stay"] or {}).values()):
            yield self.words.ngettext(
                "One level stays as it is, for a more specific policy is in force for it.",
                "%(number)s levels stay as they are, for a more specific policy is in force for them.",
                stay,
            ) % {"number": self._number(stay)}
        if what_if["mode"] == "keep_attained":
            yield self.words.gettext("What was attained stays attained: no level falls.")
        if result["hidden"]:
            yield self.words.gettext("Numbers under ten are hidden, and no total here contains them.")

    def _method(self, name: str, parameters: Mapping[str, Any]) -> str:
        return method_in_words(name, parameters, self.words) or name

    def _listed(self, parts: Sequence[str]) -> str:
        return format_list(list(parts), locale=self.locale)

    def _number(self, number: int) -> str:
        return format_decimal(number, locale=self.locale)


def _moved(result: Mapping[str, Any], *, to_mastered: bool) -> int:
    return sum(
        move["number"] or 0
        for each in result["competencies"]
        for move in each["moves"]
        if (move["before"]["status"] == "mastered") is not to_mastered
        and (move["after"]["status"] == "mastered") is to_mastered
    )
