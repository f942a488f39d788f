"""Who may ask what if, how it is asked, and what each is told of it."""

from typing import Any

import asyncpg

from tests.integration.mastery.test_states import NORTH, READING, SOUTH, adopt
from tests.support.ledger_writer import LedgerWriter, policy_document
from tests.support.mastery_http import Mastery, disclosed_by
from tests.support.what_ifs import (
    AUDITOR,
    DISTRICT,
    HIGHEST,
    SCHOOL,
    STRANGER,
    a_class,
    asked,
    folded,
    learners,
    seen,
    worked,
)


async def test_without_a_mode_a_policy_is_tried_as_it_says_that_it_is_meant(
    pool: asyncpg.Pool, mastery: Mastery
) -> None:
    keeps = HIGHEST | {"format": "ascertain.policy@2", "override": "stands", "mode": "keep_attained"}
    for policy, said, mode in (
        (keeps, {}, "keep_attained"),
        (keeps, {"mode": "recompute"}, "recompute"),
        (HIGHEST, {}, "recompute"),
    ):
        what_if = await asked(mastery, policy=policy, **said)
        assert what_if["mode"] == mode
        await worked(pool)


async def test_one_has_one_under_way_and_the_same_key_is_the_same_what_if(
    pool: asyncpg.Pool, ledger: LedgerWriter, mastery: Mastery
) -> None:
    a_class(ledger, 1)
    await folded(pool, ledger)
    body = {"policy": HIGHEST, "scope": "district"}
    first = await mastery.send("POST", "/v1/what-ifs", DISTRICT, body, **{"Idempotency-Key": "a"})
    again = await mastery.send("POST", "/v1/what-ifs", DISTRICT, body, **{"Idempotency-Key": "a"})
    assert (first.status_code, again.status_code, first.json()) == (202, 202, again.json())
    other = body | {"mode": "keep_attained"}
    mismatch = await mastery.send("POST", "/v1/what-ifs", DISTRICT, other, **{"Idempotency-Key": "a"})
    assert mismatch.json()["type"].endswith("mismatch")
    busy = await mastery.send("POST", "/v1/what-ifs", DISTRICT, other)
    assert (busy.status_code, busy.headers["Retry-After"]) == (429, "5")
    for person, scope, status in (
        (STRANGER, "district", 404),
        (AUDITOR, "district", 404),
        (SCHOOL, "district", 404),
        (SCHOOL, f"school/{SOUTH}", 404),
        (SCHOOL, f"school/{NORTH}", 202),
    ):
        answer = await mastery.send("POST", "/v1/what-ifs", person, body | {"scope": scope})
        assert answer.status_code == status, answer.text


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"policy": "d" * 64}, "/policy"),
    ({"policy": "none"}, "/policy"),
    ({"policy": HIGHEST | {"method": "ascertain.best@1"}}, "/policy/method"),
    ({"policy": HIGHEST | {"scale": HIGHEST["scale"] | {"cut": "5"}}}, "/policy/scale/cut"),
    ({"policy": HIGHEST | {"format": "ascertain.framework@1"}}, "/policy/format"),
    ({"policy": {name: HIGHEST[name] for name in HIGHEST if name != "title"}}, "/policy/title"),
    ({"scope": f"framework/{NORTH}"}, "/scope"),
    ({"scope": f"school/{READING}"}, "/scope"),
    ({"scope": "everywhere"}, "/scope"),
    ({"mode": "sometimes"}, "/mode"),
]


async def test_whose_levels_are_tried_is_told_to_the_log_of_disclosures(
    pool: asyncpg.Pool, ledger: LedgerWriter, mastery: Mastery
) -> None:
    ana, bo = a_class(ledger, 2)
    await folded(pool, ledger)
    body = {"policy": HIGHEST, "scope": f"learner/{ana}"}
    tried = await mastery.send("POST", "/v1/what-ifs", DISTRICT, body)
    await worked(pool)
    path = f"/v1/what-ifs/{tried.json()['id']}"
    hers = [tried, await mastery.get(path, DISTRICT)]
    hers.append(await mastery.get(f"{path}/learners", DISTRICT, competency=READING))
    assert [disclosed_by(answer) for answer in hers] == [{(ana, "what-if")}] * 3
    what_if = await asked(mastery)
    await worked(pool)
    path = f"/v1/what-ifs/{what_if['id']}"
    assert disclosed_by(await mastery.get(path, DISTRICT)) == set(), "numbers of a district tell of nobody"
    moved = await mastery.get(f"{path}/learners", DISTRICT, competency=READING)
    assert disclosed_by(moved) == {(ana, "what-if"), (bo, "what-if")}


async def test_what_is_wrong_is_named(mastery: Mastery) -> None:
    for change, field in WRONG:
        answer = await mastery.send("POST", "/v1/what-ifs", DISTRICT, {"policy": HIGHEST, "scope": "district"} | change)
        assert (answer.status_code, answer.json()["field"]) == (422, field), answer.text


async def test_a_school_is_told_of_its_own_and_of_others_what_tells_of_nobody(
    pool: asyncpg.Pool, ledger: LedgerWriter, mastery: Mastery
) -> None:
    own, others = a_class(ledger, 3), a_class(ledger, 9, SOUTH)
    accommodation = policy_document("ascertain.latest@1", title="Hers")
    adopt(ledger, f"learner/{own[0]}", accommodation)
    await folded(pool, ledger)
    what_if = (await asked(mastery))["id"]
    await worked(pool)
    whole = await seen(mastery, what_if)
    assert (whole["result"]["states"], whole["result"]["changed"], whole["elsewhere"]) == (24, 11, None)
    assert (whole["accommodated"], whole["stay"]) == (1, {"learner": 2})
    assert "1 learner has a policy of their own" in " ".join(whole["result"]["summary"])
    assert await seen(mastery, what_if, AUDITOR) == whole
    part = await seen(mastery, what_if, SCHOOL)
    assert (part["result"]["states"], part["result"]["changed"]) == (6, 2)
    assert (part["elsewhere"]["states"], part["elsewhere"]["changed"], part["elsewhere"]["hidden"]) == (0, 0, True)
    assert {move["number"] for each in part["elsewhere"]["competencies"] for move in each["moves"]} == {None}
    assert (part["progress"]["states"], part["accommodated"], part["stay"], part["held"]) == (None,) * 4
    assert {each["learner"] for each in await learners(mastery, what_if, READING, SCHOOL)} == set(own[1:])
    found = await learners(mastery, what_if, READING)
    assert {each["learner"] for each in found} == {*own[1:], *others}
    assert found[0]["why"][0].startswith("As it is: This was shown at mastery before and has slipped since")
    assert any(sentence.startswith("Under this policy: This is mastered") for sentence in found[0]["why"])
    for person in (STRANGER, own[1]):
        assert (await mastery.get(f"/v1/what-ifs/{what_if}", person)).status_code == 404
        query = {"competency": READING}
        assert (await mastery.get(f"/v1/what-ifs/{what_if}/learners", person, **query)).status_code == 404
    assert (await mastery.send("DELETE", f"/v1/what-ifs/{what_if}", SCHOOL)).status_code == 404
