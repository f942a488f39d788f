"""Every refusal is told as a problem of its own status and kind."""

import pytest

from services.evidence.domain.errors import (
    AlreadyVoided,
    Conflict,
    Gone,
    Invalid,
    Mismatch,
    NotFound,
    NotNow,
    Refusal,
    StaleVersion,
)
from services.evidence.http.answers import problem_of, problem_of_ledger
from services.evidence.ports import LedgerBusy, LedgerUnavailable


@pytest.mark.parametrize(
    ("refusal", "status", "code", "field"),
    [
        (Invalid("Wrong.", field="/a"), 422, "invalid", "/a"),
        (Mismatch("Sent before."), 422, "mismatch", "/id"),
        (NotFound("learner", field="/body/learner"), 404, "not-found", "/body/learner"),
        (Gone("Forgotten."), 410, "gone", None),
        (StaleVersion("evidence/1", 2), 409, "stale-version", "/expected_version"),
        (AlreadyVoided("Voided."), 409, "already-voided", None),
        (Conflict("Moved on."), 409, "conflict", None),
        (NotNow("Later."), 503, "unavailable", None),
    ],
)
def test_a_refusal_is_told_as_what_it_is(refusal: Refusal, status: int, code: str, field: str | None) -> None:
    document = problem_of(refusal).document()
    assert document["status"] == status
    assert document["type"] == f"urn:ascertain:problem:{code}"
    assert document.get("field") == field


def test_a_stale_version_says_which_it_is_by_now() -> None:
    document = problem_of(StaleVersion("evidence/1", 2)).document()
    assert (document["stream"], document["version"]) == ("evidence/1", 2)


@pytest.mark.parametrize("kind", [Invalid, Mismatch, Gone, Conflict, AlreadyVoided, NotNow])
def test_a_reason_is_told_whatever_kind_of_refusal_has_it(kind: type[Refusal]) -> None:
    document = problem_of(kind("No.", reason="exhibits-full", number=30)).document()
    assert (document["reason"], document["figures"]) == ("exhibits-full", {"number": 30})
    assert "reason" not in problem_of(kind("No.")).document()


def test_every_kind_of_refusal_is_told() -> None:
    kinds = Refusal.__subclasses__()
    assert {kind.__name__ for kind in kinds} == {"Invalid", "NotFound", "Gone", "Conflict", "NotNow"}


@pytest.mark.parametrize("error", [LedgerUnavailable("gone"), LedgerBusy()])
def test_a_ledger_that_does_not_answer_is_no_refusal_but_a_reason_to_send_again(error: Exception) -> None:
    assert isinstance(error, LedgerUnavailable | LedgerBusy)
    problem = problem_of_ledger(error)
    assert problem.status == 503
    assert "same" in problem.detail
    assert problem.response().headers["retry-after"] == "1"
