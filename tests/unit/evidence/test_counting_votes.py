"""Votes are counted once, wherever that is cut; and until they are, nothing outside the keys tells how they stand."""

import asyncio
import hashlib
import json
from contextlib import suppress
from uuid import UUID, uuid5

import pytest

from services.evidence.domain.commands import Command
from services.evidence.domain.errors import NotNow
from services.evidence.domain.facts import new_event
from services.evidence.flows.count_votes import count_votes
from services.evidence.vault.counting import VoteCounting
from shared.contracts.bodies import LearnerEnrolled
from shared.contracts.events import decode
from shared.contracts.exhibitions import AudienceTallied, TallyPublished
from shared.ledger.entry import Entry
from tests.support.counting_house import EXHIBITION, SECRET, Broken, Fuse, House, new, said
from tests.support.exhibitions import BEST, WELL
from tests.support.pure_district import AMARA, BAO, TEACHER, TENANT, WORK
from tests.support.waiting import until

FAMILY = [said("boxer", 4), said("boxer", 3), said("clover", 4), said("boxer", 2), said("snowball", 4)]
STAFF = [said("clover", 1), said(None, 2)]


def entries(house: House, event: str) -> list[Entry]:
    return [entry for entry in house.real_ledger.all() if entry.event == event]


def told(house: House) -> TallyPublished:
    [entry] = entries(house, "TallyPublished")
    return decode(entry, TallyPublished)


async def test_the_key_is_told_where_every_role_is_enough_and_opens_the_commitment() -> None:
    house = House()
    await house.held({"family": FAMILY})
    await count_votes(EXHIBITION, house)
    published = told(house)
    assert (published.issued, published.voted, published.key) == (6, 5, SECRET[:32].hex())
    opened = hashlib.sha256(b"ascertain exhibition key" + bytes.fromhex(EXHIBITION.replace("-", "")) + SECRET[:32])
    assert json.loads(entries(house, "ExhibitionOpened")[0].body)["commitment"] == opened.hexdigest()
    choice = next(row for row in published.tallied if (row.question, row.role) == (BEST, "family"))
    assert {count.option: count.count for count in choice.counts} == {"boxer": 3, "clover": 1, "snowball": 1}
    for learner in (AMARA, BAO):
        [tallied] = [decode(one, AudienceTallied) for one in entries(house, "AudienceTallied") if one.owner == learner]
        assert (tallied.work, tallied.ratings[0].question, tallied.ratings[0].earned) == (WORK, WELL, "3.4")
        assert [rating.question for rating in tallied.ratings] == [WELL], "a choice touches no level"
    assert await house.real_boxes.kept() == []


async def test_where_a_role_is_of_few_only_the_merged_tally_is_told_and_the_key_is_gone() -> None:
    house = House()
    await house.held({"family": FAMILY, "staff": STAFF})
    await count_votes(EXHIBITION, house)
    published = told(house)
    assert published.key is None
    assert {row.role for row in published.tallied} == {None}
    assert [(row.answers, row.abstained) for row in published.tallied] == [(6, 1), (7, 0)]
    assert await house.real_boxes.known(EXHIBITION) is None


async def test_under_five_answers_nothing_is_told_and_no_record_has_any() -> None:
    house = House()
    await house.held({"family": FAMILY[:4]})
    await count_votes(EXHIBITION, house)
    assert [row.counts for row in told(house).tallied] == [(), ()]
    assert entries(house, "AudienceTallied") == []


async def test_without_a_vote_there_is_a_tally_of_none() -> None:
    house = House()
    await house.held({"family": []})
    await count_votes(EXHIBITION, house)
    published = told(house)
    assert (published.issued, published.voted, published.key) == (1, 0, None)


async def test_whoever_is_forgotten_is_told_nothing_and_the_others_are() -> None:
    house = House()
    await house.held({"family": FAMILY})
    await house.forget(BAO)
    await count_votes(EXHIBITION, house)
    assert [entry.owner for entry in entries(house, "AudienceTallied")] == [AMARA]


async def test_an_exhibition_that_is_open_is_not_counted() -> None:
    house = House()
    await house.held({"family": FAMILY}, close=False)
    with pytest.raises(NotNow):
        await count_votes(EXHIBITION, house)
    assert not await VoteCounting(house).step(), "nor does the worker find anything to do"
    assert await house.real_boxes.kept() == [EXHIBITION]


async def test_nobody_can_occupy_what_members_are_told_once_the_tally_is_published() -> None:
    house = House()
    await house.held({"family": FAMILY})
    with pytest.raises(Broken):
        await count_votes(EXHIBITION, House(Fuse(4, after=True), house))
    [published] = entries(house, "TallyPublished")
    assert entries(house, "AudienceTallied") == []
    foreseen = str(uuid5(UUID(published.id), f"{WORK}/{AMARA}"))
    body = LearnerEnrolled(learner=AMARA, school=new("school"))
    await house.do(Command(foreseen, TEACHER, "evidence", (new_event(TENANT, foreseen, body),)))
    await count_votes(EXHIBITION, house)
    assert {entry.owner for entry in entries(house, "AudienceTallied")} == {AMARA, BAO}


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("votes", [{"family": FAMILY}, {"family": FAMILY, "staff": STAFF}], ids=["all", "merged"])
async def test_wherever_counting_is_cut_the_worker_ends_it_as_if_it_were_not(
    votes: dict[str, list[dict[str, str]]], *, after: bool
) -> None:
    whole, fuse = House(), Fuse(None)
    await whole.held(votes)
    await count_votes(EXHIBITION, House(fuse, whole))
    uncut = [(entry.id, entry.body) for entry in whole.real_ledger.all()]
    assert fuse.passed >= 6
    for step in range(1, fuse.passed + 1):
        cut = House()
        await cut.held(votes)
        with pytest.raises(Broken):
            await count_votes(EXHIBITION, House(Fuse(step, after=after), cut))
        again = House(Fuse(step, after=not after), cut)  # and once more, elsewhere
        with suppress(Broken):
            await count_votes(EXHIBITION, again)
        await VoteCounting(cut).step()
        assert [(entry.id, entry.body) for entry in cut.real_ledger.all()] == uncut
        assert await cut.real_boxes.kept() == []
        assert not await VoteCounting(cut).step()


async def fails_and_goes_on(worker: VoteCounting) -> None:
    why = await until(lambda: worker.failing, "the worker says that it fails")
    assert why.startswith("Broken at ")
    await until(lambda: worker.failing is None, "it has gone on")


async def test_a_worker_that_fails_while_it_counts_says_so_and_counts_again() -> None:
    """At every step: what was in the way is told until it is gone, and nothing is lost or counted twice."""
    whole, passes = House(), Fuse(None)
    await whole.held({"family": FAMILY})
    await VoteCounting(House(passes, whole)).step()
    uncut = [(entry.id, entry.body) for entry in whole.real_ledger.all()]
    for step in range(1, passes.passed + 1):
        house = House()
        await house.held({"family": FAMILY})
        worker = VoteCounting(House(Fuse(step, after=step % 2 == 0), house), poll=0.01)
        running = asyncio.create_task(worker.run())
        try:
            await fails_and_goes_on(worker)
        finally:
            running.cancel()
        assert [(entry.id, entry.body) for entry in house.real_ledger.all()] == uncut
        assert await house.real_boxes.kept() == []


async def test_before_the_close_the_record_is_the_same_to_look_at_whatever_was_voted() -> None:
    """All of one mind, all of another, all blank: entries of the same kinds, places and lengths, and no plain word."""
    looks = []
    for vote in (said("boxer", 4), said("snowball", 1), said(None, None)):
        house = House()
        await house.held({"family": [vote] * 6, "staff": [vote] * 2}, close=False)
        record = house.real_ledger.all()
        looks.append([(entry.event, entry.shard, entry.position, entry.stream, len(entry.body)) for entry in record])
        cast = [json.loads(entry.body) for entry in record if entry.event == "ExhibitionVoteCast"]
        assert {tuple(body) for body in cast} == {("ballot", "exhibition", "sealed")}
        assert len({body["sealed"] for body in cast}) == len(cast), "equal votes do not look alike"
        assert {len(body["sealed"]) for body in cast} == {len(cast[0]["sealed"])}
    assert looks[0] == looks[1] == looks[2]


async def test_tokens_and_votes_are_nowhere_in_the_record() -> None:
    house = House()
    tokens = await house.held({"family": FAMILY, "staff": STAFF})
    await count_votes(EXHIBITION, house)
    record = b"".join(entry.body for entry in house.real_ledger.all())
    for token in tokens:
        assert token.encode() not in record
        assert hashlib.sha256(bytes.fromhex(token)).hexdigest().encode() in record
    assert SECRET[:32].hex().encode() not in record
    assert SECRET[32:].hex().encode() not in record
