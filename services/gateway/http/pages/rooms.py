"""All pages, area by area."""

from collections.abc import Iterator

from fastapi import APIRouter

from services.gateway.http.ballots import Misses
from services.gateway.http.pages.audits.audit import audit_pages
from services.gateway.http.pages.audits.verification import verification_pages
from services.gateway.http.pages.district.district import district_pages
from services.gateway.http.pages.district.forgetting import forgetting_pages
from services.gateway.http.pages.district.policies import policy_pages
from services.gateway.http.pages.district.releases import release_pages
from services.gateway.http.pages.district.reviews import review_pages
from services.gateway.http.pages.district.rosters import roster_pages
from services.gateway.http.pages.district.what_ifs import what_if_pages
from services.gateway.http.pages.exhibitions.exhibition import exhibition_pages
from services.gateway.http.pages.exhibitions.listing import Exhibitions, exhibition_list_pages
from services.gateway.http.pages.exhibitions.panel import Files, panel_pages
from services.gateway.http.pages.exhibitions.panelists import Panelists, pass_pages
from services.gateway.http.pages.exhibitions.paper import paper_pages
from services.gateway.http.pages.exhibitions.vote import vote_pages
from services.gateway.http.pages.home import home_pages
from services.gateway.http.pages.learners.forms import learner_forms
from services.gateway.http.pages.learners.learner import learner_pages
from services.gateway.http.pages.learners.mastery import MasteryPages
from services.gateway.http.pages.learners.seeing import SeenPages
from services.gateway.http.pages.learners.why import WhyPages
from services.gateway.http.pages.operator.operator import operator_pages
from services.gateway.http.pages.portfolios.choosing import choosing_pages
from services.gateway.http.pages.portfolios.portfolio import Portfolios, portfolio_pages
from services.gateway.http.pages.sections.column import column_pages
from services.gateway.http.pages.sections.grid import section_pages
from services.gateway.http.pages.sections.reading import Sections
from services.gateway.http.pages.sections.writing import scoring_routes
from services.gateway.http.pages.seminars.seminar import Seminars, seminar_pages
from services.gateway.http.pages.static_files import static_files
from services.gateway.http.pages.visiting import Visiting
from services.gateway.http.pages.works.library import Library, library_pages
from services.gateway.http.pages.works.scoring import scoring_pages
from services.gateway.http.pages.works.work import Works, work_pages
from services.gateway.http.parts import Parts


def page_routers(parts: Parts, visiting: Visiting, misses: Misses) -> Iterator[APIRouter]:
    """The routes of every page; each stands in `page_routes.PAGES` too."""
    yield static_files()
    yield home_pages(parts.relations, visiting)
    yield vote_pages(parts.ballots, misses, visiting)
    yield operator_pages(parts.health.current, visiting)
    yield from _of_learners(parts, visiting)
    yield from _of_teachers(parts, visiting)
    yield from _of_exhibitions(parts, visiting, misses)
    yield from _of_audits(visiting)
    yield from _of_the_district(parts, visiting)


def _of_learners(parts: Parts, visiting: Visiting) -> Iterator[APIRouter]:
    """Mastery, who has seen it, portfolio and works."""
    mastery, why = MasteryPages(parts.relations, visiting), WhyPages(parts.relations, visiting, parts.clock)
    seen = SeenPages(parts.relations, visiting, parts.disclosures, parts.rights)
    yield learner_pages(visiting, mastery, why, seen)
    yield learner_forms(visiting, mastery, why)
    portfolios = Portfolios(parts.relations, visiting, parts.clock, parts.public_url)
    yield portfolio_pages(portfolios)
    yield choosing_pages(portfolios)
    yield work_pages(Works(parts.relations, visiting, parts.clock))


def _of_teachers(parts: Parts, visiting: Visiting) -> Iterator[APIRouter]:
    """Sections, seminars, scoring works, tasks and rubrics."""
    sections = Sections(parts.relations, visiting)
    yield section_pages(sections, visiting, parts.clock)
    yield column_pages(sections, visiting, parts.clock)
    yield scoring_routes(sections, visiting)
    yield seminar_pages(Seminars(parts.relations, visiting, parts.clock))
    yield scoring_pages(Works(parts.relations, visiting, parts.clock))
    yield library_pages(Library(visiting, parts.relations))


def _of_exhibitions(parts: Parts, visiting: Visiting, misses: Misses) -> Iterator[APIRouter]:
    exhibitions = Exhibitions(parts.relations, visiting)
    yield exhibition_list_pages(exhibitions)
    yield exhibition_pages(exhibitions, parts.public_url, parts.clock)
    yield paper_pages(visiting, parts.ballots, misses)
    panelists = Panelists(visiting, parts.passes, parts.access, parts.clock)
    yield pass_pages(panelists)
    yield panel_pages(panelists, Files(parts.files, parts.disclosures))


def _of_audits(visiting: Visiting) -> Iterator[APIRouter]:
    yield audit_pages(visiting)
    yield verification_pages(visiting)


def _of_the_district(parts: Parts, visiting: Visiting) -> Iterator[APIRouter]:
    yield district_pages(parts.relations, visiting)
    yield policy_pages(parts.relations, visiting)
    yield what_if_pages(parts.relations, visiting)
    yield roster_pages(visiting)
    yield forgetting_pages(visiting)
    yield review_pages(visiting)
    yield release_pages(visiting)
