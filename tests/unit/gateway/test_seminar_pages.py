"""Seminars: short names that tell apart, what the table asks for, and a worker that keeps nothing of anybody."""

import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from services.gateway.domain.disclosures import RevealedName
from services.gateway.http.pages.rendering import STATIC, Reader, page, static_address
from services.gateway.http.pages.seminars.moves import moves_document
from services.gateway.http.pages.seminars.seminar import KEPT, seats, seminar_asked, worker_script
from shared.contracts.tasks import Moves
from shared.runtime.problems import Problem
from tests.unit.gateway.test_pages import HOSTILE, Tags

SEMINAR, AMARA, BAO = "11111111-1111-4111-8111-111111111111", "a" * 8, "b" * 8
ZONE = ZoneInfo("America/New_York")
TABLE = {"id": SEMINAR, "at": "2026-11-12T09:00", "moves_by": "d", "purpose": "practice"}


def name(given: str, family: str) -> RevealedName:
    return RevealedName(given, family, of_learner=True)


def test_a_short_name_is_the_first_with_as_much_of_the_other_as_tells_two_apart() -> None:
    names = {"1": name("Ana", "Li"), "2": name("Ana", "Paz"), "3": name("Bo", "Yu"), "4": name("Ana", "Lopez")}
    assert [(seat.learner, seat.short) for seat in seats(["3", "4", "2", "1", "5"], names)] == [
        ("1", "Ana Li"),
        ("4", "Ana Lopez"),
        ("2", "Ana P."),
        ("3", "Bo"),
        ("5", "?"),
    ]


def test_the_table_asks_for_each_who_spoke_was_noted_or_listened_and_for_nobody_else() -> None:
    fields = {
        **TABLE,
        f"count/{AMARA}/asks": " 2 ",
        f"count/{AMARA}/cites": "0",
        f"here/{BAO}": "1",
        "note/quiet": " Left early. ",
        "count/stranger/asks": "9",
        "count/absent/asks": "",
    }
    asked = seminar_asked(fields, [AMARA, BAO, "quiet", "absent"], ZONE)
    told = [(one["learner"], one["moves"], one.get("note")) for one in asked["observations"]]
    assert told == [(AMARA, [{"move": "asks", "count": 2}], None), (BAO, [], None), ("quiet", [], "Left early.")]
    assert asked["occurred_at"] == "2026-11-12T14:00:00.000Z"
    assert seminar_asked(fields, [AMARA, BAO, "quiet", "absent"], ZONE) == asked, "sent twice it is the same"
    assert len({one["id"] for one in asked["observations"]}) == 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"at": "today"},
        {"at": "9999-12-31T23:59", f"here/{AMARA}": "1"},
        {"id": "x"},
        {f"count/{AMARA}/asks": "two"},
        {f"count/{AMARA}/asks": "-1"},
        {},
    ],
)
def test_what_cannot_be_meant_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(Problem) as refused:
        seminar_asked({**TABLE, **wrong}, [AMARA], ZONE)
    assert refused.value.status == 422


def test_the_worker_knows_what_it_keeps_by_digests() -> None:
    script = worker_script().decode()
    assert all(static_address(kept) in script for kept in KEPT)
    assert script.endswith((STATIC / "seminar-worker.js").read_text())


def test_the_kept_page_is_the_same_for_everybody() -> None:
    """But for the nonce of its scripts."""
    answer = page("seminar/live.html", Reader("en", ZONE, "/seminars/live"), scripts=("seminar.js",))
    text = bytes(answer.body).decode()
    assert "csrf" not in text
    assert "sign-out" not in text
    assert {attrs["src"] for tag, attrs in Tags(text).tags if tag == "script"} <= {static_address(one) for one in KEPT}


def test_names_and_moves_stay_texts() -> None:
    moves = {"digest": HOSTILE, "title": HOSTILE, "moves": [{"code": HOSTILE, "title": HOSTILE}]}
    answer = page(
        "seminar/new.html",
        Reader("es", ZONE, "/x", "me", HOSTILE),
        section=HOSTILE,
        title=HOSTILE,
        seats=seats([HOSTILE], {HOSTILE: name(HOSTILE, HOSTILE)}),
        lists=[moves, moves],
        moves=moves,
        now="2026-11-12T09:00",
        done=None,
        problem=None,
        typed={},
    )
    tags = Tags(bytes(answer.body).decode()).tags
    assert not {tag for tag, _ in tags} & {"script", "img", "iframe", "object", "style"}
    assert not [attrs for _, attrs in tags if any(name.startswith(("on", "hx-", "style")) for name in attrs)]


def test_the_scripts_of_a_seminar_are_small_and_say_what_the_page_has_words_for() -> None:
    script = (STATIC / "seminar.js").read_text()
    assert len(script) + (STATIC / "seminar-worker.js").stat().st_size <= 10 * 1024
    templates = Path(STATIC).with_name("templates") / "seminar"
    told = "".join((templates / name).read_text() for name in ("new.html", "live.html"))
    for word in re.findall(r"words\.(\w+)", script):
        assert f"data-{word}=" in told, word


def test_a_list_of_moves_is_typed_a_move_a_line() -> None:
    lines = "Asks a question\r\n\n  ¡Cita el texto!  \nAsks a question\n提问"
    document = moves_document(SEMINAR, " Ours ", "es", lines)
    read = Moves.model_validate(document)
    assert (read.title, read.language) == ("Ours", "es")
    assert [(move.code, move.title) for move in read.moves] == [
        ("asks-a-question", "Asks a question"),
        ("cita-el-texto", "¡Cita el texto!"),
        ("asks-a-question-2", "Asks a question"),
        ("move", "提问"),
    ]
