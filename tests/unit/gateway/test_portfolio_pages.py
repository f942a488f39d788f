"""What portfolios and works show: signs by how a skill is shown, drafts in pairs, and texts that stay texts."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.gateway.domain.disclosures import RevealedName
from services.gateway.http.pages.portfolios.covering import ACROSS, areas_by_skill, maps
from services.gateway.http.pages.portfolios.portfolio import moved
from services.gateway.http.pages.rendering import Reader, page
from services.gateway.http.pages.works.drafting import MOST_WORDS, Draft, Part, compared, draft_shown, pair
from services.gateway.http.pages.works.work import version_asked
from shared.runtime.problems import Problem
from tests.support import portfolio_answers as told
from tests.unit.gateway.test_pages import HOSTILE, Tags

ME = "99999999-9999-4999-8999-999999999999"


def skills(*shown: str) -> dict[str, object]:
    listed = [{"competency": f"c{n}", "statement": "…", "shown": one, "evidence": 7} for n, one in enumerate(shown)]
    return {"frameworks": [{"framework": "f", "title": "English", "areas": [{"competencies": listed}]}]}


def test_a_map_has_a_sign_a_skill_and_says_how_many_of_each() -> None:
    [framework] = maps(skills(*["exhibit"] * ACROSS, "evidence", "not_yet"))
    [area] = framework.areas
    assert (area.by_exhibit, area.by_evidence, area.not_yet) == (ACROSS, 1, 1)
    assert [mark.shown for mark in area.marks[-2:]] == ["evidence", "not_yet"]
    assert len({(mark.across, mark.down) for mark in area.marks}) == ACROSS + 2
    assert all(0 < mark.across < area.width and 0 < mark.down < area.height for mark in area.marks)


def test_a_skill_without_an_area_stands_in_its_framework() -> None:
    assert areas_by_skill(skills("exhibit")) == {"c0": "English"}


@pytest.mark.parametrize(
    ("move", "order"),
    [
        ("earlier/b", "bac"),
        ("later/b", "acb"),
        ("earlier/a", "abc"),
        ("later/c", "abc"),
        ("later/x", "abc"),
        ("", "abc"),
    ],
)
def test_an_exhibit_goes_a_place_earlier_or_later(move: str, order: str) -> None:
    assert moved(list("abc"), move) == list(order)


def test_the_last_two_drafts_stand_beside_each_other_unless_others_are_asked_for() -> None:
    versions = [{"number": number} for number in (1, 2, 3)]
    asked = {(None, None): [2, 3], (3, 1): [1, 3], (2, 2): [2], (9, 9): [2, 3]}
    assert {numbers: [one["number"] for one in pair(versions, numbers)] for numbers in asked} == asked
    assert pair([], (None, None)) == []


def test_a_draft_says_what_its_files_are() -> None:
    texts = {one["ref"]: one["text"] for one in told.revealed(ME)["texts"]}
    text, file = draft_shown(told.draft(1, told.FIRST), texts).parts
    assert (text.kind, text.words) == ("text", "Dear Napoleon,\nyou promised us the mill.")
    assert (file.words, file.media_type, file.size) == ("poster.pdf", "application/pdf", 1234567)
    assert draft_shown(told.draft(1, told.FIRST), {}).parts[1].words is None


def test_a_draft_is_asked_for_as_it_was_typed() -> None:
    fields = {"id": "i", "version": "3", "text": " \r\n", "link": " https://a.test ", "file": "f", "file_name": "a.pdf"}
    assert version_asked(fields) == {
        "id": "i",
        "expected_version": 3,
        "artefacts": [{"kind": "link", "content": "https://a.test"}, {"kind": "file", "file": "f", "name": "a.pdf"}],
    }
    with pytest.raises(Problem, match="no form of ours"):
        version_asked({"version": "x"})


def pages_of(language: str, word: str) -> list[str]:
    """A portfolio and a work, for the learner herself and for another, with this word for all that somebody wrote."""
    answer = told.revealed(ME, title=word, reason=word, said=word, text=word)
    texts = {one["ref"]: one["text"] for one in answer["texts"]}
    names = {ME: RevealedName(word, word, of_learner=True)}
    coverage = told.coverage(ME)
    coverage["frameworks"][0]["title"] = coverage["frameworks"][0]["areas"][0]["title"] = word
    told_of = told.portfolio(ME)
    reader = Reader(language, ZoneInfo("UTC"), "/x", ME, word)
    nothing: Any = {"done": None, "problem": Problem(422, "x", word, word), "texts": texts}
    pages = [
        page(
            "portfolio/portfolio.html",
            reader,
            learner=ME,
            name=names[ME],
            mine=mine,
            purpose="family",
            may_share=True,
            told=told_of,
            works={one["work"]: one for one in told_of["works"]},
            maps=maps(coverage),
            areas=areas_by_skill(coverage),
            skills={told.SHOWN: word},
            suggested=told.SUGGESTIONS["suggestions"],
            ends=[("2026-12-01", "2026-12-01T09:00:00.000Z")] * 2,
            now="2026-11-01T09:00:00.000Z",
            link=f"https://district.example/{word}",
            typed={"audience": word},
            **nothing,
        )
        for mine in (True, False)
    ]
    work = told.work(ME)
    pages += [
        page(
            "portfolio/work.html",
            reader,
            work=work,
            mine=mine,
            teaches=not mine,
            names=names,
            drafts=compared(
                [draft_shown(draft, {**texts, told.TEXT: f"{draft['number']} {word}"}) for draft in work["versions"]]
            ),
            pieces=[],
            now="2026-11-01T09:00:00.000Z",
            at="version",
            typed={"text": word, "link": word, "note": word, "file": word, "file_name": word},
            **nothing,
        )
        for mine in (True, False)
    ]
    return [bytes(answered.body).decode() for answered in pages]


@pytest.mark.parametrize("language", ["en", "es"])
def test_what_a_learner_wrote_stays_a_text(language: str) -> None:
    pages = pages_of(language, HOSTILE)
    assert pages[-1].count("<ins>") == 1
    for text in pages:
        tags = Tags(text).tags
        assert not {tag for tag, _ in tags} & {"script", "img", "iframe", "object", "style"}
        assert not [attrs for _, attrs in tags if any(name.startswith(("on", "hx-", "style")) for name in attrs)]


def test_a_work_is_shown_also_to_whoever_may_see_none_of_its_makers() -> None:
    work = {**told.work(ME), "members": [], "others": 2}
    nothing: Any = {"done": None, "problem": None, "texts": {}, "names": {}, "typed": {}, "at": "", "pieces": []}
    shown = page(
        "portfolio/work.html",
        Reader("en", ZoneInfo("UTC"), "/x", "somebody"),
        work=work,
        mine=False,
        teaches=False,
        drafts=[draft_shown(draft, {}) for draft in work["versions"]],
        now="2026-11-01T09:00:00.000Z",
        **nothing,
    )
    assert b"/learners/" not in bytes(shown.body)


def drafts(before: str, after: str) -> list[Draft]:
    return [Draft({}, [Part("text", "r", words)], None) for words in (before, after)]


def test_what_changed_between_two_drafts_stands_in_each() -> None:
    before, after = compared(drafts("Dear  Napoleon,\nyou lied. ", "Dear old Napoleon,\nyou lied to us. "))
    shown = [[(run.text.strip(), run.is_own) for run in draft.parts[0].runs] for draft in (before, after)]
    assert [text for text, own in shown[0] if own] == ["lied."]
    assert [text for text, own in shown[1] if own] == ["old", "lied to us."]


@pytest.mark.parametrize(
    ("before", "after"), [("a b", "a b"), ("", ""), ("\n\n a ", "b \n"), ("a\u00a0b c", "a b"), ("é", "e\u0301 x")]
)
def test_no_letter_of_a_draft_is_lost_by_comparing(before: str, after: str) -> None:
    for draft, text in zip(compared(drafts(before, after)), (before, after), strict=True):
        runs = draft.parts[0].runs
        assert "".join(run.text for run in runs) == (text if runs else "")
        assert bool(runs) == (before != after and bool(text))


def test_long_texts_and_single_drafts_are_shown_as_they_are() -> None:
    for some in (drafts("a " * (MOST_WORDS + 1), "b"), drafts("a", "b")[:1]):
        assert not any(part.runs for draft in compared(some) for part in draft.parts)
