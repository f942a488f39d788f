"""Whoever is sent has the rows of her agents beside her, in the same call."""

from pathlib import Path

import pytest

from cli.errors import CommandError
from cli.importing.roster import read_roster
from shared.contracts import roster_files
from shared.contracts.roster_files import chunks

HEADERS = {
    "orgs": "sourcedId,type",
    "academicSessions": "sourcedId,startDate,endDate",
    "courses": "sourcedId,orgSourcedId",
    "classes": "sourcedId,courseSourcedId,schoolSourcedId",
    "users": "sourcedId,role,agentSourcedIds,email",
    "enrollments": "sourcedId,classSourcedId,schoolSourcedId,userSourcedId,role",
}


def written(folder: Path, users: list[str], enrolled: list[str]) -> Path:
    rows = {"users": users, "enrollments": [f"e-{user},c,s,{user},student" for user in enrolled]}
    for name, header in HEADERS.items():
        (folder / f"{name}.csv").write_text("\n".join([header, *rows.get(name, [])]) + "\n")
    return folder


def test_agents_come_with_whoever_names_them(tmp_path: Path) -> None:
    learners = ['amara,student,"ngozi, emeka",a@x', "bao,student,,b@x", "left,student,linh,"]
    others = [f"{name},parent,," for name in ("ngozi", "emeka", "linh", "alone")]
    read, _ = read_roster(written(tmp_path, [*learners, *others], ["amara", "bao"]))
    assert read["users"][1] == {"sourcedId": "bao", "role": "student", "agentSourcedIds": ""}, "an empty cell is told"
    first, second = chunks(read)
    assert [row["sourcedId"] for row in first["users"]] == ["amara", "bao", "ngozi", "emeka"]
    assert [row["sourcedId"] for row in second["users"]] == ["left", "linh", "alone"]
    assert second["enrollments"] == []


def test_agents_of_every_call_are_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    users = ["amara,student,ngozi,", "bao,student,ngozi,", "ngozi,parent,,"]
    read, _ = read_roster(written(tmp_path, users, ["amara", "bao"]))
    monkeypatch.setattr(roster_files, "ENROLLMENTS_A_CALL", 1)
    calls = [[row["sourcedId"] for row in call["users"]] for call in chunks(read)]
    assert calls == [["amara", "ngozi"], ["bao", "ngozi"]]


def test_without_the_column_nothing_is_said_of_agents(tmp_path: Path) -> None:
    folder = written(tmp_path, [], ["amara"])
    (folder / "users.csv").write_text("sourcedId\namara\n")
    read, _ = read_roster(folder)
    assert read["users"] == [{"sourcedId": "amara"}]


def test_a_name_with_a_comma_and_no_quotes_moves_no_cells_on(tmp_path: Path) -> None:
    folder = written(tmp_path, [], ["amara"])
    (folder / "users.csv").write_text("sourcedId,familyName,preferredGivenName\nbao,Lee,,\namara,Okafor, Jr,Ama\n")
    with pytest.raises(CommandError, match=r"users\.csv, line 3 has more cells"):
        read_roster(folder)
