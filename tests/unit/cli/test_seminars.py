"""A seminar's file is made without a network, counted in by hand, and sent as the API takes it."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli.errors import CommandError
from cli.seminars import empty_seminar, new, request_of
from cli.works import show_portfolio
from shared.ledger.identifiers import is_id
from shared.ledger.instants import instant

AMARA = "1bf92816-4233-8478-966c-97c628b5cbd0"
MOVES = {
    "format": "ascertain.moves@1",
    "id": AMARA,
    "title": "What we look for",
    "language": "en",
    "rubric": "document:rubric.json",
    "moves": [{"code": "asks", "title": "Asks"}, {"code": "builds", "title": "Builds", "criterion": "thesis"}],
}


@pytest.fixture
def moves(tmp_path: Path) -> Path:
    file = tmp_path / "moves.json"
    file.write_text(json.dumps(MOVES))
    return file


def made(moves: Path, *learners: str) -> dict[str, Any]:
    output = moves.parent / "monday" / "seminar.json"
    return empty_seminar(moves, list(learners), output, course=None, purpose="practice")


def test_a_new_file_has_every_id_and_every_move_at_nought(moves: Path) -> None:
    seminar = made(moves, AMARA, "bao")
    assert is_id(seminar["seminar"])
    assert seminar["moves_by"] == "document:../moves.json"
    assert instant(seminar["occurred_at"]) > 0
    first, second = seminar["observations"]
    assert (first["learner"], second["learner"]) == (AMARA, "roster:user/bao")
    assert len({first["id"], second["id"], seminar["seminar"]}) == 3
    assert first["moves"] == {"asks": 0, "builds": 0}


def test_it_is_said_at_once_who_alone_can_send_a_file_with_names_of_the_roster(
    moves: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for learner, warned in ((AMARA, False), ("bao", True)):
        new(moves, [learner], moves.parent / f"{learner}.json")
        assert ("only administrators of the district can send" in " ".join(capsys.readouterr().out.split())) is warned


def test_only_moves_that_were_made_are_sent(moves: Path) -> None:
    seminar = made(moves, AMARA)
    seminar["observations"][0]["moves"]["builds"] = 2
    [one] = request_of(seminar)["observations"]
    assert one["moves"] == [{"move": "builds", "count": 2}]


@pytest.mark.parametrize("written", [[], {"observations": {}}, "seminar"])
def test_what_is_no_seminar_is_told(written: Any) -> None:
    with pytest.raises(CommandError, match="no file of a seminar"):
        request_of(written)


def test_a_list_that_is_none_and_a_learner_named_twice_are_told(moves: Path) -> None:
    with pytest.raises(CommandError, match="twice"):
        made(moves, AMARA, AMARA)
    moves.write_text(json.dumps({**MOVES, "format": "ascertain.rubric@1"}))
    with pytest.raises(CommandError, match="no list of moves"):
        made(moves, AMARA)


def test_a_portfolio_tells_moves_in_the_words_of_their_list(capsys: pytest.CaptureFixture[str]) -> None:
    piece = {
        "event": AMARA, "type": "ObservationRecorded", "occurred_at": "2026-11-24T09:30:00.000Z", "shows": [],
        "moves": [{"move": "asks", "count": 3, "title": "Asks"}, {"move": "sings", "count": 1}],
    }  # fmt: skip
    show_portfolio({"works": [], "evidence": [piece]})
    assert "3 × Asks, 1 × sings" in " ".join(capsys.readouterr().out.split())
