"""Tables as people really have them."""

import csv
import gzip
from pathlib import Path

import pytest

from cli.errors import CommandError
from cli.importing.tables import Line, RejectedRows, count_lines, table


def lines(file: Path) -> list[Line]:
    with table(file, required=("learner",)) as rows:
        return list(rows)


def test_cells_beyond_the_last_column_are_counted(tmp_path: Path) -> None:
    file = tmp_path / "marks.csv"
    file.write_text('learner,earned\na,7,5\nb,"7,5"\nc,7,,\nd\n')
    assert [(line.number, line.surplus) for line in lines(file)] == [(2, 1), (3, 0), (4, 0), (5, 0)]


@pytest.mark.parametrize(
    "content", [gzip.compress(b"learner\n" + bytes(range(97, 123)) * 99, mtime=0)[:-20], b"no gzip"]
)
def test_a_packed_file_that_is_damaged_is_told(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "marks.csv.gz"
    file.write_bytes(content)
    with pytest.raises(CommandError, match=r"marks\.csv\.gz cannot be (read: \S|unpacked)"):
        lines(file)
    with pytest.raises(CommandError, match="cannot be read"):
        count_lines(file)


def test_a_place_where_refused_rows_cannot_be_written_is_told_as_that(tmp_path: Path) -> None:
    file = tmp_path / "marks.csv"
    (tmp_path / "marks.csv.rejected.csv").mkdir()
    with pytest.raises(CommandError, match="Refused rows cannot be written to"), RejectedRows(file, ("learner",)):
        pass


def test_refused_rows_are_for_their_owner_alone(tmp_path: Path) -> None:
    with RejectedRows(tmp_path / "filled-in.csv", ("ballot",)) as rejected:
        rejected.add(Line(2, {"ballot": "5e" * 16}), {"detail": "The exhibition is closed."})
    assert (tmp_path / "filled-in.csv.rejected.csv").stat().st_mode & 0o777 == 0o600


def test_refused_rows_do_not_become_formulas(tmp_path: Path) -> None:
    with RejectedRows(tmp_path / "marks.csv", ("learner",)) as rejected:
        rejected.add(Line(2, {"learner": "=1+1"}), {"detail": "There is no such learner.", "field": "learner"})
    rows = list(csv.reader((tmp_path / "marks.csv.rejected.csv").read_text().splitlines()))
    assert rows[1] == ["2", "learner", "There is no such learner.", "'=1+1"]
