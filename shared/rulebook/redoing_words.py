"""What comes next in a redo, in one plain sentence, for the learner and for who teaches her. Pure."""

from shared.rulebook.redoing import OWN, Standing, Turn

_SAID = {
    Turn.OPENING: "What was asked for is done: next, the teacher opens it.",
    Turn.REDO: "It is open: do it over when you are ready.",
    Turn.SCORE: "It is handed in: next, the teacher scores it.",
    Turn.OVER: "It was done over.",
}
_OWN = {"practice": "practise it, and say what you did", "reflection": "look back at it, and say what you see now"}


def next_step(standing: Standing) -> str:
    """The one thing that comes next."""
    if standing.turn is Turn.OPENING and standing.anew:
        return "What it began with was withdrawn: next, the teacher opens it anew."
    if standing.turn in _SAID:
        return _SAID[standing.turn]
    kind = standing.missing[0]
    if kind in OWN:
        return f"Next, {_OWN[kind]}."
    if kind == "conference":
        return "Next, talk it over with the teacher, who then logs the conference."
    return f"Next: {kind}, which the teacher logs."
