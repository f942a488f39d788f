"""What is decoded at once, pydantic takes too, and both make the same of it; what is plain is decoded at once."""

import json
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from services.evidence.domain.plain_attempts import PlainAttempt, PlainResult
from services.evidence.domain.recording import Item
from services.evidence.http.attempts import read_attempts
from services.evidence.http.items import read_request
from shared.contracts.bodies import AttemptRecorded, Result
from shared.contracts.events import encode
from tests.support.evidence import attempt

ACTOR, LEARNER = "8f14e45f-ceea-8e7a-9c3b-2f1d0a5b6c7d", "c9f0f895-fb98-4b91-8f5e-0c1d2e3f4a5b"

Pairs = list[tuple[str, Any]]
"""An object as it is written, in which a key may stand twice; a list is written `[...]` by its being a tuple."""

ids = st.uuids().map(str)
decimals = st.sampled_from(["0", "1", "2.5", "0.000001"] * 3 + ["999999999999"])
most = st.sampled_from(["4", "999999999999"] * 6 + ["0"])
moments = st.sampled_from(["2026-09-14T10:30:00.000Z", "2026-09-14T12:30:00.5+02:00", "2024-02-29t00:00:00z"])
wrong: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-1, 5),
    st.floats(0, 4).map(lambda number: number + 0.5),
    st.text(max_size=3),
    st.sampled_from(["-1", "3.50", "03", "1e1", "4\n", "-0", "2026-02-30T00:00:00.000Z", "2026-09-14T10:30:00", "é"]),
    ids.map(str.upper),
    ids.map(lambda id_: f"{id_}\n"),
    st.just([]),
    st.just(()),
)
"""Values that stand in the wrong places, or are nowhere right."""


@st.composite
def objects(draw: st.DrawFn, needed: dict[str, Any], further: dict[str, Any]) -> Pairs:
    """Members in any order; now and then one is absent, wrong, unknown, or there twice."""
    pairs = [(name, draw(value)) for name, value in needed.items()]
    pairs += [(name, draw(value)) for name, value in further.items() if draw(st.booleans())]
    match draw(st.sampled_from(["as it is"] * 60 + ["wrong", "absent", "twice", "unknown"])):
        case "wrong":
            place = draw(st.integers(0, len(pairs) - 1))
            pairs[place] = pairs[place][0], draw(wrong)
        case "absent":
            pairs.pop(draw(st.integers(0, len(pairs) - 1)))
        case "twice":
            pairs.append(draw(st.sampled_from(pairs)))
        case "unknown":
            pairs.append((draw(st.text(max_size=3)), draw(wrong)))
    return draw(st.permutations(pairs))


results = objects({"competency": ids, "earned": decimals, "possible": most}, {"criterion": st.just("thesis")})
bodies = objects(
    {
        "learner": ids,
        "purpose": st.sampled_from(["practice", "performance", "diagnostic"]),
        "results": st.lists(results, min_size=1, max_size=2).map(tuple),
    },
    dict.fromkeys(("course", "group", "redo_of", "task", "work"), ids),
)
kinds = st.sampled_from(["AttemptRecorded"] * 19 + ["RubricScored"])
items = objects({"type": kinds, "occurred_at": moments, "body": bodies}, {"id": ids})
requests: st.SearchStrategy[Any] = items | st.lists(items, max_size=2).map(tuple)


def written(value: Any, *, spaces: bool, escaped: bool) -> str:
    comma, colon = (" ,\n", "\t: ") if spaces else (",", ":")
    if isinstance(value, tuple):
        return f"[{comma.join(written(each, spaces=spaces, escaped=escaped) for each in value)}]"
    if isinstance(value, list):
        members = (
            f"{json.dumps(name, ensure_ascii=escaped)}{colon}{written(member, spaces=spaces, escaped=escaped)}"
            for name, member in value
        )
        return "{" + comma.join(members) + "}"
    return json.dumps(value, ensure_ascii=escaped)


@settings(max_examples=300)
@given(requests, st.booleans(), st.sampled_from([False] * 3 + [True]), st.sampled_from(["a-key"] * 4 + [None]))
def test_what_is_decoded_at_once_is_what_pydantic_makes_of_it(
    request: Any, spaces: bool, escaped: bool, key: str | None
) -> None:
    text = written(request, spaces=spaces, escaped=escaped).encode("utf-8", "surrogatepass")
    plain = read_attempts(text, actor=ACTOR, key=key)
    event("plain" if plain is not None else "not plain")
    if plain is None:
        return
    told = read_request(text, actor=ACTOR, key=key)
    assert (plain.ids, plain.is_batch) == (told.ids, told.is_batch)
    for ours, theirs in zip(plain.items, told.items, strict=True):
        assert isinstance(ours, Item)
        assert isinstance(theirs, Item)
        assert isinstance(ours.body, PlainAttempt)
        assert isinstance(theirs.body, AttemptRecorded)
        assert (ours.id, ours.occurred_at, ours.text) == (theirs.id, theirs.occurred_at, theirs.text)
        assert ours.body.canonical() == encode(theirs.body)


@given(ids, st.lists(st.tuples(ids, decimals), min_size=1, max_size=3), st.booleans())
def test_what_is_plain_is_decoded_at_once(id_: str, scores: list[tuple[str, str]], many: bool) -> None:
    results = [{"competency": of, "earned": earned, "possible": "999999999999"} for of, earned in scores]
    item = attempt(LEARNER, id=id_, results=results, task=id_)
    assert read_attempts(json.dumps([item] if many else item).encode(), actor=ACTOR, key=None) is not None


@pytest.mark.parametrize(
    "text",
    [
        f'{{"task":"{LEARNER}","task":"{LEARNER}",',
        '{"task":null,',
        f'{{"t\\u0061sk":"{LEARNER}",',
        f'{{"task":"{LEARNER.upper()}",',
    ],
)
def test_what_is_not_is_left_to_pydantic(text: str) -> None:
    whole = json.dumps(attempt(LEARNER)).replace(' {"learner"', f'{text}"learner"')
    assert text in whole
    assert read_attempts(whole.encode(), actor=ACTOR, key=None) is None
    assert read_attempts(json.dumps(attempt(LEARNER)).encode(), actor=ACTOR, key=None) is not None


def test_the_members_are_those_of_the_contract_in_the_order_of_their_names() -> None:
    for plain, contract in ((PlainAttempt, AttemptRecorded), (PlainResult, Result)):
        assert list(plain.__struct_fields__) == sorted(contract.model_fields)
