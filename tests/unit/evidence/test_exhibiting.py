"""However much an exhibition shows, and however many notes a panel has, the record is asked as often."""

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, cast

import pytest

from services.evidence.domain.errors import Invalid, NotFound
from services.evidence.domain.exhibitions import PlanExhibition
from services.evidence.domain.revealing import Standing
from services.evidence.domain.roster_known import KnownRoster
from services.evidence.domain.texts import NewText
from services.evidence.flows.exhibiting import check_plan, held_exhibition
from services.evidence.flows.plan_exhibition import plan_exhibition
from services.evidence.flows.reveal import reveal
from shared.ledger.entry import Entry
from tests.support.pure_district import AMARA, BAO, CHIARA, FIRST, RUBRIC, TEACHER, THEME, WORK, PureDistrict, entry

SHOW, SCHOOL = "e0000000-0000-4000-8000-000000000000", "50000000-0000-4000-8000-000000000001"
WORKS = tuple(f"9000000{n}-0000-4000-8000-000000000000" for n in range(5))


def started(work: str, *members: str) -> Entry:
    said = json.dumps({"work": work, "members": members, "courses": []}).encode()
    return entry("WorkStarted", work, said, owner=work, stream=f"work/{work}")


def planned(*works: str) -> Entry:
    said = json.dumps({"exhibition": SHOW, "school": SCHOOL, "works": works, "roles": ["family"]}).encode()
    return entry("ExhibitionPlanned", SHOW, said, owner=SHOW, stream=f"exhibition/{SHOW}")


def plan(*works: str) -> PlanExhibition:
    return PlanExhibition(FIRST, None, None, SCHOOL, None, works, ("family",), None, None, None, None)


def given(*held: Entry) -> PureDistrict:
    district = PureDistrict(*held)
    district.rights.school = SCHOOL
    return district


@pytest.mark.parametrize("many", [1, 5])
async def test_works_are_asked_for_at_once(many: int) -> None:
    works = WORKS[:many]
    for ask in (
        lambda one: check_plan(plan(*works), TEACHER, one),
        lambda one: held_exhibition(SHOW, TEACHER, one),
    ):
        school = given(planned(*works), *(started(work, AMARA, BAO) for work in works))
        await ask(school.district())
        assert school.ledger.reads.count("entries") == 1
        assert school.rights.asked == ["recordable"]


async def test_a_work_that_is_not_hers_is_named_whichever_it_is() -> None:
    school = given(started(WORKS[0], AMARA), started(WORKS[1], AMARA, CHIARA), started(WORKS[2], CHIARA))
    for works, field in (
        ((WORKS[0], WORKS[1]), "/works/1"),
        ((WORKS[2], WORKS[0]), "/works/0"),
        ((WORKS[0], WORKS[3]), "/works/1"),
    ):
        with pytest.raises(NotFound) as refused:
            await check_plan(plan(*works), TEACHER, school.district())
        assert refused.value.field == field
    school.forgettings.gone = {CHIARA}
    await check_plan(plan(WORKS[0], WORKS[1]), TEACHER, school.district())


class Nobody:
    """The port `People`, where it is nobody's turn to be named."""

    async def standings(self, _people: Collection[str]) -> Mapping[str, Standing]:
        return {}

    async def belongs(self, _person: str) -> bool:
        return False


def note(n: int, panelist: str, ref: str) -> Entry:
    result = {"competency": THEME, "criterion": "thesis", "possible": "4", "earned": "4"}
    said: dict[str, Any] = {
        "exhibition": SHOW, "work": WORK, "panelist": panelist, "rubric": RUBRIC, "calibration": False,
        "results": [result], "note_ref": ref,
    }  # fmt: skip
    id_ = f"7000000{n}-0000-4000-8000-000000000000"
    return entry(
        "PanelScored", id_, json.dumps(said).encode(), owner=SHOW, stream=f"panel/{SHOW}/{WORK}/{panelist}", version=n
    )


@pytest.mark.parametrize("concluded", [False, True])
async def test_notes_are_withheld_until_the_panel_has_concluded_and_asked_about_at_once(*, concluded: bool) -> None:
    school = given(started(WORK, AMARA))
    refs: list[str] = []
    for n, panelist in enumerate((TEACHER, BAO, CHIARA), start=1):
        text = NewText(WORK, f"7000000{n}-0000-4000-8000-000000000000", "note_ref", f"So {n}.")
        refs += await school.vault.keep([text])
        school.ledger.held.append(note(n, panelist, refs[-1]))
    if concluded:
        school.ledger.held.append(entry("PanelConcluded", FIRST, b"{}", owner=SHOW, stream=f"panel/{SHOW}/{WORK}"))
    told = await reveal(TEACHER, refs, [], Nobody(), school.district())
    assert [text.ref for text in told.texts] == (refs if concluded else refs[:1])
    assert [read for read in school.ledger.reads if read != "entries"] == ["closed"]


class Schools:
    """The port `Roster`, which knows the one school."""

    async def known(self, *, orgs: Collection[str], **_more: Collection[str]) -> KnownRoster:
        return KnownRoster(orgs=dict.fromkeys(orgs, "school"))


async def test_whom_an_id_belonged_to_is_told_of_nobody_who_is_forgotten() -> None:
    """Her key is destroyed, so her id keeps no title; it is refused as any other learner's."""
    school = given()
    school.rights.administrator = TEACHER
    school.vault.forgotten = {CHIARA}
    wish = replace(plan(), id=CHIARA, title="Animal Farm")
    with pytest.raises(Invalid) as refused:
        await plan_exhibition(wish, TEACHER, replace(school.district(), roster=cast("Any", Schools())))
    assert refused.value.field == "/id"
