"""Voting with a ballot from a terminal: as nobody, at the door that is open to everyone."""

from collections.abc import Iterable
from typing import Literal, TypeAlias

from cli.connection import connect_as_nobody
from cli.errors import CommandError, Refused
from cli.gateway import Gateway
from cli.receipts import out
from shared.runtime.ballot_answers import Ballot, UnaskedError
from shared.runtime.ballot_words import token_of

Outcome: TypeAlias = Literal["counted", "already counted"]

NO_BALLOT = "This is no ballot: it has 32 digits or letters a to f, or twelve words; is each copied as it stands there?"
NOT_FOUND = "No ballot has this token or these words."


async def vote(typed: str, given: list[str]) -> None:
    """Vote, or where nothing is given show what is asked."""
    pairs = [_pair(one) for one in given]
    async with connect_as_nobody() as gateway:
        ballot = await find_ballot(gateway, typed)
        if not pairs:
            _show(ballot)
            return
        outcome = await cast(gateway, ballot, answered(ballot, pairs))
    out.print("Your vote is counted." if outcome == "counted" else "Already counted: the first vote stands.")


async def find_ballot(gateway: Gateway, typed: str) -> Ballot:
    """The ballot of a token or of words. Raises CommandError where there is none."""
    token = token_of(typed)
    if token is None:
        raise CommandError(NO_BALLOT)
    try:
        return Ballot(token, await gateway.get(f"/v1/ballots/{token}"))
    except Refused as error:
        raise CommandError(NOT_FOUND if error.status == 404 else str(error)) from error


def answered(ballot: Ballot, given: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Answers as they are sent. Raises CommandError for what is not asked."""
    try:
        return ballot.answers(given)
    except UnaskedError as error:
        raise CommandError(str(error)) from error


async def cast(gateway: Gateway, ballot: Ballot, answers: dict[str, str]) -> Outcome:
    """Vote with it. Raises Refused where the exhibition is closed."""
    _, answer = await gateway.post(f"/v1/ballots/{ballot.token}", {"answers": answers})
    return "counted" if answer["outcome"] == "counted" else "already counted"


def _pair(written: str) -> tuple[str, str]:
    name, equals, option = written.partition("=")
    if not equals:
        raise CommandError(f"--answer {written!r} must be question=option.")
    return name.strip(), option.strip()


def _show(ballot: Ballot) -> None:
    shown = ballot.shown
    language = shown["language"]
    state = {"open": "It can be voted with.", "counted": "It was voted with.", "closed": "The exhibition is closed."}
    out.print(f"{shown['title'][language]}. {state[shown['state']]}", markup=False)
    for question in shown["questions"]:
        options = ", ".join(f"{one['option']} ({one['title'][language]})" for one in question["options"])
        of_works = "" if question["kind"] == "choice" else f", of each work: 1 to {len(shown['works'])}"
        out.print(f"  {question['question']}: {question['title'][language]}{of_works}", markup=False, soft_wrap=True)
        out.print(f"    {options}", markup=False, soft_wrap=True)
