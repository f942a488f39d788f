"""`rules fit --report`: the page and the plot say the same, again the same, and nothing of any learner."""

import csv
import random
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from cli.app import main
from cli.fitting.answers import Answers, read_answers
from cli.fitting.calibration import calibrated, error
from cli.fitting.fitting import fit_skills
from cli.fitting.foretelling import conditions, foretold
from cli.fitting.report import TEMPLATES, policies
from cli.fitting.resting import resting
from shared.rulebook.certainty import Rests
from shared.rulebook.policy import read_policy
from tests.support.ledger_writer import policy_document
from tests.support.real_answers import FILE

DOCS = Path(__file__).parents[3] / "docs"
SVG = "{http://www.w3.org/2000/svg}"


def written(file: Path, learners: int = 60) -> Path:
    """Answers of learners who learn: more and more of them right."""
    drawn = random.Random(5)
    with file.open("w", newline="") as text:
        rows = csv.writer(text)
        rows.writerow(["learner", "order", "skill", "correct"])
        for learner in range(learners):
            for order in range(8):
                for skill in ("ratio", "slope"):
                    rows.writerow([f"somebody {learner}", order, skill, int(drawn.random() < 0.3 + order * 0.08)])
    return file


def test_the_same_answers_give_the_same_page_and_plot(tmp_path: Path) -> None:
    answers = written(tmp_path / "answers.csv")
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        report = tmp_path / name / "certainty.md"
        options = ["--hold-back", "0.3", "--restarts", "1", "--report", str(report)]
        assert main(["rules", "fit", str(answers), *options]) == 0
    for file in ("certainty.md", "certainty.svg"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    page = (tmp_path / "one" / "certainty.md").read_text()
    assert "{{" not in page
    assert "somebody" not in page
    assert "(certainty.svg)" in page
    says_the_same(page, (tmp_path / "one" / "certainty.svg").read_text())


def test_a_report_needs_learners_who_are_held_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answers = written(tmp_path / "answers.csv", learners=4)
    assert main(["rules", "fit", str(answers), "--restarts", "1", "--report", str(tmp_path / "page.md")]) == 1
    assert "--hold-back" in capsys.readouterr().err


def test_the_page_that_is_committed_says_what_its_plot_says() -> None:
    says_the_same((DOCS / "certainty.md").read_text(), (DOCS / "certainty.svg").read_text())


def says_the_same(page: str, svg: str) -> None:
    """Every disc of the plot stands in the table, with the same numbers, and the other way round."""
    discs = [title.text or "" for title in ET.fromstring(svg).iter(f"{SVG}title")]
    plotted = {tuple(re.findall(r"[0-9][0-9.,]*[0-9]|[0-9]", disc)) for disc in discs}
    told = set()
    for row in re.findall(r"^\| 0\.[0-9] to .*$", page, re.MULTILINE):
        cells = [cell.strip() for cell in row.strip("|").split("|")][1:]
        told |= {(cells[at + 1], cells[at + 2], cells[at]) for at in (0, 3) if cells[at] != "0"}
    assert plotted == told
    assert "prefers-color-scheme: dark" in svg


def test_what_is_foretold_is_compared_with_what_came_by_tenths() -> None:
    right, predicted = np.array([1.0, 0.0, 1.0, 1.0]), np.array([0.05, 0.05, 0.95, 1.0])
    tenths = calibrated(right, predicted)
    assert [(each.low, each.answers, each.right) for each in tenths] == [(0.0, 2, 0.5), (0.9, 2, 1.0)]
    assert [each.foretold for each in tenths] == pytest.approx([0.05, 0.975])
    assert error(tenths) == pytest.approx((0.45 + 0.025) / 2)


def test_conditions_part_the_skills() -> None:
    answers = {"ratio": [Answers(f"{n}", (n % 2 == 0, True), ("", "")) for n in range(40)]}
    told = foretold(answers, list(fit_skills(answers, share=0.3, restarts=1, seed=7)), share=0.3, seed=7)
    assert [(each.what, len(each.told)) for each in conditions(told)] == [
        ("fitted to under 100 answers", 1),
        ("under 3 answers of a learner, in the mean", 1),
        ("60 % to under 80 % of the answers right", 1),
    ]


def test_a_state_is_looked_at_before_each_further_answer() -> None:
    """By the highest: wrong, right, right, wrong. One right answer leans; two are firm, and nothing moves them."""
    policy = read_policy(policy_document("ascertain.highest@1"))
    answers = {"ratio": [Answers("a", (False, True, True, False), ("",) * 4)]}
    found = resting(answers, lambda _: policy)
    assert found.states == {Rests.OPEN: 1, Rests.LEANING: 1, Rests.FIRM: 1}
    assert found.moved == {Rests.OPEN: 1, Rests.LEANING: 0, Rests.FIRM: 0}


@pytest.mark.real_data
def test_on_real_answers_firm_states_are_moved_less_often_than_open_ones() -> None:
    """Of two skills, the first ten answers of the learners whose names end in 3, under two templates."""
    if not FILE.exists():
        pytest.skip(f"the real answers are not here: {FILE.parent.name}/{FILE.name} beside the project")
    answers = read_answers(FILE)
    by_size = sorted(answers, key=lambda skill: -sum(len(each.right) for each in answers[skill]))
    some = {skill: [each for each in answers[skill] if each.learner.endswith("3")] for skill in by_size[3:13:9]}
    fits = list(fit_skills(some, share=0, restarts=1, seed=7))
    for name in (TEMPLATES[1], TEMPLATES[-1]):
        found = resting(first_answers(some), policies(name, fits))
        firm, loose = found.share_moved(Rests.FIRM), found.share_moved(Rests.OPEN)
        assert found.states[Rests.FIRM] > 50
        assert firm is not None
        assert loose is None or firm < loose


def first_answers(by_skill: Mapping[str, Sequence[Any]]) -> dict[str, list[Answers]]:
    return {
        skill: [Answers(each.learner, each.right[:10], each.templates[:10]) for each in own]
        for skill, own in by_skill.items()
    }
