"""The pages' own words for statuses, kinds of evidence and the like: neutral, and in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.gateway.http.pages.audits.wording import DIFFERENCES, ENTRIES, PHASES, SPOKEN
from services.gateway.http.pages.exhibitions.agreeing import agreement_in_words
from services.gateway.http.pages.languages import SOURCE, Gettext
from services.gateway.http.pages.languages import later as _
from services.gateway.http.pages.refusing import Why, why_not
from services.gateway.http.pages.shipped import level_name, policy_title
from shared.runtime.problems import Problem

STATUSES: Mapping[str, str] = {
    "no_policy": _("No rule in force yet"),
    "no_evidence": _("No evidence yet"),
    "not_enough": _("Some evidence, not enough for a level yet"),
    "not_yet": _("On the way"),
    "mastered": _("Mastered"),
    "slipped": _("Mastered before: worth another look"),
    "under_review": _("Being looked at"),
    "forgotten": _("Forgotten"),
}
"""By status. No word says that somebody is behind, or below anything."""

KINDS: Mapping[str, str] = {
    "attempt": _("Attempt"),
    "rubric_score": _("Rubric score"),
    "observation": _("Observation"),
    "attestation": _("Prior mastery"),
    "reflection": _("Reflection"),
    "audience": _("Audience"),
}

PURPOSES: Mapping[str, str] = {
    "performance": _("showing what one can do"),
    "practice": _("practice"),
    "diagnostic": _("finding out where one stands"),
}
"""What evidence is for, as it stands in a list."""

SCOPES: Mapping[str, str] = {
    "district": _("the whole district"),
    "school": _("one school"),
    "framework": _("one framework"),
    "competency": _("one competency"),
    "learner": _("one learner"),
}
"""By kind, for whom a policy was adopted, where it is nobody's to know which one."""

RELEARNING: Mapping[str, str] = {
    "practice": _("practice"),
    "reflection": _("reflection"),
    "conference": _("a talk with the teacher"),
}
"""A district may ask for kinds of its own; these are shown as they are."""

REASONS: Mapping[str, str] = {
    "voided": _("It was withdrawn."),
    "superseded": _("A corrected piece took its place."),
    "self_rating": _("It is the learner's own rating, which is kept beside the level."),
    "purpose": _("The rule does not count this purpose."),
    "kind": _("The rule does not count this kind of evidence."),
    "course": _("The rule does not count this course."),
    "replaced": _("It was done over."),
}

RESTS: Mapping[str, str] = {
    "firm": _("Firm: one more piece would not change it."),
    "leaning": _("Leaning: one more piece could change it one way."),
    "open": _("Open: one more piece could raise or lower it."),
}


@dataclass(frozen=True, slots=True)
class Words:
    """Words in one language."""

    language: Gettext
    tag: str = SOURCE

    def level(self, state: Mapping[str, Any]) -> str:
        """A state's level by its name, with what it means; where there is none, what there is instead."""
        status = self.language.gettext(STATUSES[state["status"]])
        return status if state["level"] is None else f"{self.named(state['level'])} · {status}"

    def named(self, level: str) -> str:
        """A level by its name, which is ours or the district's."""
        return level_name(level, self.language)

    def policy(self, title: str) -> str:
        """A policy by its title, which is ours or the district's."""
        return policy_title(title, self.language)

    def kind(self, kind: str) -> str:
        return self.language.gettext(KINDS[kind]) if kind in KINDS else kind

    def reason(self, reason: str) -> str:
        return self.language.gettext(REASONS[reason]) if reason in REASONS else reason

    def rests(self, rests: str) -> str:
        return self.language.gettext(RESTS[rests])

    def entry(self, type_: str) -> str:
        """What an entry of this type says happened."""
        return self.language.gettext(ENTRIES[type_]) if type_ in ENTRIES else type_

    def spoken(self, spoken: str) -> str:
        """What was said of a grade."""
        return self.language.gettext(SPOKEN[spoken]) if spoken in SPOKEN else spoken

    def refused(self, problem: Problem) -> Why:
        """Why something was refused."""
        return why_not(problem, self.language, english=self.tag == SOURCE)

    def agreement(self, told: Mapping[str, Any]) -> str:
        """How far a panel's members agree."""
        return agreement_in_words(told, self.language)

    def scope(self, scope: str) -> str:
        """For whom something holds, without saying which one."""
        kind = scope.partition("/")[0]
        return self.language.gettext(SCOPES[kind]) if kind in SCOPES else kind

    def difference(self, kind: str) -> str:
        """What a check found, in general; its own sentence says what exactly."""
        return self.language.gettext(DIFFERENCES[kind]) if kind in DIFFERENCES else kind

    def phase(self, name: str) -> str:
        """What a verification or an audit compares."""
        return self.language.gettext(PHASES[name]) if name in PHASES else name
