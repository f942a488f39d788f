"""The oracle's part about evidence alone: which pieces count under a policy, and what these come to. See `oracle`."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import accumulate
from typing import Any

Entry = Mapping[str, Any]
Document = Mapping[str, Any]

KIND_OF = {
    "ascertain.AttemptRecorded": "attempt",
    "ascertain.RubricScored": "rubric_score",
    "ascertain.ObservationRecorded": "observation",
    "ascertain.PriorMasteryAttested": "attestation",
    "ascertain.AudienceTallied": "audience",
}


def by_evidence(competency: str, own: list[Entry], voids: Mapping[str, Entry], policy: Document) -> dict[str, Any]:
    scale = policy["scale"]
    pieces = [entry for entry in own if speaks_of(entry, competency)]
    pieces.sort(key=order)
    standing = [piece for piece in pieces if piece["id"] not in voids and _why_it_cannot_count(piece, policy) is None]
    redos: dict[str, str] = {}
    if policy["redo"] == "replaces":
        for piece in standing:
            if piece["body"].get("redo_of"):
                target = _in_its_place(piece["body"]["redo_of"], {piece["id"] for piece in pieces}, voids)
                if target != piece["id"]:
                    redos.setdefault(target, piece["id"])
    counting = [piece for piece in standing if piece["id"] not in redos]
    set_aside = [
        (piece["id"], *_why_not(piece, voids.get(piece["id"]), redos, policy))
        for piece in pieces
        if piece not in counting
    ]
    counted = [(piece["id"], _value(piece, competency, Fraction(scale["top"]))) for piece in counting]
    trajectory = _after_each([value for _, value in counted], policy)
    first_enough = _first_enough(counting, policy["minimum"])
    status, value, level = _judge(trajectory, first_enough, policy)
    return {
        "status": status,
        "level": level,
        "value": value,
        "counted": counted,
        "trajectory": trajectory,
        "set_aside": set_aside,
    }


def said(entry: Entry) -> list[Mapping[str, Any]]:
    """What an entry says was earned of what was possible, where it is evidence."""
    match entry["type"].removeprefix("ascertain."):
        case "AttemptRecorded" | "RubricScored" | "ObservationRecorded" | "PriorMasteryAttested":
            return list(entry["body"]["results"])
        case "ReflectionRecorded":
            return list(entry["body"].get("ratings", []))
        case "AudienceTallied":
            return [
                {"competency": competency, "earned": rated["earned"], "possible": rated["possible"]}
                for rated in entry["body"]["ratings"]
                for competency in rated.get("competencies", [])
            ]
    return []


def speaks_of(entry: Entry, competency: str) -> bool:
    return any(result["competency"] == competency for result in said(entry))


def _why_not(piece: Entry, void: Entry | None, redos: Mapping[str, str], policy: Document) -> tuple[str, str | None]:
    """Why a piece that does not count is set aside, and what did it."""
    if void is not None:
        by = void["body"].get("by")
        return ("voided", void["id"]) if by is None else ("superseded", by)
    reason = _why_it_cannot_count(piece, policy)
    return ("replaced", redos[piece["id"]]) if reason is None else (reason, None)


def _why_it_cannot_count(piece: Entry, policy: Document) -> str | None:
    if piece["type"] == "ascertain.ReflectionRecorded":
        return "self_rating"
    if piece["type"] == "ascertain.AudienceTallied":
        if "audience" not in policy.get("kinds", []):
            return "kind"
    elif piece["body"]["purpose"] not in policy["counts"]:
        return "purpose"
    if "kinds" in policy and KIND_OF[piece["type"]] not in policy["kinds"]:
        return "kind"
    if "courses" in policy and piece["body"].get("course") not in policy["courses"]:
        return "course"
    return None


def _first_enough(counting: list[Entry], minimum: Document) -> int | None:
    """How many of the pieces, from the oldest on, are enough; None where all of them are not."""
    for count in range(1, len(counting) + 1):
        so_far = counting[:count]
        enough = count >= minimum["pieces"] and len({piece["type"] for piece in so_far}) >= minimum["kinds"]
        if "days_apart" in minimum:
            first, last = (datetime.fromisoformat(order(piece)[0]) for piece in (so_far[0], so_far[-1]))
            enough = enough and last - first >= timedelta(days=minimum["days_apart"]) - timedelta(hours=12)
        if enough:
            return count
    return None


def order(entry: Entry) -> tuple[str, int]:
    return (min(entry["occurred_at"], entry["recorded_at"]), entry["position"])


def _in_its_place(event: str, here: set[str], voids: Mapping[str, Entry]) -> str:
    """What stands in the place of an event now, following those that speak of the competency; a circle ends once
    round.
    """
    passed: set[str] = set()
    while event in here and event not in passed and "by" in voids.get(event, {"body": {}})["body"]:
        passed.add(event)
        event = voids[event]["body"]["by"]
    return event


def _value(piece: Entry, competency: str, top: Fraction) -> Fraction:
    """`top ×` the mean of the exact fractions, rounded once, six places, half even."""
    shares = [
        Fraction(result["earned"]) / Fraction(result["possible"])
        for result in said(piece)
        if result["competency"] == competency
    ]
    return _round6(top * sum(shares) / len(shares))


def _after_each(values: list[Fraction], policy: Document) -> list[Fraction]:
    """The method's value after each contribution (RULES.md, head)."""
    match policy["method"]:
        case "ascertain.highest@1":
            return list(accumulate(values, max))
        case "ascertain.latest@1":
            return values
        case "ascertain.decaying_average@1":
            weight = Fraction(policy["parameters"]["weight"])
            return list(accumulate(values, lambda before, value: _round6(before * (1 - weight) + value * weight)))
        case other:
            raise AssertionError(f"The oracle knows no method {other}.")


def _judge(
    trajectory: list[Fraction], first_enough: int | None, policy: Document
) -> tuple[str, Fraction | None, str | None]:
    if not trajectory:
        return "no_evidence", None, None
    if first_enough is None:
        return "not_enough", None, None
    value, cut = trajectory[-1], Fraction(policy["scale"]["cut"])
    level = level_at(policy["scale"], value)
    if value >= cut:
        return "mastered", value, level
    if any(earlier >= cut for earlier in trajectory[first_enough - 1 if policy.get("slip") == "from_minimum" else 0 :]):
        return "slipped", value, level
    return "not_yet", value, level


def level_at(scale: Document, value: Fraction) -> str | None:
    reached = [level["name"] for level in scale["levels"] if Fraction(level["at"]) <= value]
    return reached[-1] if reached else None


def _round6(value: Fraction) -> Fraction:
    return round(value, 6)  # Fraction rounds exactly, half to even


def text(value: Fraction) -> str:
    """The canonical decimal of a value of at most six places."""
    whole, rest = divmod(value, 1)
    fraction = f"{int(rest * 10**6):06d}".rstrip("0")
    return f"{whole}.{fraction}" if fraction else str(whole)
