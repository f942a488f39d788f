"""A plain fold, written apart from the code under test: from raw entries to the states that the design page demands.

It imports nothing of the product. Fractions instead of scaled integers, dictionaries instead of classes, a scan
wherever the product has an index. `states` is the whole interface:

    oracle.states(entries, documents) -> {(learner, competency): OracleState}

`entries` are dictionaries `{"envelope": {…DESIGN §11…}, "body": {…} or its JSON text}`, of any ledger, learner and
order, repeats allowed; `documents` are the documents by digest. A pair is listed once there is evidence for it, also
evidence that does not count, or a level that was set.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tests.support.oracle_evidence import Document, Entry, by_evidence, level_at, order, said, speaks_of, text

Pins = Sequence[tuple[str, int, int]]
At = str | Pins | None

STATUSES_FROM_LEAST = ["no_evidence", "not_enough", "not_yet", "slipped", "mastered"]


@dataclass(frozen=True)
class OracleState:
    """What a state must say. Values are canonical decimals, pins `(ledger, shard, position)` in order."""

    learner: str
    competency: str
    status: str
    level: str | None
    value: str | None
    scope: str | None
    policy: str | None
    method: str | None
    counted: list[tuple[str, str]]
    trajectory: list[str]
    set_aside: list[tuple[str, str, str | None]]
    pins: list[tuple[str, int, int]]
    digest: str
    override: str | None = None
    alone: tuple[str, str | None] | None = None


def states(
    entries: Iterable[Entry], documents: Mapping[str, Document], at: At = None
) -> dict[tuple[str, str], OracleState]:
    """Every state, as known at `at`: an instant as the ledger writes it, a list of pins, or None for now."""
    once = {entry["envelope"]["id"]: _flat(entry) for entry in entries}
    known = [entry for entry in once.values() if _is_known(entry, at)]
    known.sort(key=lambda entry: entry["position"])
    rules = Rules(
        adoptions=[entry for entry in known if entry["type"] == "ascertain.PolicyAdopted"],
        publications=[
            {**entry, "places": {competency["id"] for competency in documents[entry["body"]["digest"]]["competencies"]}}
            for entry in known
            if entry["type"] == "ascertain.DocumentPublished" and entry["body"]["format"] == "ascertain.framework@1"
        ],
        documents=documents,
    )
    of_learner: dict[str, list[Entry]] = defaultdict(list)
    for entry in known:
        if entry["ledger"] == "evidence":
            of_learner[entry["owner"]].append(entry)
    return {
        (learner, competency): _state(learner, competency, own, rules)
        for learner, own in of_learner.items()
        for competency in sorted(_competencies(own))
    }


@dataclass(frozen=True)
class Rules:
    """The definitions known, in order of position, and all documents."""

    adoptions: list[Entry]
    publications: list[Entry]
    documents: Mapping[str, Document]


# ---- reading entries --------------------------------------------------------------------------------------------


def _flat(entry: Entry) -> Entry:
    body = entry["body"]
    return {**entry["envelope"], "body": json.loads(body) if isinstance(body, str | bytes) else body}


def _is_known(entry: Entry, at: At) -> bool:
    if at is None:
        return True
    if isinstance(at, str):
        return bool(entry["recorded_at"] <= at)  # instants of one fixed width compare as they stand
    reached = {(ledger, shard): position for ledger, shard, position in at}
    return bool(entry["position"] <= reached.get((entry["ledger"], entry["shard"]), 0))


def _competencies(own: list[Entry]) -> set[str]:
    levels_set = {entry["body"]["competency"] for entry in own if entry["type"] == "ascertain.LevelOverridden"}
    return levels_set | {result["competency"] for entry in own for result in said(entry)}


# ---- which rules hold -------------------------------------------------------------------------------------------


def _latest(entries: Iterable[Entry]) -> Entry | None:
    return max(entries, key=lambda entry: entry["position"], default=None)


def _school(own: list[Entry]) -> tuple[str | None, int | None]:
    """The school of the latest enrolment, and where the current run at it began."""
    school, began = None, None
    for entry in own:
        if entry["type"] == "ascertain.LearnerEnrolled" and entry["body"]["school"] != school:
            school, began = entry["body"]["school"], entry["position"]
    return school, began


def _framework(competency: str, publications: list[Entry]) -> tuple[str | None, int | None]:
    """The framework whose publication last placed the competency, and where the current run in it began."""
    framework, began = None, None
    for entry in publications:
        if competency in entry["places"] and entry["body"]["id"] != framework:
            framework, began = entry["body"]["id"], entry["position"]
    return framework, began


def _in_force(learner: str, competency: str, own: list[Entry], rules: Rules) -> Entry | None:
    school, _ = _school(own)
    framework, _ = _framework(competency, rules.publications)
    most_specific_first = [
        f"learner/{learner}",
        f"competency/{competency}",
        f"framework/{framework}",
        f"school/{school}",
        "district",
    ]
    for scope in most_specific_first:
        adopted = _latest(entry for entry in rules.adoptions if entry["body"]["scope"] == scope)
        if adopted is not None:
            return adopted
    return None


# ---- folding ----------------------------------------------------------------------------------------------------


def _state(learner: str, competency: str, own: list[Entry], rules: Rules) -> OracleState:
    voids: dict[str, Entry] = {}
    for entry in own:
        if entry["type"] in {"ascertain.EvidenceVoided", "ascertain.EvidenceSuperseded"}:
            voids.setdefault(entry["body"]["evidence"], entry)
    adoption = _in_force(learner, competency, own, rules)
    if adoption is None:
        outcome: dict[str, Any] = {
            "status": "no_policy",
            "level": None,
            "value": None,
            "counted": [],
            "trajectory": [],
            "set_aside": [],
        }
        policy = None
    else:
        policy = adoption["body"]["policy"]
        outcome = _outcome((learner, competency), own, voids, adoption, rules)
    override, alone = None, None
    judged = None if adoption is None else _judged(competency, own, outcome, adoption, rules)
    if judged is not None:
        alone = (outcome["status"], outcome["level"])
        override, outcome["level"], outcome["status"] = judged
    method = None if policy is None else rules.documents[policy]["method"]
    counted = [(event, text(value)) for event, value in outcome["counted"]]
    content = {
        "competency": competency,
        "counted": [[event, value] for event, value in counted],
        "learner": learner,
        "level": outcome["level"],
        "method": method,
        "policy": policy,
        "status": outcome["status"],
    }
    return OracleState(
        learner=learner,
        competency=competency,
        status=outcome["status"],
        level=outcome["level"],
        value=None if outcome["value"] is None else text(outcome["value"]),
        scope=None if adoption is None else adoption["body"]["scope"],
        policy=policy,
        method=method,
        counted=counted,
        trajectory=[text(value) for value in outcome["trajectory"]],
        set_aside=outcome["set_aside"],
        pins=_pins(competency, own, voids, adoption, rules),
        digest=hashlib.sha256(
            json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
        ).hexdigest(),
        override=override,
        alone=alone,
    )


def _latest_override(competency: str, own: list[Entry]) -> tuple[Entry | None, list[Entry]]:
    """The override in force, None where the latest is cleared; and all that was said of overrides."""
    setting = [
        entry
        for entry in own
        if entry["type"] == "ascertain.LevelOverridden" and entry["body"]["competency"] == competency
    ]
    names = {entry["id"] for entry in setting}
    clearing = [
        entry
        for entry in own
        if entry["type"] == "ascertain.OverrideCleared"
        and entry["body"]["competency"] == competency
        and entry["body"]["override"] in names
    ]
    latest = _latest(setting)
    if latest is not None and any(entry["body"]["override"] == latest["id"] for entry in clearing):
        latest = None
    first_clearings = {entry["body"]["override"]: entry for entry in reversed(clearing)}
    return latest, [*setting, *first_clearings.values()]


def _adopted(policy: str, rules: Rules) -> Entry | None:
    return next((entry for entry in rules.adoptions if entry["body"]["policy"] == policy), None)


def _judged(
    competency: str, own: list[Entry], outcome: dict[str, Any], adoption: Entry, rules: Rules
) -> tuple[str, str, str] | None:
    """The override that applies, the level that it sets and the status that this is; None where none applies."""
    override, _ = _latest_override(competency, own)
    if override is None:
        return None
    policy = rules.documents[adoption["body"]["policy"]]
    counted = {event for event, _ in outcome["counted"]}
    newer = [entry for entry in own if entry["id"] in counted and order(entry) > order(override)]
    if newer and policy.get("override") == "until_evidence":
        return None
    level, at = _carried_over(override["body"], adoption["body"]["policy"], rules)
    return None if level is None else (override["id"], level, "mastered" if at >= _cut(policy) else "not_yet")


def _carried_over(judgement: Mapping[str, Any], policy: str, rules: Rules) -> tuple[str | None, Fraction]:
    """The level of a judgement on the scale of the policy in force, and where on it that stands; None for none."""
    at, scale = Fraction(judgement["at"]), rules.documents[policy]["scale"]
    if judgement["policy"] == policy:
        return level_at(scale, at), at
    if _adopted(judgement["policy"], rules) is None:
        return None, at
    policy_then = rules.documents[judgement["policy"]]
    starts = {level["name"]: Fraction(level["at"]) for level in scale["levels"]}
    level_then = level_at(policy_then["scale"], at)
    if level_then in starts:
        return level_then, starts[str(level_then)]
    cut = _cut(rules.documents[policy])
    return (level_at(scale, cut) if at >= _cut(policy_then) else None), cut


def _cut(policy: Document) -> Fraction:
    return Fraction(policy["scale"]["cut"])


def _outcome(
    pair: tuple[str, str], own: list[Entry], voids: Mapping[str, Entry], adoption: Entry, rules: Rules
) -> dict[str, Any]:
    """What the adoption's policy makes of the evidence, above what the adoption keeps of before."""
    policy = rules.documents[adoption["body"]["policy"]]
    outcome = by_evidence(pair[1], own, voids, policy)
    if adoption["body"]["mode"] != "keep_attained":
        return outcome
    own_then = [entry for entry in own if entry["recorded_at"] <= adoption["recorded_at"]]
    rules_then = Rules(
        adoptions=[entry for entry in rules.adoptions if entry["position"] < adoption["position"]],
        publications=[entry for entry in rules.publications if entry["position"] < adoption["position"]],
        documents=rules.documents,
    )
    adoption_then = _in_force(*pair, own_then, rules_then)
    if adoption_then is None:
        return outcome
    before = _outcome(pair, own_then, voids, adoption_then, rules_then)
    return _kept(outcome, before, policy["scale"])


def _kept(outcome: dict[str, Any], before: dict[str, Any], scale: Document) -> dict[str, Any]:
    """The outcome, no lower than what was attained before."""
    if before["status"] in {"no_policy", "no_evidence", "not_enough"}:
        return outcome
    starts = {level["name"]: Fraction(level["at"]) for level in scale["levels"]}
    cut = Fraction(scale["cut"])
    floor_level = before["level"] if before["level"] in starts else None
    if floor_level is None and before["status"] == "mastered":
        floor_level = level_at(scale, cut)
    if floor_level is None and before["status"] == "not_yet":
        return outcome
    floor_status = before["status"]
    if floor_level is not None and starts[floor_level] >= cut:
        floor_status = "mastered"
    level = outcome["level"]
    if floor_level is not None and (level is None or starts[floor_level] > starts[level]):
        level = floor_level
    status = max(outcome["status"], floor_status, key=STATUSES_FROM_LEAST.index)
    return outcome | {"level": level, "status": status}


def _pins(
    competency: str, own: list[Entry], voids: Mapping[str, Entry], adoption: Entry | None, rules: Rules
) -> list[tuple[str, int, int]]:
    """Relevant: the evidence of the competency and what voided it or took its place, the levels that were set and what
    cleared them, the enrolment that began the time at the current school; the adoption in force, the publication that
    brought the competency into its framework, and the first adoption of the policy that the override in force names.
    """
    pieces = [entry for entry in own if speaks_of(entry, competency)]
    in_evidence = [piece["position"] for piece in pieces]
    in_evidence += [voids[piece["id"]]["position"] for piece in pieces if piece["id"] in voids]
    in_evidence += [began for _, began in [_school(own)] if began is not None]
    in_definitions = [began for _, began in [_framework(competency, rules.publications)] if began is not None]
    in_definitions += [] if adoption is None else [adoption["position"]]
    override, judgements = _latest_override(competency, own)
    in_evidence += [judgement["position"] for judgement in judgements]
    judged_under = None if override is None else _adopted(override["body"]["policy"], rules)
    in_definitions += [] if judged_under is None else [judged_under["position"]]
    pins = [("definitions", 0, max(in_definitions))] if in_definitions else []
    return [*pins, ("evidence", own[0]["shard"], max(in_evidence))]
