"""What a policy may say, and how a wrong one is refused: by the member's place and what would be right."""

import copy
import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest

from shared.contracts.documents import read_document
from shared.ledger.canonical import canonical
from shared.ledger.decimals import scaled
from shared.ledger.identifiers import digest
from shared.rulebook.members import PolicyError
from shared.rulebook.minimum import Minimum, days_between
from shared.rulebook.policy import Overrides, Slip, read_policy
from shared.rulebook.scope import SPECIFICITY, Scope, ScopeError, read_scope
from tests.support.ledger_writer import named, policy_document


def test_a_policy_as_the_fold_uses_it() -> None:
    document = policy_document("ascertain.decaying_average@1", weight="0.65", cut="2.5", redo="adds")
    policy = read_policy(document)
    assert policy.digest == digest(canonical(document))
    assert policy.method.id == "ascertain.decaying_average@1"
    assert policy.parameters == {"weight": 650_000}
    assert policy.scale.cut == scaled("2.5")


def test_the_second_form_says_how_long_an_override_stands() -> None:
    assert read_policy(policy_document(override="until_evidence")).overrides is Overrides.UNTIL_EVIDENCE
    assert read_policy(policy_document(override="stands")).overrides is Overrides.STAND
    assert read_policy(policy_document()).overrides is Overrides.STAND
    with pytest.raises(PolicyError, match="override must be 'stands' or 'until_evidence'"):
        read_policy(policy_document(override="for a while"))


def test_levels_begin_where_they_say() -> None:
    scale = read_policy(policy_document(levels=[("1", "Developing"), ("3", "Proficient")])).scale
    names = {text: getattr(scale.level_at(scaled(text)), "name", None) for text in ["0", "0.999999", "1", "2.999999"]}
    assert names == {"0": None, "0.999999": None, "1": "Developing", "2.999999": "Developing"}
    assert getattr(scale.level_at(scaled("3")), "name", None) == "Proficient"
    assert getattr(scale.level_at(scaled("4")), "name", None) == "Proficient"


def test_what_the_second_form_leaves_out_means_what_the_first_means() -> None:
    first, second = read_policy(policy_document()), read_policy(policy_document(override="stands"))
    assert dataclasses.replace(second, digest=first.digest) == first


def test_the_second_form_whole() -> None:
    children = [named("theme"), named("symbol")]
    document = policy_document(
        days_apart=3,
        counted_kinds=["attempt", "observation"],
        courses=[named("English 10")],
        slip="from_minimum",
        relearn=["practice", "conference"],
        roll_up={"method": "rollup.compensatory@1", "parameters": {"weights": {children[0]: "2"}}},
        accommodation=["minimum", "redo"],
        mode="keep_attained",
        override="until_evidence",
    )
    document["scale"]["levels"][0]["descriptor"] = "Names a theme."
    read_document(document)
    policy = read_policy(document)
    assert policy.minimum == Minimum(1, 1, 3)
    assert policy.kinds == frozenset({"attempt", "observation"})
    assert policy.courses == frozenset({named("English 10")})
    assert (policy.slip, policy.overrides) == (Slip.FROM_MINIMUM, Overrides.UNTIL_EVIDENCE)
    assert policy.relearn == ("practice", "conference")
    assert policy.roll_up is not None
    assert policy.roll_up.method.id == "rollup.compensatory@1"
    assert policy.roll_up.parameters["weights"] == {children[0]: 2_000_000}
    assert (policy.accommodation, policy.mode) == (frozenset({"minimum", "redo"}), "keep_attained")
    assert policy.scale.levels[0].descriptor == "Names a theme."


SECOND = policy_document(override="stands", days_apart=2)


@pytest.mark.parametrize(
    ("pointer", "value", "says"),
    [
        ("/minimum/days_apart", 0, "minimum.days_apart must be a whole number from 1 to 366"),
        ("/minimum/days_apart", "2", "minimum.days_apart must be a whole number from 1 to 366"),
        ("/minimum/kinds", 5, "minimum.kinds must be at most 4: so many kinds of evidence can count"),
        ("/kinds", [], "kinds must be a list, each at most once, of attempt, rubric_score, observation, attestation"),
        ("/kinds", ["reflection"], "kinds must be a list, each at most once, of attempt"),
        ("/courses", ["English"], "courses must be a list of 1 to 1000 ids of courses"),
        ("/courses", None, "courses must be a list of 1 to 1000 ids of courses"),
        ("/slip", "never", "slip must be 'from_first' or 'from_minimum'"),
        ("/relearn", [], "relearn must be a list of 1 to 10 kinds of relearning"),
        (
            "/relearn",
            ["practice", "practice"],
            "relearn must be a list of 1 to 10 kinds of relearning, each at most once",
        ),
        ("/relearn", ["A talk"], "relearn must be a list of 1 to 10 kinds of relearning"),
        ("/mode", "keep", "mode must be 'recompute' or 'keep_attained'"),
        ("/accommodation", ["title"], "accommodation must be a list, each at most once, of scale, method, roll_up"),
        ("/roll_up", "rollup.conjunctive@1", "roll_up must be an object"),
        ("/roll_up", {"method": "rollup.conjunctive@1"}, "roll_up.parameters must be given"),
        ("/roll_up", {"method": "ascertain.latest@1", "parameters": {}}, "roll_up.method must be one of rollup.conj"),
        ("/roll_up", {"method": "rollup.conjunctive@1", "parameters": {"missing": "drop"}}, "must be wait or skip"),
        ("/scale/levels/0/descriptor", "", "scale.levels.0.descriptor must be text that is not empty"),
        ("/slipp", "from_first", "(is slip meant?)"),
    ],
)
def test_a_wrong_member_of_the_second_form_is_told_in_plain_words(pointer: str, value: Any, says: str) -> None:
    document = copy.deepcopy(SECOND)
    put(pointer, value)(document)
    with pytest.raises(PolicyError) as refused:
        read_policy(document)
    assert says in str(refused.value)
    assert refused.value.parameter.startswith(pointer)


def test_no_more_kinds_can_be_asked_for_than_count() -> None:
    with pytest.raises(PolicyError, match=r"minimum\.kinds must be at most 1, as many kinds as are listed in kinds"):
        read_policy(policy_document(kinds=2, counted_kinds=["attempt"]))


@pytest.mark.parametrize(
    "member", ["kinds", "courses", "slip", "roll_up", "relearn", "accommodation", "mode", "override"]
)
def test_a_member_of_the_second_form_in_the_first_is_told_where_it_belongs(member: str) -> None:
    with pytest.raises(PolicyError, match=f"{member} must not be given in 'ascertain.policy@1'; it belongs to"):
        read_policy({**policy_document(), member: "x"})


@pytest.mark.parametrize(
    ("hours", "days"), [(0, 0), (11, 0), (12, 1), (23, 1), (25, 1), (35, 1), (36, 2), (24 * 7 - 12, 7)]
)
def test_days_are_counted_to_the_nearest(hours: int, days: int) -> None:
    assert days_between([0, hours * 60 * 60 * 1000]) == days


def without(member: str) -> Callable[[dict[str, Any]], Any]:
    return lambda document: document.pop(member)


def put(pointer: str, value: Any) -> Callable[[dict[str, Any]], Any]:
    def change(document: dict[str, Any]) -> None:
        *path, last = pointer.strip("/").split("/")
        target: Any = document
        for step in path:
            target = target[int(step)] if isinstance(target, list) else target[step]
        target[int(last) if isinstance(target, list) else last] = value

    return change


@pytest.mark.parametrize(
    ("change", "parameter", "says"),
    [
        (without("scale"), "/scale", "must be given"),
        (put("/extra", "1"), "/extra", "must not be given"),
        (put("/format", "ascertain.policy@3"), "/format", "'ascertain.policy@1' or 'ascertain.policy@2'"),
        (without("format"), "/format", "ascertain.policy@1"),
        (put("/format", "ascertain.policy@2"), "/override", "must be given"),
        (put("/override", "stands"), "/override", "it belongs to 'ascertain.policy@2'"),
        (put("/method", "ascertain.median@1"), "/method", "ascertain.highest@1"),
        (put("/method", 3), "/method", "must be text"),
        (put("/parameters", {}), "/parameters/weight", "must be given"),
        (put("/parameters/weight", "0"), "/parameters/weight", "above 0 and at most 1"),
        (put("/parameters/weight", "1.000001"), "/parameters/weight", "above 0 and at most 1"),
        (put("/parameters/weight", "-0.5"), "/parameters/weight", "above 0 and at most 1"),
        (put("/parameters/weight", "0.50"), "/parameters/weight", "without exponent or trailing zeros"),
        (put("/parameters/weight", 1), "/parameters/weight", "above 0 and at most 1"),
        (put("/parameters/window", "1"), "/parameters/window", "must not be given"),
        (put("/parameters", []), "/parameters", "must be an object"),
        (put("/scale/top", "0"), "/scale/top", "above 0"),
        (put("/scale/cut", "4.000001"), "/scale/cut", "from 0 to the top, 4"),
        (put("/scale/cut", "-1"), "/scale/cut", "from 0 to the top, 4"),
        (put("/scale/levels", []), "/scale/levels", "at least one"),
        (put("/scale/levels/0/at", "-1"), "/scale/levels/0/at", "from 0"),
        (put("/scale/levels/1/at", "0"), "/scale/levels/1/at", "above the level before it, 0"),
        (put("/scale/levels/2/at", "4.5"), "/scale/levels/2/at", "from 0 to the top, 4"),
        (put("/scale/levels/2/name", "Beginning"), "/scale/levels/2/name", "a name of its own"),
        (put("/scale/levels/2/name", " "), "/scale/levels/2/name", "not empty"),
        (put("/scale/levels/2/name", "\ud800"), "", "well-formed Unicode"),
        (put("/scale/levels/2/title", "x"), "/scale/levels/2/title", "must not be given"),
        (put("/counts", []), "/counts", "at least one"),
        (put("/counts", ["homework"]), "/counts", "practice"),
        (put("/counts", ["practice", "practice"]), "/counts", "at most once"),
        (put("/counts", "practice"), "/counts", "a list"),
        (put("/minimum/pieces", 0), "/minimum/pieces", "from 1 to 1000"),
        (put("/minimum/pieces", True), "/minimum/pieces", "whole number"),
        (put("/minimum/kinds", 11), "/minimum/kinds", "from 1 to 10"),
        (put("/redo", "averages"), "/redo", "'replaces' or 'adds'"),
        (put("/redo", ["replaces"]), "/redo", "'replaces' or 'adds'"),
    ],
)
def test_a_wrong_policy_is_refused_by_name(change: Callable[[dict[str, Any]], Any], parameter: str, says: str) -> None:
    document = policy_document("ascertain.decaying_average@1", weight="0.65")
    change(document)
    with pytest.raises(PolicyError) as refused:
        read_policy(document)
    assert refused.value.parameter == parameter
    assert says in str(refused.value)


def test_a_method_without_parameters_takes_none() -> None:
    document = policy_document("ascertain.highest@1", weight="0.65")
    with pytest.raises(PolicyError, match=r"parameters\.weight must not be given"):
        read_policy(document)


def test_the_digest_is_that_of_the_document_however_it_was_written() -> None:
    document = policy_document()
    assert read_policy(json.loads(json.dumps(document, sort_keys=False))).digest == read_policy(document).digest
    assert read_policy(document | {"title": "Another"}).digest != read_policy(document).digest


@pytest.mark.parametrize("kind", [kind for kind in SPECIFICITY if kind != "district"])
def test_scopes_are_read_as_they_are_written(kind: str) -> None:
    text = f"{kind}/{named('x')}"
    assert str(read_scope(text)) == text


def test_the_district_is_a_scope_without_an_id() -> None:
    assert read_scope("district") == Scope("district")
    assert str(Scope("district")) == "district"


@pytest.mark.parametrize("text", ["", "state", "district/x", "school", "school/", "school/X", f"section/{named('x')}"])
def test_what_is_no_scope(text: str) -> None:
    with pytest.raises(ScopeError, match="must be district"):
        read_scope(text)
