"""Readiness in plain sentences."""

import pytest

from shared.rulebook.readiness import NO_EVIDENCE, Source, SourceKind, Standing, judged, standings
from shared.rulebook.readiness_words import readiness_words
from shared.rulebook.state import Status
from tests.support.graphs import framework, graph
from tests.support.ledger_writer import named

CHAIN = graph(framework("abc", [("b", "a"), ("c", "b")]))


def words(competency: str, **known: Standing) -> tuple[str, ...]:
    seen = standings(CHAIN, {named(code): standing for code, standing in known.items()}, lambda _: NO_EVIDENCE)
    return readiness_words(judged(named(competency), seen), seen)


MASTERED, NOT_YET, SLIPPED = (Standing(status) for status in (Status.MASTERED, Status.NOT_YET, Status.SLIPPED))


def by(kind: SourceKind, *, reaches: bool) -> Standing:
    return Standing(Status.NO_EVIDENCE, Source("e", kind, 0, reaches))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (words("a"), ()),
        (words("b", a=MASTERED), ("Ready: all that this rests on holds (a is mastered).",)),
        (
            words("b", a=by(SourceKind.ATTESTED, reaches=True)),
            ("Ready: all that this rests on holds (a has no evidence, but attested prior mastery reached it).",),
        ),
        (
            words("c", a=NOT_YET, b=by(SourceKind.DIAGNOSTIC, reaches=False)),
            (
                (
                    "Not ready yet, for this rests on what does not hold "
                    "(b has no evidence, but a diagnostic did not reach it)."
                ),
                "Begin with a.",
            ),
        ),
        (
            words("c"),
            ("Nobody knows yet whether all that this rests on holds (b has no evidence).", "Find out first: b."),
        ),
        (
            words("c", a=SLIPPED, b=MASTERED, c=MASTERED),
            ("a, on which this rests, has slipped since: look at it again. The level here stands.",),
        ),
    ],
)
def test_what_is_said(said: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert said == expected


def test_every_status_has_words() -> None:
    for status in Status:
        assert words("b", a=Standing(status))
