"""`recount`: counts an exhibition's votes again, from the topic `evidence.ledger` alone, and compares.

It trusts nothing of ours but the contract: `docs/schemas`, and how a vote is sealed (`docs/exhibitions.md`).
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import product
from typing import Annotated, Any, TypeAlias
from uuid import UUID

import typer
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from cli.subscribing import records_of

Body: TypeAlias = dict[str, Any]
Count: TypeAlias = Counter[tuple[str, str | None, str]]  # what was asked, of which role or all, which option
STEPS = ("ExhibitionOpened", "ExhibitionClosed", "TallyPublished")
MERGED = "Not recounted: of some role fewer than five answered, so the key that opens votes is not published."


def recount(exhibition: Annotated[str, typer.Argument(help="The exhibition's id.")]) -> int:
    """Count the votes of a closed exhibition again, from the topic alone. Exits with 1 where anything differs."""
    lines, faults = counted_again(exhibition, records_of(exhibition))
    verdict = [f"FOUND: {fault}" for fault in faults] or ([] if MERGED in lines else ["Nothing differs."])
    print("\n".join([*lines, *verdict]))
    return 1 if faults else 0


def counted_again(exhibition: str, records: Iterable[tuple[Mapping[str, str], bytes]]) -> tuple[list[str], list[str]]:
    """What there is to tell, and what differs, of records (headers and value) in the topic's order."""
    steps, issued, votes, faults = _gathered(records)
    if missing := [step for step in STEPS if step not in steps]:
        return [], [*faults, f"The topic has no {' and no '.join(missing)} of it: there is nothing to compare."]
    told, lines = steps["TallyPublished"], [f"{len(issued)} ballots were issued, {len(votes)} voted."]
    if (told["issued"], told["voted"]) != (len(issued), len(votes)):
        faults.append(f"Published were {told['issued']} ballots issued, {told['voted']} voted.")
    opened = steps["ExhibitionOpened"]
    asked = {_name(one): one["options"] for one in opened["asked"]}
    if told.get("key") is None:
        return [*lines, MERGED], [*faults, *_at_odds(asked, told)]
    key, place = bytes.fromhex(told["key"]), UUID(exhibition).bytes
    if opened["commitment"] != hashlib.sha256(b"ascertain exhibition key" + place + key).hexdigest():
        faults.append("The key is not the one that was committed to at the opening.")
    cipher, counts = AESSIV(hashlib.sha512(b"ascertain ballot" + key).digest()), Count()
    for ballot, sealed in votes.items():
        try:
            answers = json.loads(cipher.decrypt(bytes.fromhex(sealed), [place, bytes.fromhex(ballot)]))
        except (InvalidTag, ValueError):
            faults.append(f"The vote of ballot {ballot} does not open.")
            continue
        for name, option in answers.items():
            if option not in asked.get(name, ()):
                faults.append(f"Ballot {ballot} answers {name} by {option}, which was not asked.")
            counts.update([(name, None, option), (name, issued[ballot], option)])
    voters = {None: len(votes), **Counter(issued[ballot] for ballot in votes)}
    return [*lines, *_compared(asked, counts, voters, told, faults)], faults


def _gathered(records: Iterable[tuple[Mapping[str, str], bytes]]) -> tuple[Body, Body, Body, list[str]]:
    """The opening, the close and the tally; the role of each ballot; each one's sealed vote; and what differs."""
    steps, issued, votes, faults = Body(), Body(), Body(), list[str]()
    for headers, value in records:
        at, kind, body = headers["ce_position"], headers["ce_type"].removeprefix("ascertain."), json.loads(value)
        is_open = "ExhibitionOpened" in steps and "ExhibitionClosed" not in steps
        if hashlib.sha256(value).hexdigest() != headers["ce_bodydigest"]:
            faults.append(f"What stands at position {at} is not what its digest is of.")
        if kind in STEPS and steps.setdefault(kind, body) is not body:
            faults.append(f"At position {at} is a second {kind}.")
        elif kind in {"BallotIssued", "ExhibitionVoteCast"} and not is_open:
            faults.append(f"{kind} at position {at} is not between the opening and the close.")
        elif kind == "BallotIssued" and issued.setdefault(body["ballot"], body["role"]) != body["role"]:
            faults.append(f"The ballot at position {at} was issued for another role before.")
        elif kind == "ExhibitionVoteCast" and (body["ballot"] not in issued or body["ballot"] in votes):
            faults.append(f"The vote at position {at} is of a ballot that was never issued, or that voted before.")
        elif kind == "ExhibitionVoteCast":
            votes[body["ballot"]] = body["sealed"]
    faults += ["Votes are not of one length."] if len({len(sealed) for sealed in votes.values()}) > 1 else []
    return steps, issued, votes, faults


def _compared(asked: Body, counts: Count, voters: Mapping[Any, int], told: Body, faults: list[str]) -> list[str]:
    """A line for everything that was asked, of all and by role; `voters` says how many there were of each."""
    published, lines = {(_name(row), row.get("role")): row for row in told["tallied"]}, []
    for name, role in product(asked, voters):
        again, row = {option: counts[name, role, option] for option in asked[name]}, published.pop((name, role), {})
        said = {count["option"]: count["count"] for count in row.get("counts", ())}, row.get("abstained")
        if (again, blank := voters[role] - sum(again.values())) != said or sum(again.values()) != row.get("answers"):
            faults.append(f"{name}, {role or 'all'}: published was {said[0]}, {said[1]} blank.")
        lines.append(f"{name}, {role or 'all'}: {', '.join(f'{o} {n}' for o, n in again.items())}; {blank} blank")
        faults += [f"{name}, {role}: the key is published, though few answered."] if sum(again.values()) < 5 else []
    faults.extend(f"{name}, {role or 'all'}: published, but not asked, or nobody voted." for name, role in published)
    return lines


def _at_odds(asked: Body, told: Body) -> list[str]:
    """What speaks against a tally without its key: a row for each that was asked, of all roles, and sums that agree."""
    rows = Counter((_name(row), row.get("role")) for row in told["tallied"])
    faults = [] if rows == Counter((name, None) for name in asked) else ["Its rows are not one of each that was asked."]
    for row in told["tallied"]:
        counts = {one["option"]: one["count"] for one in row.get("counts", ())}
        wrong = counts and (list(counts), sum(counts.values())) != (asked.get(_name(row)), row["answers"])
        if wrong or row["answers"] + row["abstained"] != told["voted"]:
            faults.append(f"{_name(row)}: what was published of it does not add up.")
    return faults


def _name(asked: Mapping[str, Any]) -> str:
    return f"{asked['question']}/{asked['work']}" if asked.get("work") else str(asked["question"])
