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
COURSES = [named("English 10"), named("Art 10")]
PURPOSES = ["performance", "practice", "diagnostic"]
KINDS = ["attempt", "rubric_score", "observation", "attestation"]
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


_richer: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "days_apart": st.integers(1, 3),
        "counted_kinds": st.sampled_from(
            [
                KINDS,
                [*KINDS, "audience"],
                ["attempt", "audience"],
                ["attempt", "observation"],
                ["rubric_score", "observation", "attestation"],
            ]
        ),
        "courses": st.sampled_from([COURSES, COURSES[:1]]),
        "slip": st.sampled_from(["from_first", "from_minimum"]),
    },
)


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
        override=draw(st.sampled_from([None, "stands", "until_evidence"])),
        **draw(_richer),
    )


def happenings() -> st.SearchStrategy[tuple[Any, ...]]:
    """What happens: a function of this module's table, and what it is given."""
    return st.sampled_from(WHAT_HAPPENS).flatmap(
        lambda what: st.tuples(st.just(what), st.sampled_from(LEARNERS), *HAPPENINGS[what])
    )


HALF_A_DAY = 12 * 60 * 60 * 1000

shifts = st.integers(-4, 4) | st.integers(-6, -1).map(lambda halves: halves * HALF_A_DAY)
courses = st.none() | st.sampled_from(COURSES)
back = st.integers(0, 3)

HAPPENINGS: dict[str, list[st.SearchStrategy[Any]]] = {
    "piece": [
        st.sampled_from(["attempt", "score", "attempt", "score", "observe", "attest"]),
        st.lists(results(), min_size=1, max_size=3),
        st.sampled_from([PURPOSES[0], PURPOSES[0], *PURPOSES]),
        shifts,
        st.none() | back,
        courses,
    ],
    "seminar": [st.lists(results(), max_size=1), shifts],
    "reflect": [st.lists(results(), max_size=2), shifts],
    "rate": [st.lists(results(), min_size=1, max_size=2), shifts],
    "void": [back],
    "supersede": [back, st.lists(results(), min_size=1, max_size=2)],
    "override": [st.sampled_from(COMPETENCIES), st.none() | st.integers(0, 2), st.integers(0, 2), shifts],
    "clear": [back],
    "enrol": [st.sampled_from(SCHOOLS)],
    "adopt": [st.sampled_from(["district", *SCOPES]), policies(), st.sampled_from(["recompute", "keep_attained"])],
    "publish": [st.sampled_from(FRAMEWORKS), st.lists(st.sampled_from(COMPETENCIES), min_size=1, unique=True)],
}

WHAT_HAPPENS = [
    *["piece"] * 6,
    "seminar",
    *["void", "supersede", "supersede", "reflect", "rate", "rate", "override", "override", "override", "clear"],
    *["enrol", "adopt", "adopt", "publish"],
]


def happen(writer: LedgerWriter, happening: tuple[Any, ...]) -> None:
    """Write what happened. What names an earlier entry names one of the learner's own; where there is none, nothing."""
    match happening:
        case ("piece", learner, kind, rows, purpose, shift, back, course):
            _piece(writer, learner, kind, rows, purpose=purpose, shift=shift, back=back, course=course)
        case ("enrol", learner, school):
            writer.enrol(learner, school)
        case ("adopt", _, scope, policy, mode):
            writer.adopt(scope, policy, mode)
        case ("publish", _, framework, placed):
            writer.publish(framework_document(framework, placed))
        case ("override" | "clear", *_):
            _judge(writer, happening)
        case _:
            _reconsider(writer, happening)


def _piece(writer: LedgerWriter, learner: str, kind: str, rows: list[Any], **drawn: Any) -> None:
    earlier, back = pieces_of(writer, learner), drawn["back"]
    more = {"purpose": drawn["purpose"], "occurred": writer.now + drawn["shift"], "course": drawn["course"]}
    if kind != "attest" and back is not None and back < len(earlier):
        more["redo_of"] = earlier[-1 - back]
    if kind == "score":
        rows = [{"criterion": "thesis"} | row for row in rows]
    getattr(writer, kind)(learner, *rows, **more)


def _reconsider(writer: LedgerWriter, happening: tuple[Any, ...]) -> None:
    learner = happening[1]
    standing = [piece for piece in pieces_of(writer, learner) if piece not in withdrawn(writer)]
    match happening:
        case ("seminar", _, rows, shift):
            writer.count_moves(learner, *rows, occurred=writer.now + shift)
        case ("reflect", _, rows, shift):
            writer.reflect(learner, *rows, occurred=writer.now + shift)
        case ("rate", _, rows, shift):
            writer.rate(learner, *rows, occurred=writer.now + shift)
        case ("void", _, back) if back < len(standing):
            writer.void(learner, standing[-1 - back])
        case ("supersede", _, back, rows) if back < len(standing):
            old = standing[-1 - back]
            writer.supersede(learner, old, writer.attempt(learner, *rows, redo_of=redone_by(writer, old)))


def _judge(writer: LedgerWriter, happening: tuple[Any, ...]) -> None:
    """A level set under one of the policies adopted last, or under one that never is; or one cleared."""
    match happening:
        case ("override", learner, competency, back, level, shift):
            adopted = [entry for entry in writer.entries if entry["envelope"]["type"] == "ascertain.PolicyAdopted"]
            policy = policy_document(levels=LEVELS[1], redo="adds", title="Never adopted")
            if back is not None and back < len(adopted):
                policy = writer.documents[adopted[-1 - back]["body"]["policy"]]
            levels = policy["scale"]["levels"]
            at = levels[level % len(levels)]["at"]
            writer.override(learner, competency, policy, at, occurred=writer.now + shift)
        case ("clear", learner, back):
            set_by = [entry for entry in writer.entries if _is_override(entry, learner)]
            if back < len(set_by):
                writer.clear(learner, set_by[-1 - back]["body"]["competency"], set_by[-1 - back]["envelope"]["id"])


def pieces_of(writer: LedgerWriter, learner: str) -> list[str]:
    return [
        entry["envelope"]["id"]
        for entry in writer.entries
        if entry["envelope"]["owner"] == learner and entry["body"].keys() & {"results", "text_ref", "ratings"}
    ]


def redone_by(writer: LedgerWriter, piece: str) -> Any:
    """What a piece says that it does over, None where it says nothing."""
    return next(entry["body"].get("redo_of") for entry in writer.entries if entry["envelope"]["id"] == piece)


def _is_override(entry: Any, learner: str) -> bool:
    return bool(entry["envelope"]["type"] == "ascertain.LevelOverridden" and entry["envelope"]["owner"] == learner)


def withdrawn(writer: LedgerWriter) -> set[str]:
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
