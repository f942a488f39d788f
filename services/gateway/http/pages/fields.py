"""What the fields of the API are called in forms, for refusals that say which one is wrong. Pure."""

from collections.abc import Mapping

from services.gateway.http.pages.languages import Gettext
from services.gateway.http.pages.languages import later as _

LABELS: Mapping[str, str] = {
    "answer": _("the answer"),
    "artefacts": _("part of the draft"),
    "as_of": _("the day"),
    "audience": _("for whom it is"),
    "competencies": _("skill"),
    "content": _("the text"),
    "count": _("how many"),
    "course": _("the course"),
    "courses": _("course"),
    "criteria": _("part of the rubric"),
    "criterion": _("the part of the rubric"),
    "cut": _("from where a skill is mastered"),
    "descriptor": _("what can be seen"),
    "detail": _("what is said about it"),
    "discuss_from": _("from where panelists talk"),
    "earned": _("the points"),
    "ends_at": _("the end"),
    "evidence": _("the piece of evidence"),
    "exhibits": _("work of the portfolio"),
    "expires_at": _("until when it is open"),
    "family": _("the family name"),
    "feedback": _("the feedback"),
    "file": _("the file"),
    "given": _("the given name"),
    "kind": _("the kind"),
    "leave_out": _("who is left out"),
    "level": _("the level"),
    "levels": _("level"),
    "members": _("who made it"),
    "minimum": _("what is needed for a level"),
    "name": _("the name"),
    "note": _("the note"),
    "occurred_at": _("when it was"),
    "options": _("answer to choose"),
    "panel": _("the panel"),
    "parameters": _("the numbers of the rule"),
    "period": _("the term"),
    "pieces": _("how many pieces"),
    "planned_for": _("when it will be"),
    "policy": _("the policy"),
    "possible": _("the points that can be had"),
    "prompt": _("what is asked"),
    "question": _("the question"),
    "questions": _("question"),
    "reason": _("the reason"),
    "reflection": _("the reflection"),
    "results": _("result"),
    "role": _("the part that people have"),
    "roles": _("who votes"),
    "rubric": _("the rubric"),
    "scale": _("value to choose"),
    "school": _("the school"),
    "scope": _("for whom it holds"),
    "section": _("the class"),
    "statement": _("what the skill says"),
    "task": _("the task"),
    "text": _("the text"),
    "title": _("what it is called"),
    "translations": _("the other language"),
    "work": _("the work"),
    "works": _("work"),
}
"""By the last part of a field's name, or by any that stands before it, as in `/criteria/0/title`."""


def place_in_words(field: str | None, words: Gettext) -> str:
    """Which field it is, as `part of the rubric 1, what it is called`; nothing where no form has such a one.

    A policy stands in its form as the document that it is, so what is in it is called as it stands there.
    """
    first, _slash, inside = (field or "").strip("/").partition("/")
    if first == "policy" and inside:
        return f"{words.gettext(LABELS[first])}: {inside.replace('/', '.')}"
    said: list[str] = []
    for part in (field or "").strip("/").split("/"):
        if part in LABELS:
            said.append(words.gettext(LABELS[part]))
        elif said and part.isascii() and part.isdecimal():
            said[-1] = f"{said[-1]} {int(part) + 1}"
    return ", ".join(said)
