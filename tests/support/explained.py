"""What the API tells of a learner, as her pages get it: an explanation, a map, a redo, a question."""

from typing import Any

LEARNER = "8f14e45f-ceea-8e7a-9c3b-2f1d0a5b6c7d"
THEME, EVIDENCE, ALLEGORY = (f"{number}9f0f895-fb98-4b91-8f5e-0c1d2e3f4a5b" for number in "abc")
FIRST, SECOND, ASIDE = (f"{number}b5c7d0e-6f0a-4d0b-9f5e-4d3d3f0f6c11" for number in "123")
FEEDBACK, REASON = "ef" * 32, "cd" * 32
DAY = "2026-11-{}T10:00:00.000Z"

POLICY: dict[str, Any] = {
    "format": "ascertain.policy@1",
    "title": "A decaying average",
    "scale": {
        "top": "4",
        "cut": "3",
        "levels": [{"at": "0", "name": "Beginning"}, {"at": "3", "name": "Proficient"}, {"at": "3.5", "name": "Best"}],
    },
    "method": "ascertain.decaying_average@1",
    "parameters": {"weight": "0.65"},
    "counts": ["performance"],
    "minimum": {"pieces": 2, "kinds": 1},
    "redo": "replaces",
}


GROUND = {"competency": EVIDENCE, "code": "english.evidence", "statement": "Can do it."}
"""What the theme rests on."""


def counted(event: str, day: int, earned: str, after: str | None, level: str | None) -> dict[str, Any]:
    """A piece that counts."""
    return {
        "event": event,
        "kind": "rubric_score",
        "purpose": "performance",
        "occurred_at": DAY.format(day),
        "recorded_at": DAY.format(day),
        "results": [{"earned": earned, "possible": "4", "criterion": "theme"}],
        "value": earned,
        "weight": "0.65",
        "value_after": after,
        "level_after": level,
        "feedback_ref": FEEDBACK,
    }


def certainty(**more: Any) -> dict[str, Any]:
    """How sure a level is."""
    return {
        "rests": "leaning",
        "rests_on": {"pieces": 2, "kinds": {"rubric_score": 2}, "oldest": DAY.format(10), "newest": DAY.format(20)},
        "left_out_of": 2,
        "left_out": [{"event": SECOND, "status": "not_yet", "level": "Beginning"}],
        "one_more": [],
        "moves": [
            {"level": "Best", "pieces": 1, "value": "3.607692", "masters": True, "or_more": True, "exact": True},
        ],
        "can_lower": True,
        "probability": None,
        "missing": None,
        "words": ["This rests on two rubric scores."],
        **more,
    }


def explanation(**more: Any) -> dict[str, Any]:
    """An explanation of a level that is mastered."""
    return {
        "learner": LEARNER,
        "as_of": {"pins": []},
        "competency": THEME,
        "code": "english.theme",
        "statement": "Traces how a theme grows through a text.",
        "framework": "f19b377a-5e76-5743-acfd-825cb3f99d6d",
        "status": "mastered",
        "level": "Proficient",
        "value": "3.3",
        "policy": "5d41402abc4b2a76b9719d911017c592ae1f0f2c5d41402abc4b2a76b9719d91",
        "method": "ascertain.decaying_average@1",
        "scope": "district",
        "digest": "9b" * 32,
        "pins": [],
        "evidence": 3,
        "override": None,
        "rule": "Newer evidence weighs more: each new piece weighs 0.65, all before the rest.",
        "why": ["This is mastered."],
        "counted": [counted(FIRST, 10, "2", None, None), counted(SECOND, 20, "4", "3.3", "Proficient")],
        "set_aside": [
            {
                "event": ASIDE,
                "kind": "attempt",
                "purpose": "performance",
                "occurred_at": DAY.format("05"),
                "reason": "replaced",
                "by": FIRST,
            }
        ],
        "certainty": certainty(),
        "readiness": {
            "readiness": "ready",
            "rests_on": [{**GROUND, "status": "slipped"}],
            "first": [],
            "find_out": [],
            "flagged_by": [GROUND],
            "words": [],
        },
        "next": ["This holds."],
        **more,
    }


def place(competency: str, code: str, status: str, *rests_on: str, **more: Any) -> dict[str, Any]:
    """A place on the map."""
    return {
        "competency": competency,
        "code": code,
        "statement": f"Can do what {code} asks for, and says how.",
        "status": status,
        "readiness": "ready",
        "rests_on": list(rests_on),
        **more,
    }


def framework(**more: Any) -> dict[str, Any]:
    """A framework of three, each resting on the one before."""
    return {
        "framework": "f19b377a-5e76-5743-acfd-825cb3f99d6d",
        "title": "English",
        "competencies": [
            place(EVIDENCE, "english.evidence", "slipped", area="Reading"),
            place(THEME, "english.theme", "mastered", EVIDENCE, area="Reading"),
            place(ALLEGORY, "english.allegory", "no_evidence", THEME),
        ],
        "left_out": 0,
        **more,
    }


def state(competency: str, status: str, level: str | None) -> dict[str, Any]:
    """A state as `mastery` lists it."""
    return {"competency": competency, "code": "c", "statement": "Can do it.", "status": status, "level": level}


def redo(**more: Any) -> dict[str, Any]:
    """A redo that waits for relearning."""
    return {
        "id": "4b5c7d0e-6f0a-4d0b-9f5e-4d3d3f0f6c11",
        "learner": LEARNER,
        "competency": THEME,
        "begun": "requested",
        "by": LEARNER,
        "recorded_at": DAY.format(21),
        "version": 1,
        "waits_for": "relearning",
        "since": DAY.format(21),
        "missing": ["practice", "conference"],
        "anew": False,
        "next": "Practise.",
        "required": ["practice", "conference"],
        "relearn": {"first": [], "find_out": [], "criterion": "theme"},
        "relearned": [],
        **more,
    }


def recent(**more: Any) -> dict[str, Any]:
    """A piece of those that happened last, with the words that it came with."""
    shown = {"competency": THEME, "code": "english.theme", "statement": "Can do it."}
    return {"event": FIRST, "kind": "rubric_score", "occurred_at": DAY.format(20), "shows": [shown], **more}


def question(**more: Any) -> dict[str, Any]:
    """A question about a level, answered."""
    return {
        "id": "5b5c7d0e-6f0a-4d0b-9f5e-4d3d3f0f6c11",
        "learner": LEARNER,
        "about": {"competency": THEME},
        "by": LEARNER,
        "reason_ref": REASON,
        "requested_at": DAY.format(22),
        "state": "answered",
        "waiting_seconds": 0,
        "answered": {
            "event": FIRST,
            "by": LEARNER,
            "recorded_at": DAY.format(23),
            "outcome": "unchanged",
            "answer_ref": REASON,
        },
        **more,
    }
