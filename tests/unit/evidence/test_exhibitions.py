"""Given what an exhibition's stream says, when it is planned anew, then that is refused, or is what was planned."""

import json
from dataclasses import replace

import pytest

from services.evidence.domain.errors import Conflict
from services.evidence.domain.exhibitions import PlanExhibition, check_may_plan_anew, exhibition_of
from shared.ledger.entry import Entry
from tests.support.pure_district import AMARA, BAO, FIRST, SECOND, entry

SHOW = "e0000000-0000-4000-8000-000000000000"
ANEW = PlanExhibition(SECOND, SHOW, 1, BAO, None, (), ("family",), None, None, None, None)


def told(event: str, id_: str, version: int, **body: object) -> Entry:
    said = json.dumps({"exhibition": SHOW, **body}).encode()
    return entry(event, id_, said, owner=SHOW, stream=f"exhibition/{SHOW}", version=version)


def test_a_plan_stays_from_the_opening_on_and_the_last_one_may_be_sent_again() -> None:
    plan = {"school": BAO, "works": [], "roles": ["family"]}
    plans = [told("ExhibitionPlanned", id_, n, **plan) for n, id_ in ((1, SHOW), (2, SECOND))]
    opened = told(
        "ExhibitionOpened",
        FIRST,
        3,
        commitment="a" * 64,
        asked=[{"question": "best", "kind": "choice", "options": ["a", "b"]}],
    )
    found = exhibition_of([*plans, opened])
    assert found is not None
    check_may_plan_anew(found, ANEW)
    with pytest.raises(Conflict):
        check_may_plan_anew(found, replace(ANEW, id=AMARA))
