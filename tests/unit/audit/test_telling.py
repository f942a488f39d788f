"""Three places tell the same entry in three forms; whatever is malformed stays visible as what it is."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from services.audit.domain.telling import MEMBERS, Telling, Unreadable, told_by_copy, told_by_door, told_by_record
from shared.ledger.canonical import canonical
from shared.ledger.entry import Entry, entry_from_envelope
from shared.ledger.identifiers import digest
from shared.ledger.records import record_headers
from tests.support.ledger_writer import LedgerWriter, named, result


def entry(**changes: object) -> Entry:
    writer = LedgerWriter()
    writer.attempt(named("a learner"), result(named("theme"), "3"))
    [raw] = writer.entries
    return replace(entry_from_envelope(raw["envelope"], canonical(raw["body"])), **changes)  # type: ignore[arg-type]


def item(one: Entry) -> dict[str, object]:
    return {"envelope": one.envelope(), "body": one.body.decode()}


def test_copy_door_and_record_tell_the_same() -> None:
    one = entry()
    telling = told_by_copy(one)
    assert told_by_door(item(one)) == telling
    assert told_by_record(record_headers(one), one.body) == (one.position, telling, one.owner)


def test_the_members_are_the_envelopes() -> None:
    one = entry()
    assert tuple(sorted(one.envelope())) == MEMBERS
    assert told_by_copy(one).leaf() == one.leaf().hex()


@given(st.sampled_from(MEMBERS))
def test_a_door_that_leaves_a_member_out_tells_another_entry(member: str) -> None:
    one = entry()
    envelope = {name: value for name, value in one.envelope().items() if name != member}
    told = told_by_door({"envelope": envelope, "body": one.body.decode()})
    assert isinstance(told, Telling)
    assert told.envelope[MEMBERS.index(member)] is None


def test_a_door_that_claims_the_digest_of_another_body_tells_what_it_gave() -> None:
    """An edited body beside the old digest: the envelope alone, and so the leaf, would look untouched."""
    one = entry()
    told = told_by_door({"envelope": one.envelope(), "body": '{"edited":true}'})
    assert isinstance(told, Telling)
    assert told.envelope == told_by_copy(one).envelope
    assert told.body == digest(b'{"edited":true}')


def test_a_door_that_gives_no_entry_is_unreadable() -> None:
    answers: list[dict[str, object]] = [
        {},
        {"envelope": {}},
        {"envelope": [], "body": "{}"},
        {"envelope": {}, "body": 7},
    ]
    for broken in answers:
        assert isinstance(told_by_door(broken), Unreadable)


def test_a_record_whose_body_is_another_is_unreadable_where_it_stands() -> None:
    one = entry()
    position, told, owner = told_by_record(record_headers(one), b"{}")
    assert (position, owner) == (one.position, one.owner)
    assert isinstance(told, Unreadable)


def test_a_record_of_nothing_names_no_position() -> None:
    assert told_by_record([], None)[0] is None
    assert told_by_record([("ce_position", b"\xff"), ("ce_id", b"")], b"")[0] is None


def test_a_position_that_no_ledger_can_have_is_none() -> None:
    """It could not even be asked for: a forged record must be found, not stumbled over."""
    position, told, _ = told_by_record(record_headers(entry(position=10**18)), entry().body)
    assert position is None
    assert isinstance(told, Unreadable)


def test_a_row_with_an_absurd_instant_can_still_be_told() -> None:
    telling = told_by_copy(entry(occurred_at=2**63 - 1))
    assert telling.envelope[MEMBERS.index("occurred_at")] == f"{2**63 - 1} ms"
    assert telling.leaf() is not None
