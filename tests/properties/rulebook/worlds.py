"""Small worlds for Hypothesis: everything that can happen to a few learners, competencies and policies, in any order.

Small on purpose, so that redos, voids, moves of school and adoptions meet each other often, also in one millisecond.
"""

from typing import Any

from hypothesis import strategies as st

from tests.support.ledger_writer import LedgerWriter, framework_document, named, policy_document, result

LEARNERS = [named("Ada"), named("Ben")]
COMPETENCIES = [named("theme"), named("symbol")]
SCHOOLS = [named("North"), named("South")]
FRAMEWORKS = [named("English"), named("Art")]
SCOPES = [
    "district",
    *[f"school/{school}" for school in SCHOOLS],
    *[f"framework/{framework}" for framework in FRAMEWORKS],
    f"competency/{COMPETENCIES[0]}",
    f"learner/{LEARNERS[0]}",
]
PURPOSES = ["performance", "practice", "diagnostic"]
LEVELS = [
    (("0", "Beginning"), ("2", "Developing"), ("3", "Proficient")),
    (("1", "Developing"), ("2.5", "Proficient"), ("3.5", "Advanced")),
    (("0.5", "Novice"), ("3.25", "Meister 🦉")),
]

decimals = st.integers(1, 5_000_000).map(lambda value: f"{value / 10**6:.6f}".rstrip("0").rstrip("."))


@st.composite
def results(draw: st.DrawFn) -> dict[str, Any]:
    possible = draw(st.sampled_from(["1", "4", "3", "7", "0.3"]) | decimals)
    share = draw(st.sampled_from([0, 25, 50, 75, 80, 100]) | st.integers(0, 100))
    earned = f"{int(float(possible) * share * 10**4) / 10**6:.6f}".rstrip("0").rstrip(".")
    criterion = draw(st.sampled_from([None, "thesis", "evidence"]))
    return result(draw(st.sampled_from(COMPETENCIES)), earned, possible, criterion)


@st.composite
def policies(draw: st.DrawFn) -> dict[str, Any]:
    method = draw(st.sampled_from(["highest", "latest", "decaying_average"]))
    weight = draw(st.sampled_from(["0.65", "1", "0.000001", "0.333333", "0.5"]))
    return policy_document(
        f"ascertain.{method}@1",
        weight=weight if method == "decaying_average" else None,
        cut=draw(st.sampled_from(["3", "2", "2.5", "0", "4"])),
        levels=draw(st.sampled_from(LEVELS)),
        counts=draw(st.sampled_from([["performance"], ["performance", "practice"], PURPOSES])),
        pieces=draw(st.sampled_from([1, 1, 1, 2, 3])),
        kinds=draw(st.sampled_from([1, 1, 1, 2])),
        redo=draw(st.sampled_from(["replaces", "adds"])),
    )


@st.composite
def happenings(draw: st.DrawFn) -> tuple[Any, ...]:
    what = draw(st.sampled_from(["piece"] * 6 + ["void", "void", "enrol", "adopt", "adopt", "publish"]))
    learner = draw(st.sampled_from(LEARNERS))
    match what:
        case "piece":
            return (
                what,
                learner,
                draw(st.sampled_from(["attempt", "score"])),
                draw(st.lists(results(), min_size=1, max_size=3)),
                draw(st.sampled_from([PURPOSES[0], PURPOSES[0], *PURPOSES])),
                draw(st.integers(-4, 4)),
                draw(st.none() | st.integers(0, 3)),
            )
        case "void":
            return (what, learner, draw(st.integers(0, 3)))
        case "enrol":
            return (what, learner, draw(st.sampled_from(SCHOOLS)))
        case "adopt":
            mode = draw(st.sampled_from(["recompute", "keep_attained"]))
            return (what, draw(st.sampled_from(["district", *SCOPES])), draw(policies()), mode)
        case _:
            placed = draw(st.lists(st.sampled_from(COMPETENCIES), min_size=1, unique=True))
            return (what, draw(st.sampled_from(FRAMEWORKS)), placed)


def happen(writer: LedgerWriter, happening: tuple[Any, ...]) -> None:
    """Write what happened. A redo or void names one of the learner's own pieces; where there is none, nothing."""
    match happening:
        case ("piece", learner, kind, rows, purpose, shift, back):
            earlier = pieces_of(writer, learner)
            more = {
                "purpose": purpose,
                "occurred": writer.now + shift,
                "redo_of": earlier[-1 - back] if back is not None and back < len(earlier) else None,
            }
            if kind == "attempt":
                writer.attempt(learner, *rows, **more)
            else:
                writer.score(learner, *[{"criterion": "thesis"} | row for row in rows], **more)
        case ("void", learner, back):
            standing = [piece for piece in pieces_of(writer, learner) if piece not in voided(writer)]
            if back < len(standing):
                writer.void(learner, standing[-1 - back])
        case ("enrol", learner, school):
            writer.enrol(learner, school)
        case ("adopt", scope, policy, mode):
            writer.adopt(scope, policy, mode)
        case ("publish", framework, placed):
            writer.publish(framework_document(framework, placed))


def pieces_of(writer: LedgerWriter, learner: str) -> list[str]:
    return [
        entry["envelope"]["id"]
        for entry in writer.entries
        if entry["envelope"]["owner"] == learner and "results" in entry["body"]
    ]


def voided(writer: LedgerWriter) -> set[str]:
    return {entry["body"]["evidence"] for entry in writer.entries if "evidence" in entry["body"]}


@st.composite
def worlds(draw: st.DrawFn) -> LedgerWriter:
    """A ledger in which something happened, beginning mostly with a policy, the clock moving by 0 to 2 ms a step."""
    writer = LedgerWriter()
    if draw(st.integers(0, 9)):
        writer.adopt("district", draw(policies()))
    for happening in draw(st.lists(happenings(), min_size=1, max_size=25)):
        writer.now += draw(st.integers(0, 2))
        happen(writer, happening)
    return writer
