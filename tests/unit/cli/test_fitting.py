"""`rules fit`: what made the answers is found again, the same seed gives the same document, and no pass is worse."""

import csv
import json
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.app import main
from cli.fitting import em
from cli.fitting.answers import held_back
from cli.fitting.measures import auc, rmse
from shared.ledger.decimals import SCALE
from shared.rulebook.contribution import Result
from shared.rulebook.families.bkt import forward
from shared.rulebook.method import Piece

LEARNERS = st.lists(st.lists(st.booleans(), min_size=1, max_size=6), min_size=1, max_size=12)


def data_of(answers: list[list[bool]]) -> em.Data:
    return em.Data.of(answers, [[0] * len(own) for own in answers], 1)


def simulated(count: int, length: int) -> list[list[bool]]:
    """Answers of learners made by prior 0.3, learn 0.15, guess 0.2, slip 0.1."""
    drawn = random.Random(11)
    made = []
    for _ in range(count):
        known, own = drawn.random() < 0.3, []
        for _ in range(length):
            own.append(drawn.random() < (0.9 if known else 0.2))
            known = known or drawn.random() < 0.15
        made.append(own)
    return made


def test_what_made_the_answers_is_found_again() -> None:
    found = em.fit(data_of(simulated(1500, 12)), restarts=3, seed=1).parameters
    for name, made in (("learn", 0.15), ("guess", 0.2), ("slip", 0.1)):
        assert getattr(found, name)[0, 0] == pytest.approx(made, abs=0.03), name
    assert found.prior[0] == pytest.approx(0.3, abs=0.05)


@given(LEARNERS, st.integers(0, 100))
@settings(max_examples=15)
def test_no_pass_lowers_the_likelihood_and_guess_and_slip_stay_below_one(answers: list[list[bool]], seed: int) -> None:
    fitted = em.fit(data_of(answers), restarts=3, seed=seed, most=12)
    for before, after in zip(fitted.passes, fitted.passes[1:], strict=False):
        assert np.all(after >= before - 1e-6)
    assert np.all(fitted.parameters.guess + fitted.parameters.slip < 1)


@given(LEARNERS, st.randoms(use_true_random=False))
@settings(max_examples=15)
def test_the_order_of_learners_does_not_matter(answers: list[list[bool]], shuffling: random.Random) -> None:
    shuffled = list(answers)
    shuffling.shuffle(shuffled)
    one, other = (em.fit(data_of(each), restarts=2, seed=3, most=8) for each in (answers, shuffled))
    assert one.likelihood == pytest.approx(other.likelihood, abs=1e-9)


@given(st.lists(st.booleans(), min_size=1, max_size=15))
@settings(max_examples=25)
def test_the_fits_forward_pass_is_the_rulebooks(answers: list[bool]) -> None:
    parameters = em.Parameters(np.array([0.4]), np.array([[0.1]]), np.array([[0.2]]), np.array([[0.1]]))
    _, after, _, _ = em.forward(data_of([answers]), parameters)
    pieces = [Piece(SCALE if right else 0, (Result(SCALE if right else 0, SCALE),)) for right in answers]
    names = {"prior": 400_000, "learn": 100_000, "forget": 0, "guess": 200_000, "slip": 100_000, "correct_at": SCALE}
    traced = list(forward(pieces, top=SCALE, templates={}, **names))
    assert traced == [pytest.approx((step[0, 0] + (1 - step[0, 0]) * 0.1) * SCALE, abs=1) for step in after]


def test_measures() -> None:
    right = np.array([1.0, 0.0, 1.0, 0.0])
    assert auc(right, np.array([0.9, 0.1, 0.8, 0.3])) == 1
    assert auc(right, np.array([0.5, 0.5, 0.5, 0.5])) == 0.5
    assert auc(right, np.array([0.4, 0.5, 0.6, 0.5])) == 0.5
    assert rmse(right, np.array([0.5, 0.5, 0.5, 0.5])) == 0.5


def test_who_is_held_back_is_a_matter_of_name_and_seed() -> None:
    names = [f"learner {number}" for number in range(1000)]
    chosen = [name for name in names if held_back(name, 0.2, 7)]
    assert 150 < len(chosen) < 250
    assert chosen == [name for name in names if held_back(name, 0.2, 7)]
    assert chosen != [name for name in names if held_back(name, 0.2, 8)]


def test_a_file_becomes_a_document_whose_parameters_the_method_takes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, documents = tmp_path / "answers.csv", [tmp_path / "one.json", tmp_path / "two.json"]
    with file.open("w", newline="") as text:
        rows = csv.writer(text)
        rows.writerow(["learner", "order", "skill", "correct", "template"])
        for learner, answers in enumerate(simulated(60, 6)):
            for order, right in reversed(list(enumerate(answers))):
                rows.writerow([learner, order, "ratio" if learner % 2 else "slope", int(right), "abc"[order % 3]])
    for document in documents:
        options = ["--hold-back", "0.3", "--restarts", "2", "--template", "template", "--out", str(document)]
        assert main(["rules", "fit", str(file), *options]) == 0
    assert documents[0].read_text() == documents[1].read_text()
    fitted = json.loads(documents[0].read_text())
    assert set(fitted["skills"]) == {"ratio", "slope"}
    assert 0 < fitted["held_back"]["learners"] < 60
    cases = tmp_path / "cases.jsonl"
    cases.write_text(
        "".join(
            json.dumps({"method": fitted["method"], "parameters": own["parameters"]}) + "\n"
            for own in fitted["skills"].values()
        )
    )
    capsys.readouterr()
    assert main(["rules", "check", str(cases)]) == 0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("learner,order,skill\n", "has no column correct"),
        ("learner,order,skill,correct\na,1,x,2\n", "line 2: correct must be 0 or 1"),
        ("learner,order,skill,correct\na,first,x,1\n", "line 2: order must be a whole number"),
    ],
)
def test_a_file_that_is_wrong_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, says: str) -> None:
    file = tmp_path / "answers.csv"
    file.write_text(text)
    assert main(["rules", "fit", str(file)]) == 1
    assert says in capsys.readouterr().err
