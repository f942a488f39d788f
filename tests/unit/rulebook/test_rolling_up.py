"""A parent by its parts: what each brings, what goes before what, and that its pins bring it back."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.ledger.decimals import scaled, unscaled
from shared.rulebook.known import EVERYTHING, Known
from shared.rulebook.policy import Scale, read_policy
from shared.rulebook.prerequisites import Member
from shared.rulebook.rolled_words import by_parts
from shared.rulebook.rolling_up import RolledUp, Tree, onto, rolled_up
from tests.support.folding import gathered
from tests.support.ledger_writer import LedgerWriter, framework_document, named, policy_document, result

ADA, ENGLISH, READING, THEME, SYMBOL, PLOT = (
    named(name) for name in ("Ada", "English", "reading", "theme", "symbol", "plot")
)
ALL = [READING, THEME, SYMBOL, PLOT]
PARENTS = {THEME: READING, SYMBOL: READING}
CODES = {THEME: "r.theme", SYMBOL: "r.symbol"}
LOWEST = {"method": "rollup.conjunctive@1", "parameters": {}}
METHODS: Sequence[Mapping[str, Any]] = (
    LOWEST,
    {"method": "rollup.conjunctive@1", "parameters": {"missing": "skip"}},
    {"method": "rollup.disjunctive@1", "parameters": {}},
    {"method": "rollup.compensatory@1", "parameters": {"missing": "skip", "weights": {THEME: "3"}}},
    {
        "method": "rollup.required_points@1",
        "parameters": {
            "base": 2,
            "competencies": [{"id": THEME, "points": 1, "required": True}, {"id": SYMBOL, "points": 1}],
        },
    },
)


def framework(parents: Mapping[str, str]) -> dict[str, Any]:
    document = framework_document(ENGLISH, ALL)
    for row in document["competencies"]:
        if row["id"] in parents:
            row["parent"] = parents[row["id"]]
    return document


def written(roll_up: Mapping[str, Any] = LOWEST, parents: Mapping[str, str] = PARENTS, **more: Any) -> LedgerWriter:
    writer = LedgerWriter()
    writer.publish(framework(parents))
    writer.adopt("district", policy_document(roll_up=dict(roll_up), **more))
    return writer


def tree(writer: LedgerWriter, known: Known = EVERYTHING) -> Tree:
    """The parts as the newest publication known says."""
    members: list[Member] = []
    placed: dict[str, int] = {}
    for entry in writer.entries:
        position = entry["envelope"]["position"]
        if entry["body"].get("format") == "ascertain.framework@1" and position <= (known.definitions or position):
            rows = writer.documents[entry["body"]["digest"]]["competencies"]
            members = [Member(row["id"], row["code"], "", ENGLISH, row.get("parent")) for row in rows]
            placed = {row["id"]: position for row in rows}
    return Tree.of(members, placed)


def rolled(writer: LedgerWriter, parent: str = READING, known: Known = EVERYTHING) -> RolledUp | None:
    record = gathered([*writer.entries, *_nothing(writer)], writer.documents)
    return rolled_up(
        record.learners[ADA],
        parent,
        tree(writer, known),
        lambda each: record.state(ADA, each, known),
        record.definitions,
        known,
    )


def _nothing(writer: LedgerWriter) -> list[dict[str, Any]]:
    """An entry of hers that says nothing, where she has none."""
    bare = LedgerWriter()
    bare.reflect(ADA)
    return [] if any(entry["envelope"]["owner"] == ADA for entry in writer.entries) else bare.entries


def stands(writer: LedgerWriter, parent: str = READING) -> tuple[str, str | None, str | None]:
    found = rolled(writer, parent)
    assert found is not None
    return str(found.status), found.level, None if found.value is None else unscaled(found.value)


def earns(writer: LedgerWriter, competency: str, earned: str) -> None:
    writer.now += 1000
    writer.attempt(ADA, result(competency, earned))


def test_a_power_standard_is_no_stronger_than_its_weakest_part_and_waits_for_all() -> None:
    writer = written()
    assert stands(writer) == ("no_evidence", None, None)
    earns(writer, THEME, "4")
    assert stands(writer) == ("not_enough", None, None)
    earns(writer, SYMBOL, "2")
    assert stands(writer) == ("not_yet", "Developing", "2")
    earns(writer, SYMBOL, "3")
    assert stands(writer) == ("mastered", "Proficient", "3")


@pytest.mark.parametrize(
    ("roll_up", "one", "both"),
    [
        (METHODS[1], ("mastered", "Proficient", "4"), ("not_yet", "Beginning", "1")),
        (METHODS[2], ("mastered", "Proficient", "4"), ("mastered", "Proficient", "4")),
        (METHODS[3], ("mastered", "Proficient", "4"), ("mastered", "Proficient", "3.25")),
        (METHODS[4], ("not_enough", None, None), ("not_yet", "Beginning", "0")),
    ],
    ids=lambda value: value["method"] if isinstance(value, dict) else None,
)
def test_each_method_of_children(roll_up: Mapping[str, Any], one: tuple[Any, ...], both: tuple[Any, ...]) -> None:
    writer = written(roll_up)
    earns(writer, THEME, "4")
    assert stands(writer) == one
    earns(writer, SYMBOL, "1")
    assert stands(writer) == both


def test_points_that_no_part_can_bring_any_more_are_not_yet() -> None:
    writer = written(METHODS[4])
    earns(writer, THEME, "1")
    assert stands(writer) == ("not_yet", "Beginning", "0")


def test_what_is_no_parent_or_under_a_policy_without_a_roll_up_has_none() -> None:
    writer = written()
    earns(writer, THEME, "4")
    assert rolled(writer, THEME) is None
    assert rolled(writer, PLOT) is None
    writer.adopt(f"competency/{READING}", policy_document())
    assert rolled(writer) is None


def test_a_teachers_judgement_and_what_an_adoption_keeps_are_what_a_part_brings() -> None:
    writer = written()
    earns(writer, THEME, "4")
    earns(writer, SYMBOL, "1")
    policy = next(document for document in writer.documents.values() if "method" in document)
    writer.override(ADA, SYMBOL, policy, "3")
    assert stands(writer) == ("mastered", "Proficient", "3")
    writer.now += 1000
    writer.adopt("district", policy_document(cut="3", roll_up=dict(LOWEST), title="Kept"), "keep_attained")
    earns(writer, THEME, "0")
    found = rolled(writer)
    assert found is not None
    assert [part.value for part in found.parts] == [3_000_000, 3_000_000]


def test_parts_of_parts_speak_where_nothing_was_shown_of_the_part_itself() -> None:
    writer = written(parents={SYMBOL: THEME, PLOT: THEME, THEME: READING})
    earns(writer, SYMBOL, "4")
    earns(writer, PLOT, "3")
    found = rolled(writer)
    assert found is not None
    assert [(part.competency, part.by_parts, part.value) for part in found.parts] == [(THEME, True, 3_000_000)]
    earns(writer, THEME, "1")
    found = rolled(writer)
    assert found is not None
    assert [(part.by_parts, part.value) for part in found.parts] == [(False, 1_000_000)]


def test_a_part_on_another_scale_stands_where_it_would_on_this_one() -> None:
    own, other = Scale(scaled("100"), scaled("80"), ()), Scale(scaled("4"), scaled("3"), ())
    stood = {text: onto(scaled(text), own, other) for text in ("0", "40", "79.999999", "80", "90", "100")}
    assert [unscaled(value or 0) for value in stood.values()] == ["0", "1.5", "2.999999", "3", "3.5", "4"]
    met = Scale(scaled("1"), scaled("1"), ())
    assert [onto(value, met, other) for value in (0, 999_999, 1_000_000)] == [0, 2_999_997, 4_000_000]
    assert onto(None, own, other) is None


def test_the_words_name_each_part_and_what_it_brings() -> None:
    writer = written()
    earns(writer, THEME, "4")
    earns(writer, SYMBOL, "2")
    found = rolled(writer)
    assert found is not None
    assert by_parts(found, CODES) == (
        "By its parts, this is not mastered yet: the level is Developing, the value 2 of 4; mastery begins at 3.",
        "The lowest child sets the value.",
        "r.theme: mastered, Proficient. It brings 4 of 4.",
        "r.symbol: not mastered yet, Developing. It brings 2 of 4.",
    )


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("earns"), st.sampled_from(ALL), st.sampled_from(["0", "2", "3", "4"])),
        st.tuples(st.just("adopts"), st.sampled_from(["district", f"competency/{THEME}"]), st.sampled_from(METHODS)),
        st.tuples(st.just("publishes"), st.sampled_from([PARENTS, {PLOT: READING}, {SYMBOL: THEME, THEME: READING}])),
    ),
    min_size=1,
    max_size=10,
)


@given(STEPS)
def test_as_known_at_its_pins_it_is_the_same_whatever_comes_later(steps: list[tuple[Any, ...]]) -> None:
    writer = written()
    seen: list[RolledUp] = []
    for step in steps:
        writer.now += 1000
        match step:
            case ("earns", competency, earned):
                earns(writer, competency, earned)
            case ("adopts", scope, roll_up):
                writer.adopt(scope, policy_document(roll_up=dict(roll_up), cut="2"))
            case ("publishes", parents):
                writer.publish({**framework(parents), "title": f"Edition {len(writer.entries)}"})
        if any(entry["envelope"]["owner"] == ADA for entry in writer.entries):
            seen += [found for parent in (READING, THEME) if (found := rolled(writer, parent)) is not None]
    for found in seen:
        known = Known.at_pins(found.pins, 0 if len(found.pins) < 2 else found.pins[1].shard)
        assert rolled(writer, found.competency, known) == found


def test_a_policy_with_a_roll_up_is_read() -> None:
    for roll_up in METHODS:
        assert read_policy(policy_document(roll_up=dict(roll_up))).roll_up is not None
