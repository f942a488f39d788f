"""The decisions of signing in, by themselves."""

from typing import Any

import pytest

from services.gateway.domain.id_tokens import MAX_AGE, SKEW, Expected, RefusedTokenError, subject_of
from services.gateway.domain.sessions import (
    IDLE,
    LIFE,
    TOUCH,
    Session,
    csrf_token,
    is_csrf_token,
    is_secret,
    secret_digest,
    secret_text,
)
from services.gateway.domain.sign_in import (
    ATTEMPT_LIFE,
    Attempt,
    Question,
    login_hint,
    own_path,
)

NOW = 1_800_000_000_000
EXPECTED = Expected("https://issuer.test", "ascertain", "n" * 43)
CLAIMS: dict[str, Any] = {
    "iss": "https://issuer.test",
    "aud": "ascertain",
    "sub": "someone",
    "nonce": "n" * 43,
    "iat": NOW // 1000,
    "exp": NOW // 1000 + 300,
}


@pytest.mark.parametrize(
    ("used", "now", "live"),
    [
        (0, IDLE - 1, True),
        (0, IDLE, False),
        (LIFE - 1, LIFE - 1, True),
        (LIFE - 1, LIFE, False),
        (IDLE, IDLE, True),
    ],
)
def test_a_session_is_live_for_an_hour_after_its_use_and_for_twelve_in_all(used: int, now: int, live: bool) -> None:
    assert Session("d", "p", 0, used).is_live(now) is live


def test_a_sessions_use_is_noted_once_a_minute() -> None:
    session = Session("d", "p", 0, 0)
    assert not session.wants_touch(TOUCH - 1)
    assert session.wants_touch(TOUCH)


def test_a_secret_has_all_its_randomness() -> None:
    assert len(secret_text(bytes(32))) == 43
    assert is_secret(secret_text(bytes(range(32))))
    with pytest.raises(ValueError, match="32 random bytes"):
        secret_text(bytes(31))


@pytest.mark.parametrize(
    "text", ["", "x", "x" * 42, "x" * 44, "x" * 42 + "=", "x" * 42 + "\n", "ä" * 43, "x" * 42 + "."]
)
def test_what_is_no_secret_is_looked_up_nowhere(text: str) -> None:
    assert not is_secret(text)


def test_a_csrf_token_is_of_one_session_and_tells_nothing_of_it() -> None:
    one, other = secret_text(bytes(32)), secret_text(bytes([1] * 32))
    assert is_csrf_token(one, csrf_token(one))
    assert not is_csrf_token(one, csrf_token(other))
    assert not is_csrf_token(one, one)
    assert csrf_token(one) not in (one, secret_digest(one))
    assert not is_csrf_token(one, "ä")


def test_each_question_has_secrets_of_its_own() -> None:
    questions = [Question(browser, state) for browser in ("b" * 43, "c" * 43) for state in ("s" * 43, "t" * 43)]
    derived = {secret for question in questions for secret in (question.nonce, question.verifier)}
    assert len(derived) == 2 * len(questions)
    assert all(is_secret(secret) for secret in derived), "a verifier has 43 characters at least"
    kept = questions[0].attempt("/", NOW)
    assert not {questions[0].nonce, questions[0].verifier, questions[0].state} & {
        kept.state_digest,
        kept.browser_digest,
    }


@pytest.mark.parametrize(("after", "live"), [(0, True), (ATTEMPT_LIFE - 1, True), (ATTEMPT_LIFE, False), (-1, False)])
def test_a_sign_in_may_take_ten_minutes(after: int, live: bool) -> None:
    assert Attempt("s", "b", "/", NOW).is_live(NOW + after) is live


@pytest.mark.parametrize("path", ["/", "/docs", "/v1/x?at_least=evidence:1:2,evidence:2:3", "/a/b.c/~d?e=%20&f="])
def test_own_paths_are_gone_to(path: str) -> None:
    assert own_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        *(
            None,
            "",
            "docs",
            "//x",
            "/\\x",
            "/x\\y",
            "/x#y",
            "/x y",
            "/x\n",
            "http://x",
            "/%0a?\r",
            "/é",
            "/?//\\x",
            "/@x",
        ),
        *(
            "/.//x",
            "/a/..//x",
            "/./sign-in",
            "/..",
            "/.?x",
            "/a//x",
            "/sign%2din",
            "/%2e/x",
            "/sign-in?return_to=/",
        ),
    ],
)
def test_everything_else_leads_home(path: str | None) -> None:
    assert own_path(path) == "/"


def test_a_hint_is_plain_or_none() -> None:
    assert login_hint("teacher-1@school.test") == "teacher-1@school.test"
    assert [login_hint(text) for text in (None, "", "a b", "x" * 201, "a&prompt=none", "ä")] == [None] * 6


def test_the_right_token_names_its_subject() -> None:
    assert subject_of(CLAIMS, EXPECTED, NOW) == "someone"
    assert subject_of({**CLAIMS, "aud": ["ascertain", "x"], "azp": "ascertain"}, EXPECTED, NOW) == "someone"
    assert subject_of({**CLAIMS, "iat": NOW / 1000, "exp": NOW / 1000 + 0.5}, EXPECTED, NOW) == "someone"


@pytest.mark.parametrize(
    ("after", "holds"),
    [(0, True), (299_999, True), (300_000, False), (-SKEW, True), (-SKEW - 1, False)],
)
def test_when_a_token_holds(after: int, holds: bool) -> None:
    assert accepted(CLAIMS, NOW + after) is holds


def test_a_token_made_before_the_sign_in_began_is_refused() -> None:
    old = CLAIMS | {"exp": NOW // 1000 + 100_000}
    assert accepted(old, NOW + MAX_AGE)
    assert not accepted(old, NOW + MAX_AGE + 1)


@pytest.mark.parametrize("name", CLAIMS)
def test_no_claim_may_be_absent_null_or_another(name: str) -> None:
    absent = {key: value for key, value in CLAIMS.items() if key != name}
    assert accepted(CLAIMS)
    assert not accepted(absent)
    others: list[Any] = [None, "other", 0, [], {}, True, -1, float("nan"), float("inf")]
    for value in others:
        if name != "sub" or value != "other":
            assert not accepted({**CLAIMS, name: value}), value


def accepted(claims: dict[str, Any], now: int = NOW) -> bool:
    try:
        subject_of(claims, EXPECTED, now)
    except RefusedTokenError:
        return False
    return True
