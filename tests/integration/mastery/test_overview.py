"""The overview is what the four answers that it is made of tell, of one moment.

As of an instant an answer names the last entries that it may have read; redos are among them for two of them alone.
"""

import pytest

from services.mastery.http.documents import ExplanationDocument
from services.mastery.http.overview import OverviewDocument
from shared.ledger.instants import instant_text
from tests.integration.mastery.test_readiness import LINES, OTHER, RATIO, SLOPE, applied, ledger, mastery
from tests.integration.mastery.test_states import ANA
from tests.support.ledger_writer import LedgerWriter, result
from tests.support.mastery import Applied
from tests.support.mastery_http import Mastery

__all__ = ("applied", "ledger", "mastery")

PARTS = {
    "mastery": ("states", "by_parts"),
    "map": ("frameworks",),
    "next": ("next", "ready", "flagged"),
    "redos": ("under_review", "redos"),
}


@pytest.mark.parametrize("earlier", [False, True], ids=["now", "as of earlier"])
async def test_it_tells_what_its_parts_tell(
    ledger: LedgerWriter, mastery: Mastery, applied: Applied, *, earlier: bool
) -> None:
    for competency, earned in ((RATIO, "4"), (LINES, "4"), (SLOPE, "2")):
        ledger.attempt(ANA, result(competency, earned))
    ledger.say("RedoRequested", ANA, f"redo/{ANA}/{SLOPE}", {"competency": SLOPE})
    as_of = {"as_of": instant_text(ledger.now)} if earlier else {}
    ledger.now += 1
    ledger.attempt(ANA, result(RATIO, "1"))
    await applied.more()
    answer = await mastery.get(f"/v1/learners/{ANA}/overview", ANA, **as_of)
    assert answer.status_code == 200, answer.text
    OverviewDocument.model_validate(answer.json())
    told = dict(answer.json())
    assert told["redos"]
    assert told["states"]
    assert bool(told["flagged"]) is not earlier
    newest = told["recent"][0]
    assert [one["competency"] for one in newest["shows"]] == [SLOPE if earlier else RATIO]
    assert len(told["recent"]) == (3 if earlier else 4)
    for path, names in PARTS.items():
        part = (await mastery.get(f"/v1/learners/{ANA}/{path}", ANA, **as_of)).json()
        same = {"learner", *names} if earlier and path != "redos" else {"learner", "as_of", *names}
        assert {name: told[name] for name in same} == {name: part[name] for name in same}


async def test_an_explanation_tells_the_redo_of_what_it_explains_and_of_no_earlier_day(
    ledger: LedgerWriter, mastery: Mastery, applied: Applied
) -> None:
    for competency in (RATIO, SLOPE):
        ledger.attempt(ANA, result(competency, "2"))
        ledger.say("RedoRequested", ANA, f"redo/{ANA}/{competency}", {"competency": competency})
    await applied.more()
    redos = (await mastery.get(f"/v1/learners/{ANA}/redos", ANA)).json()["redos"]
    explained = await mastery.explanation(ANA, SLOPE)
    ExplanationDocument.model_validate(explained)
    assert explained["redo"] == next(redo for redo in redos if redo["competency"] == SLOPE)
    assert "redo" not in await mastery.explanation(ANA, LINES)
    assert "redo" not in await mastery.explanation(ANA, SLOPE, as_of=instant_text(ledger.now))


async def test_it_is_for_whoever_may_see_her(mastery: Mastery) -> None:
    assert (await mastery.get(f"/v1/learners/{ANA}/overview", OTHER)).status_code == 404
