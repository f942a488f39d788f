"""The log of disclosures as families read it, and for what somebody is said to have read."""

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from services.gateway.domain.disclosures import Disclosure, NotedDisclosure, Purpose, read_of_learner
from services.gateway.domain.routes import API
from services.gateway.http.pages.learners.seeing import SHOWN, Seeing, rows_of
from services.gateway.http.pages.relations import purpose_for, purpose_in
from services.gateway.http.visitors import Visitor
from shared.runtime.access.questions import Standing
from tests.support import explained as told

NOBODY = Standing(is_learner=False, speaks_for=(), teaches=(), administers=(), audits=())


def test_what_one_person_was_shown_within_a_minute_is_one_row() -> None:
    def noted(number: int, at: int, person: str, what: str, purpose: Purpose | None = None) -> NotedDisclosure:
        return NotedDisclosure(number, at, Disclosure(told.LEARNER, person, what, purpose=purpose))

    minute, teacher, other = 60_000, told.FIRST, told.SECOND
    log = [
        noted(5, 5 * minute + 9, teacher, "names", "teaching"),
        noted(4, 5 * minute + 8, teacher, "map"),
        noted(3, 5 * minute + 7, teacher, "mastery"),
        noted(2, 5 * minute + 6, other, "mastery"),
        noted(1, minute, other, "share"),
    ]
    rows = rows_of(log)
    assert [(row.person, row.by_share, row.purpose) for row in rows] == [
        (teacher, False, "teaching"),
        (other, False, None),
        (other, True, None),
    ]
    assert Seeing.to("es").whats(rows[0].whats) == "El nombre, Niveles"


def test_whatever_is_written_into_the_log_has_a_word_for_families() -> None:
    named = re.compile(r'\bdisclose(?:_scopes)?\([^"]*?"([a-z-]+)"')
    services = Path(__file__).parents[3] / "services"
    said = {what for file in services.rglob("*.py") for what in named.findall(file.read_text())}
    read = {
        found[1]
        for route in API
        if route.method == "GET"
        and route.service != "gateway"
        and (found := read_of_learner(route.template, route.template.split("/")))
    }
    assert {"roster", "grid", "map", "policy"} <= said | read
    assert said | read <= SHOWN.keys()


@dataclass(frozen=True, slots=True)
class Known:
    """Relations of one person: for whom she speaks, and how she stands."""

    children: tuple[str, ...] = ()
    stands: Standing = NOBODY

    async def is_guardian(self, _person: str, learner: str) -> bool:
        return learner in self.children

    async def standing(self, _person: str) -> Standing:
        return self.stands


@pytest.mark.parametrize(
    ("relations", "purpose"),
    [
        (Known(), "teaching"),
        (Known(("second",)), "family"),
        (Known((), replace(NOBODY, audits=("district",))), "audit"),
        (Known((), replace(NOBODY, administers=("district",), audits=("district",))), "administration"),
        (Known((), replace(NOBODY, administers=("district",), teaches=("section",))), "teaching"),
    ],
)
async def test_the_log_says_for_what_somebody_read(relations: Any, purpose: Purpose) -> None:
    """Of a work of several also where her child is not the first of them."""
    visitor = Visitor("her", "", "")
    assert await purpose_for(visitor, ["first", "second"], relations) == purpose
    assert await purpose_for(visitor, ["first", "her"], relations) == "own-record"


async def test_of_a_section_the_log_tells_its_teacher_from_who_administers_it() -> None:
    relations: Any = Known((), replace(NOBODY, administers=("school/one",), teaches=("hers",)))
    visitor = Visitor("her", "", "")
    assert [await purpose_in(visitor, one, relations) for one in ("hers", "another")] == ["teaching", "administration"]
