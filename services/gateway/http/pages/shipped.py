"""Names that come with Ascertain: the levels and titles of its policy templates, in the reader's language. Pure.

A district writes its own names, and these stay as it wrote them.
"""

from collections.abc import Mapping

from services.gateway.http.pages.languages import Gettext
from services.gateway.http.pages.languages import later as _

LEVELS = frozenset(
    {
        _("Beginning"),
        _("Developing"),
        _("Proficient"),
        _("Extending"),
        _("Exemplary"),
        _("Not shown yet"),
        _("With help"),
        _("Simpler content"),
        _("Learning goal"),
        _("Beyond the goal"),
        _("Practising"),
        _("Nearly there"),
        _("Ready to go on"),
    }
)
"""Of the templates, and of the district that `./ascertain demo` shows."""

POLICIES = frozenset(
    {
        _("Canvas: the newest result weighs 65 %, all before it the rest"),
        _("Canvas's default: the highest result"),
        _("JumpRope: the power law, no lower than the mean"),
        _("Marzano: the power law on a scale of 0 to 4, from three results on"),
        _("The most recent result; what is done over takes the place of the first"),
        _("Power standards: shown twice, a day apart, and every part of a standard"),
        _("Practice: how probable it is that the learner knows, mastery from 95 %"),
        _("What the learner keeps showing: the lowest of the last three, of two kinds of evidence"),
    }
)

WHEN: Mapping[str, str] = {
    "canvas": _("You come from Canvas and nobody changed the account's default."),
    "canvas-decaying": _("You come from Canvas, where newer results weigh more."),
    "marzano": _("You grade on a scale of 0 to 4 and follow growth by the power law."),
    "jumprope": _("You come from JumpRope, or want growth to count and decline not to."),
    "most-recent": _("What a learner can do now is what counts, and anything may be done over."),
    "power-standards": _("A standard is made of parts, and is no stronger than its weakest one."),
    "practice-bkt": _("Learners answer many short questions, and you ask when they may go on."),
    "sustained": _("One lucky result must not make mastery, nor one slip in an old task undo it."),
}
"""When to choose which template."""


def level_name(name: str, words: Gettext) -> str:
    """A level as the reader calls it, where it is one of ours."""
    return words.gettext(name) if name in LEVELS else name


def policy_title(title: str, words: Gettext) -> str:
    """A policy's title, likewise."""
    return words.gettext(title) if title in POLICIES else title
