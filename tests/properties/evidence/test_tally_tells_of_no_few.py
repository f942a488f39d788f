"""What is told of an audience never tells how a role of fewer than five voted: for every tally there is another world.

A stranger has everything that is told: the tally, how many of each role voted (the ledger says so, ballot by ballot),
and the ratings in members' records. For each question and each role that voted and gave fewer than five answers to it,
or none, the test finds votes that differ in what that role said and of which exactly the same would have been told.
Only where nobody at all answered there are no such votes.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from hypothesis import event, example, given
from hypothesis import strategies as st

from services.evidence.domain.exhibitions import answer_name
from services.evidence.domain.tallying import rated, tally
from shared.contracts.exhibitions import ENOUGH, Asked, TallyPublished
from shared.contracts.tasks import Questions
from tests.support.exhibitions import BEST, WELL, questions

Votes: TypeAlias = Sequence[tuple[str, Mapping[str, str]]]

EXHIBITION, WORK, OTHER = (f"{n}0000000-0000-4000-8000-000000000000" for n in (1, 2, 3))
KEY = "5e" * 32
OPTIONS, STARS = ("boxer", "clover", "snowball"), ("1", "2", "3", "4")
ASKED = (
    Asked(question=BEST, kind="choice", options=OPTIONS),
    Asked(question=WELL, kind="rating", work=WORK, options=STARS),
    Asked(question=WELL, kind="rating", work=OTHER, options=STARS),
)
ROLES = ("community", "family", "staff")


@st.composite
def audiences(draw: st.DrawFn) -> Votes:
    """Few and many of each role; often of one mind, for that is where a sum tells most."""
    votes: list[tuple[str, Mapping[str, str]]] = []
    favourites = {answer_name(one): draw(st.sampled_from(one.options)) for one in ASKED}
    of_one_mind = draw(st.booleans())
    for role in ROLES:
        for _ in range(draw(st.sampled_from([0, 1, 2, 4, 5, 6, 9]))):
            answers = {}
            for one in ASKED:
                said = st.just(favourites[answer_name(one)]) if of_one_mind else st.sampled_from(one.options)
                answer = draw(st.none() | said | said | said)
                if answer is not None:
                    answers[answer_name(one)] = answer
            votes.append((role, answers))
    return votes


def told(votes: Votes) -> tuple[TallyPublished, object]:
    """All that anybody but the holders of the keys database can know."""
    published = tally(EXHIBITION, ASKED, len(votes) + 3, votes, KEY)
    return published, rated(published, Questions.model_validate(questions()))


def said_by(votes: Votes, role: str, name: str) -> Counter[str]:
    return Counter(answers[name] for own, answers in votes if own == role and name in answers)


def without(answers: Mapping[str, str], name: str) -> dict[str, str]:
    return {other: option for other, option in answers.items() if other != name}


def other_worlds(votes: Votes, role: str, one: Asked) -> Sequence[Votes]:
    """Votes in which a voter of this role says something else: alone, in exchange with another role's, or all alike; or
    in which she answers in the place of another role's, who leaves it blank.
    """
    name = answer_name(one)
    answered = [n for n, (_, answers) in enumerate(votes) if name in answers]
    mine = [n for n in answered if votes[n][0] == role]
    blank = [n for n, (own, answers) in enumerate(votes) if own == role and name not in answers]
    worlds = [
        [*votes[:n], (role, {**votes[n][1], name: option}), *votes[n + 1 :]] for n in mine for option in one.options
    ]
    for n in mine:
        for other in set(answered) - set(mine):
            exchanged = list(votes)
            exchanged[n] = (role, {**votes[n][1], name: votes[other][1][name]})
            exchanged[other] = (votes[other][0], {**votes[other][1], name: votes[n][1][name]})
            worlds.append(exchanged)
    for n in blank:
        for other in set(answered) - set(mine):
            exchanged = list(votes)
            exchanged[n] = (role, {**votes[n][1], name: votes[other][1][name]})
            exchanged[other] = (votes[other][0], without(votes[other][1], name))
            worlds.append(exchanged)
    worlds += [
        [(own, {**answers, name: option} if name in answers else answers) for own, answers in votes]
        for option in one.options
    ]
    return worlds


LEFT_BLANK = [("family", {BEST: "boxer"})] * 6 + [("staff", {})] * 3
"""Were this shown, it would follow that no one of staff answered: one answer of theirs, and it were withheld."""


@given(audiences())
@example(LEFT_BLANK)
def test_how_a_few_voted_cannot_be_told(votes: Votes) -> None:
    known = told(votes)
    for one in ASKED:
        for role in ROLES:
            own = said_by(votes, role, answer_name(one))
            if own.total() >= ENOUGH or all(other != role for other, _ in votes):
                continue
            assert known[0].key is None, "the key would open their votes"
            if all(answer_name(one) not in answers for _, answers in votes):
                continue
            event("a role of a few" if own else "a role that left it blank")
            assert any(
                said_by(world, role, answer_name(one)) != own and told(world) == known
                for world in other_worlds(votes, role, one)
            ), f"{role} is seen to have said {dict(own)} to {answer_name(one)}"


@given(audiences())
def test_the_key_is_told_only_where_of_every_role_five_answered_everything(votes: Votes) -> None:
    published, _ = told(votes)
    roles = {role for role, _ in votes}
    enough = all(said_by(votes, role, answer_name(one)).total() >= ENOUGH for role in roles for one in ASKED)
    assert (published.key is not None) == bool(roles and enough)
    assert {row.role for row in published.tallied} == ({None, *roles} if published.key else {None})
    for row in published.tallied:
        assert not row.counts or row.answers >= ENOUGH


@given(audiences())
def test_counts_are_told_only_where_five_answered_beside_roles_in_which_fewer_than_five_voted(votes: Votes) -> None:
    """So no such role can subtract what it said itself and have what the other one did."""
    published, _ = told(votes)
    voters = Counter(role for role, _ in votes)
    for row in published.tallied:
        if row.counts:
            name = row.question if row.work is None else f"{row.question}/{row.work}"
            assert sum(voters[role] >= ENOUGH and name in answers for role, answers in votes) >= ENOUGH


@given(audiences(), st.randoms(use_true_random=False))
def test_the_order_of_votes_does_not_matter(votes: Votes, random: object) -> None:
    shuffled = list(votes)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis' own random
    assert told(shuffled) == told(votes)


@given(audiences())
def test_counts_add_up(votes: Votes) -> None:
    published, _ = told(votes)
    for row in published.tallied:
        own = [answers for role, answers in votes if row.role in {None, role}]
        name = row.question if row.work is None else f"{row.question}/{row.work}"
        chosen = Counter(answers[name] for answers in own if name in answers)
        assert (row.answers, row.abstained) == (chosen.total(), len(own) - chosen.total())
        assert not row.counts or {count.option: count.count for count in row.counts if count.count} == chosen
