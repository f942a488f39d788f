"""A trial says of rows what the fold says of the states; and what is hidden is in nothing that is told."""

import struct
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.mastery.domain.what_ifs import LEAST_SHOWN, Count, Covered, Stand, result_of, results_for, summary
from services.mastery.postgres.marks import Marks, ReadMark, marks, read_apart
from services.mastery.postgres.packing import pack, pack_all, pack_schools
from services.mastery.trials import ENTRY, Begin, Trial, Trying
from shared.rulebook.contribution import Contribution, Result, Withdrawal, in_order
from shared.rulebook.definitions import Adoption, Mode
from shared.rulebook.fold import fold
from shared.rulebook.policy import read_policy
from shared.rulebook.scope import read_scope
from tests.properties.rulebook.worlds import SCHOOLS, SCOPES, policies, worlds
from tests.support.folding import gathered
from tests.support.ledger_writer import LedgerWriter, named, policy_document, result

FOREVER = 2**53 - 1


@given(
    world=worlds(),
    policy=policies(),
    scope=st.sampled_from(SCOPES),
    mode=st.sampled_from(Mode),
    cuts=st.lists(st.integers(1, 400), max_size=4),
)
def test_a_trial_of_rows_is_the_fold_of_states_under_one_more_adoption(
    world: LedgerWriter, policy: dict[str, object], scope: str, mode: Mode, cuts: list[int]
) -> None:
    compared(world, policy, scope, mode, cuts)


def test_a_trial_sees_kinds_where_a_policy_asks_for_several() -> None:
    world = LedgerWriter()
    world.adopt("district", policy_document())
    for learner, pieces in ((named("Ada"), (world.attempt, world.observe)), (named("Ben"), (world.attempt,) * 2)):
        for record in pieces:
            record(learner, result(named("theme"), "4"))
    assert compared(world, policy_document(kinds=2), "district", Mode.RECOMPUTE, []) == {
        (named("Ben"), named("theme")): ("not_enough", None)
    }


def compared(
    world: LedgerWriter, policy: dict[str, object], scope: str, mode: Mode, cuts: list[int]
) -> dict[tuple[str, str], tuple[str, str | None]]:
    """Who would stand elsewhere, by the trial and by the fold alike."""
    record = gathered(world.entries, world.documents)
    position = 1 + max([a.position for own in record.definitions.adoptions.values() for a in own], default=0)
    adoption = Adoption(read_scope(scope), mode, read_policy(policy), position, FOREVER)  # type: ignore[arg-type]
    tried = record.definitions.trying(adoption)
    states, expected, rows = record.states(), {}, []
    schools = {UUID(id_).bytes: pack_schools(each.schools) for id_, each in record.learners.items() if each.schools}
    for (learner, competency), before in states.items():
        own = record.records[learner]
        pieces, overrides = own.contributions.get(competency, ()), own.overrides.get(competency, ())
        after = fold(record.learners[learner], competency, pieces, tried, overrides=overrides)
        ruled = after.adoption is not None and after.adoption.position == position
        stands = (after.status.value, after.level) if ruled else (before.status.value, before.level)
        if stands != (before.status.value, before.level):
            expected[learner, competency] = stands
        packed = pack_all(in_order(pieces), sorted(overrides, key=lambda override: override.position))
        rows.append(
            struct.pack(">h", 6)
            + b"".join(
                _field(value)
                for value in (
                    *(UUID(learner).bytes, UUID(competency).bytes),
                    *(before.status.value.encode(), None if before.level is None else before.level.encode()),
                    *(packed.contributions, packed.overrides),
                )
            )
        )
    data = b"PGCOPY\n\xff\r\n\0" + bytes(8) + b"".join(rows) + b"\xff\xff"
    trying = Trying(Trial(tried, position))
    trying.work(Begin(0, schools, frozenset()))
    at = 0
    for cut in [*cuts, len(data)]:
        trying.work(data[at : at + cut])
        at += cut
    found_all = trying.work(None)
    assert found_all is not None
    found = {}
    for changed in found_all.changed:
        for begins in range(0, len(changed.learners), ENTRY):
            entry = changed.learners[begins : begins + ENTRY]
            move = changed.moves[int.from_bytes(entry[16:])]
            found[str(UUID(bytes=entry[:16])), changed.competency] = tuple(move.after)
    assert found == expected
    assert sum(cell.number for cell in found_all.cells) == found_all.states == len(states)
    assert sum(cell.number for cell in found_all.cells if cell.move.before != cell.move.after) == len(expected)
    return expected


def _field(value: bytes | None) -> bytes:
    return struct.pack(">i", -1) if value is None else struct.pack(">i", len(value)) + value


codes = st.sampled_from([*[None] * 6, "a", "thesis", "x" * 31, "x" * 32, "A", "é", "\u0664b", "attempt", "practice"])
instants = st.integers(2**32, 2**42) | st.integers(2**32, 2**42) | st.integers(-5, 2**32)
ids = st.uuids().map(str)
results = st.builds(Result, *[st.integers(0, 2**40)] * 2, codes)
contributions = st.builds(
    Contribution,
    event=ids,
    kind=st.sampled_from(["attempt", "rubric_score", "reflection"]),
    purpose=st.sampled_from(["", "practice", "performance"]),
    occurred_at=instants,
    recorded_at=instants,
    position=st.integers(1, 2**40),
    results=(st.lists(results, min_size=1, max_size=2) | st.lists(results, max_size=17)).map(tuple),
    task=st.none() | ids,
    work=st.none() | ids,
    course=st.none() | ids,
    redo_of=st.none() | st.none() | ids,
    withdrawn=st.none()
    | st.none()
    | st.builds(Withdrawal, st.integers(1, 99), st.integers(0, 2**42), ids, st.none() | ids),
)


@given(st.lists(contributions, max_size=4), st.lists(contributions, max_size=4))
def test_the_same_run_of_marks_has_one_key_and_no_other_has(one: list[Contribution], other: list[Contribution]) -> None:
    mine, theirs = marks(pack(one)), marks(pack(other))
    if mine is not None and theirs is not None:
        assert (mine.key == theirs.key) == (spoken(mine) == spoken(theirs))


@given(st.lists(contributions, max_size=3) | st.lists(contributions, max_size=20))
def test_marks_are_kind_purpose_and_results_or_there_are_none(pieces: list[Contribution]) -> None:
    found = marks(pack(pieces))
    if found is not None:
        said = spoken(found)
        assert [tuple(each) for each in said] == [(p.kind, p.purpose, p.results) for p in pieces]
        assert not any(piece.redo_of or piece.withdrawn for piece in pieces)
    elif all(_is_plain(piece) for piece in pieces):
        raise AssertionError("plain pieces have marks")


def spoken(found: Marks) -> list[ReadMark]:
    """What the marks say, one by one."""
    return [read_apart(found.words, mark) for mark in found.results]


def _is_plain(piece: Contribution) -> bool:
    return (
        piece.redo_of is None
        and piece.withdrawn is None
        and piece.occurred_at >= 2**32
        and piece.recorded_at >= 2**32
        and 0 < len(piece.results) < 16
        and all(each.criterion in {None, "a", "thesis"} for each in piece.results)
    )


stands = st.sampled_from([Stand("mastered", "Proficient"), Stand("not_yet", None), Stand("slipped", "Developing")])
counts = st.builds(
    Count,
    st.sampled_from([named("reading"), named("writing")]),
    stands,
    stands,
    st.integers(0, 30),
    st.sampled_from([None, *SCHOOLS]),
)


@given(st.lists(counts, max_size=12, unique_by=lambda count: count[:3] + count[4:]), st.data())
def test_nothing_that_is_told_of_others_tells_a_hidden_number(found: list[Count], data: st.DataObject) -> None:
    """Whatever the hidden numbers were, from one to nine: every number, total, order and sentence is the same."""
    policy, covered = read_policy(policy_document()), Covered(district=False, schools=frozenset([SCHOOLS[0]]))
    told = results_for(found, covered)
    sums: dict[tuple[object, ...], int] = {}
    for count in found:
        if not covered.includes(count.school):
            sums[count[:3]] = sums.get(count[:3], 0) + count.number
    hidden = [key for key, number in sums.items() if 0 < number < LEAST_SHOWN]
    others = [count for count in found if covered.includes(count.school) or count[:3] not in hidden]
    drawn = {key: data.draw(st.integers(1, LEAST_SHOWN - 1)) for key in hidden}
    others += [Count(str(key[0]), Stand(*key[1]), Stand(*key[2]), number) for key, number in drawn.items()]  # type: ignore[misc]
    again = results_for(others, covered)
    assert told == again
    assert told.elsewhere is not None
    assert again.elsewhere is not None
    assert said(told.elsewhere, policy) == said(again.elsewhere, policy)
    numbers = [move.number for each in told.elsewhere.competencies for move in each.moves]
    assert all(number is None or number >= LEAST_SHOWN for number in numbers)
    assert told.elsewhere.states == sum(number or 0 for number in numbers)


def said(result: object, policy: object) -> list[str]:
    return summary(result, policy, accommodated=None, stay=None, keeps=False)  # type: ignore[arg-type]


@given(st.lists(counts, max_size=12))
def test_whose_rights_cover_all_are_told_every_number(found: list[Count]) -> None:
    told = results_for(found, Covered(district=True))
    assert told.elsewhere is None
    assert told.covered == result_of(found)
    assert told.covered.states == sum(count.number for count in found)
    assert told.covered.changed == sum(count.number for count in found if count.before != count.after)
