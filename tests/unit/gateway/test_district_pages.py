"""What the district's pages make of answers: whom a policy would move, policies in words, and hostile texts."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.gateway.http.pages import shipped
from services.gateway.http.pages.district.policy_wording import MEMBERS, PolicyWords
from services.gateway.http.pages.district.what_ifs import moves
from services.gateway.http.pages.languages import languages
from services.gateway.http.pages.rendering import Reader, page
from shared.rulebook.policy import ACCOMMODATED
from shared.runtime.policy_templates import WHEN, template

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}\u202e"
ID = "8f14e45f-ceea-8e7a-9c3b-2f1d0a5b6c7d"


def stand(level: str | None, status: str = "mastered") -> dict[str, Any]:
    return {"level": level, "status": status}


def test_only_who_would_stand_elsewhere_is_told_and_by_code() -> None:
    stays = {"before": stand("Two"), "after": stand("Two"), "number": 30}
    goes = {"before": stand("Two"), "after": stand("Three"), "number": None}
    result = {
        "competencies": [
            {"competency": ID, "code": "b", "moves": [stays, goes]},
            {"competency": ID, "code": "c", "moves": [stays]},
            {"competency": ID, "code": "a", "moves": [goes]},
        ]
    }
    assert [(one["code"], one["moves"]) for one in moves(result)] == [("a", [goes]), ("b", [goes])]
    assert moves(None) == []


@pytest.mark.parametrize("name", WHEN)
def test_every_template_is_told_in_words(name: str) -> None:
    """In each language as many sentences, and none twice the same."""
    document = template(name)
    told = [PolicyWords.to(language).sentences(document) for language in ("en", "es")]
    assert any("Mastery begins at" in sentence for sentence in told[0])
    assert len(told[0]) == len(told[1]) == len(set(told[0]) | set(told[1])) / 2
    assert {document["title"]} <= shipped.POLICIES
    assert {level["name"] for level in document["scale"]["levels"]} <= shipped.LEVELS
    assert shipped.WHEN.keys() == WHEN.keys()
    assert MEMBERS.keys() == set(ACCOMMODATED)


def test_what_trying_a_policy_came_to_is_said_of_its_figures() -> None:
    gain = {"before": stand("Two", "not_yet"), "after": stand("Three"), "number": 1200}
    hidden = {"before": stand("Three"), "after": stand("Two", "slipped"), "number": None}
    result = {"states": 4100, "changed": 1200, "hidden": True, "competencies": [{"moves": [gain, hidden]}]}
    what_if = {"title": "Ours", "mode": "keep_attained", "accommodated": 1, "stay": {"learner": 2}, "result": result}
    assert PolicyWords.to("en").summary(what_if) == [
        "1,200 would become mastered, 0 would no longer be mastered.",
        "One learner has a policy of her own: it goes before this one, so nothing changes there.",
        "2 levels stay as they are, for a more specific policy is in force for them.",
        "What was attained stays attained: no level falls.",
        "Numbers under ten are hidden, and no total here contains them.",
    ]
    assert PolicyWords.to("es").summary({**what_if, "result": None}) == []
    assert PolicyWords.to("es").basis({"value": None, "counted": 1}) == "Cuenta una evidencia, y el valor es –."


@pytest.mark.parametrize("document", [None, {}, {"format": "ascertain.policy@2", "scale": {"top": HOSTILE}}])
def test_what_is_no_policy_is_told_in_no_words(document: Any) -> None:
    assert PolicyWords.to("en").sentences(document) == []


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("state", ["running", "done"])
def test_whatever_a_what_if_tells_stays_a_text(language: str, state: str) -> None:
    move = {"before": stand(HOSTILE), "after": stand(None, "not_yet"), "number": None}
    one = {"competency": ID, "code": HOSTILE, "moves": [move]}
    told = {
        "id": ID,
        "state": state,
        "title": HOSTILE,
        "scope": f"school/{HOSTILE}",
        "mode": "recompute",
        "reason": HOSTILE,
        "progress": {"done": 1, "parts": 64},
        "result": {"states": 4100, "changed": 1200, "hidden": False, "summary": [HOSTILE]} if state == "done" else None,
    }
    under = [{"title": HOSTILE, "states": 3, "stays": True}]
    answer = page(
        "district/what_if.html",
        Reader(language, ZoneInfo("UTC"), "/district/policies/what-ifs/x", person=ID, csrf="c"),
        scripts=() if state == "running" else None,
        what_if=told,
        under_way=state == "running",
        told=[HOSTILE],
        summary=[HOSTILE],
        moves=[one],
        elsewhere=[one],
        concerned={"states": 3, "learners": 2, "under": under},
        version=4,
        in_force={"title": HOSTILE},
        adopted=None,
        fields={"reason": HOSTILE},
        problem=None,
    )
    text = bytes(answer.body).decode()
    assert "<img" not in text
    assert "alert(1)</script>" not in text
    assert text.count("<h1>") == 1
    assert ("1,200 of 4,100 levels" in text) is ((language, state) == ("en", "done"))
    assert ('name="reason"' in text) is (state == "done"), "nobody adopts what was not tried to its end"
