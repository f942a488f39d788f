"""Refolding: a state is right if the copy comes to it at its own pins, and if it rests on all that was known."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from services.audit.domain.defining import definitions_of, documents_named
from services.audit.domain.refolding import Refolded, Shown, refold
from shared.ledger.canonical import canonical
from shared.ledger.entry import Entry, entry_from_envelope
from shared.ledger.identifiers import shard_of
from shared.rulebook.definitions import Definitions, Learner
from shared.rulebook.known import Known, Pin
from tests.support import oracle
from tests.support.ledger_writer import TENANT, LedgerWriter, framework_document, named, policy_document, result

ADA, NORTH, THEME, SYMBOLS = (named(name) for name in ("Ada", "North", "theme", "symbols"))
SHARD = shard_of(TENANT, ADA)
EVERYTHING = Known(evidence=1000, definitions=1000)


def written() -> LedgerWriter:
    writer = LedgerWriter()
    writer.publish(framework_document(named("framework"), [THEME, SYMBOLS]))
    policy = policy_document("ascertain.latest@1")
    writer.publish(policy)
    writer.adopt("district", policy)
    writer.enrol(ADA, NORTH)
    writer.attempt(ADA, result(THEME, "4"))
    voided = writer.attempt(ADA, result(THEME, "1"), result(SYMBOLS, "2"))
    writer.attempt(ADA, result(SYMBOLS, "3"))
    writer.void(ADA, voided)
    stricter = policy_document("ascertain.highest@1", cut="4")
    writer.publish(stricter)
    writer.adopt(f"school/{NORTH}", stricter, "keep_attained")
    return writer


WRITER = written()
ALL = [entry_from_envelope(raw["envelope"], canonical(raw["body"])) for raw in WRITER.entries]
ENTRIES = [entry for entry in ALL if entry.ledger == "evidence"]
CONTENTS = {address: canonical(document) for address, document in WRITER.documents.items()}
DEFINITIONS = definitions_of([entry for entry in ALL if entry.ledger == "definitions"], CONTENTS)


def shown(at: oracle.At = None) -> list[Shown]:
    """What a plain fold shows of Ada."""
    return [
        Shown(
            *(state.learner, state.competency, state.status, state.digest),
            frozenset(Pin(ledger, shard, position) for ledger, shard, position in state.pins),  # type: ignore[arg-type]
            {"level": state.level, "value": state.value, "policy": state.policy, "method": state.method}
            | {"scope": state.scope, "counted": len(state.counted)},
        )
        for state in oracle.states(WRITER.entries, WRITER.documents, at).values()
    ]


def refolded(
    states: Sequence[Shown],
    known: Known = EVERYTHING,
    entries: Sequence[Entry] = ENTRIES,
    definitions: Definitions = DEFINITIONS,
) -> Refolded:
    return refold(Learner(ADA, SHARD), entries, states, definitions, known)


def test_what_a_plain_fold_shows_is_right() -> None:
    assert refolded(shown()) == Refolded(ADA, 2, 0, (), ())


@given(st.integers(0, len(ENTRIES)), st.integers(0, 6))
def test_states_of_any_earlier_moment_are_right_at_their_pins(evidence: int, definitions: int) -> None:
    then = shown([("evidence", SHARD, evidence), ("definitions", 0, definitions)])
    assert refolded(then, Known(evidence=evidence, definitions=definitions)) == Refolded(ADA, len(then), 0, (), ())


@given(st.integers(2, len(ENTRIES) - 1))
def test_a_state_that_fell_behind_is_doubtful(evidence: int) -> None:
    then = {state.competency: state for state in shown([("evidence", SHARD, evidence), ("definitions", 0, 1000)])}
    now = {state.competency: state for state in shown()}
    found = refolded(list(then.values()))
    assert found.certain == ()
    assert {one.competency: one.kind for one in found.doubtful} == {
        competency: "state_missing" if competency not in then else "state_behind"
        for competency in now
        if then.get(competency) != now[competency]
    }


def test_a_state_further_on_than_was_known_is_not_judged_late() -> None:
    assert refolded(shown(), Known(evidence=2, definitions=3)).doubtful == ()


@given(st.sampled_from(["status", "digest", "pins", "level", "value", "policy", "method", "scope", "counted"]))
def test_each_member_that_is_changed_is_named(member: str) -> None:
    first, *rest = shown()
    if member == "pins":
        changed = replace(first, pins=frozenset({*first.pins, Pin("evidence", 99, 1)}))
    elif member == "status":
        changed = replace(first, status="other")
    elif member == "digest":
        changed = replace(first, digest="other")
    else:
        changed = replace(first, said={**first.said, member: "other"})
    [found] = refolded([changed, *rest]).certain
    assert (found.kind, found.learner, found.competency, found.shard) == ("state_differs", ADA, THEME, SHARD)
    assert [one.name for one in found.members] == [member]
    assert member in found.what


def test_a_missing_state_is_doubtful_and_located_at_its_evidence() -> None:
    [found] = refolded([state for state in shown() if state.competency == THEME]).doubtful
    assert (found.kind, found.competency, found.position) == ("state_missing", SYMBOLS, 3)


def test_nothing_is_missing_of_what_was_not_known_yet() -> None:
    assert refolded([], Known(evidence=1, definitions=1000)).doubtful == ()


def test_an_invented_state_is_found() -> None:
    invented = replace(shown()[0], competency=named("never shown"))
    [found] = refolded([*shown(), invented]).certain
    assert (found.kind, found.competency) == ("state_differs", named("never shown"))


def test_states_under_review_are_set_aside() -> None:
    held = [replace(state, status="under_review", digest="stale") for state in shown()]
    assert refolded(held) == Refolded(ADA, 0, 2, (), ())
    assert refolded(held[:1]).doubtful == ()


def test_a_learner_whose_entries_break_their_contract_is_set_aside_unless_states_are_shown() -> None:
    broken = [*ENTRIES, replace(ENTRIES[1], id=named("broken"), position=50, body=b'{"results":[{}]}')]
    assert refolded([], entries=broken) == Refolded(ADA, 0, 1, (), ())
    [found] = refolded(shown(), entries=broken).certain
    assert (found.kind, found.learner) == ("unreadable", ADA)


def test_states_are_not_missed_of_a_learner_who_is_held_back() -> None:
    unknown_field = replace(ENTRIES[0], id=named("odd"), position=50, body=b'{"learner":"x","school":"y","more":1}')
    assert refolded([], entries=[*ENTRIES, unknown_field]) == Refolded(ADA, 0, 1, (), ())


def test_a_policy_that_is_adopted_but_not_published_is_held_back_with_what_follows_for_its_scope() -> None:
    entries = [entry for entry in ALL if entry.ledger == "definitions"]
    unpublished = [entry for entry in entries if entry.position != 2]
    assert not definitions_of(unpublished, CONTENTS).adoptions.get("district")
    assert definitions_of(entries, CONTENTS).adoptions["district"]


def test_the_documents_named_are_policies_and_frameworks() -> None:
    assert documents_named(entry for entry in ALL if entry.ledger == "definitions") == set(CONTENTS)


FORGOTTEN = replace(
    ENTRIES[-1],
    id=named("forgotten"),
    type="ascertain.LearnerForgotten",
    position=ENTRIES[-1].position + 1,
    body=canonical({"learner": ADA, "request": ADA}),
)


def test_of_a_forgotten_learner_nothing_is_missing_and_whatever_is_kept_is_found() -> None:
    after = [*ENTRIES, FORGOTTEN]
    right = refolded([], entries=after)
    assert (right.certain, right.doubtful, right.states) == ((), (), 0)
    wrong = refolded(shown(), entries=after)
    assert {(found.kind, found.competency, found.position) for found in wrong.certain} == {
        ("state_kept", THEME, FORGOTTEN.position),
        ("state_kept", SYMBOLS, FORGOTTEN.position),
    }


def test_a_forgetting_that_was_not_known_yet_makes_nothing_wrong() -> None:
    """Whoever shows the states may have purged them meanwhile, or be about to."""
    known = Known(evidence=ENTRIES[-1].position, definitions=1000)
    for states in ([], shown()):
        found = refolded(states, known, [*ENTRIES, FORGOTTEN])
        assert (found.certain, found.doubtful) == ((), ())
