"""Every way in which an id token can be wrong signs nobody in, and the right ones do."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from services.gateway.http.cookies import SESSION
from services.gateway.signing_in import CALLBACK
from tests.support.browser import query_of
from tests.support.hostile_issuer import HostileIssuer
from tests.support.signing_in import CLIENT, SECRET, Door, hostile_door

Made = Callable[[HostileIssuer, dict[str, Any]], str]

OTHER_KEY = RSAKey.generate_key(2048)


@pytest.fixture(scope="module")
async def place(
    pool: asyncpg.Pool, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Door, HostileIssuer]]:
    async with hostile_door(pool, tmp_path_factory.mktemp("hostile")) as (door, hostile):
        await door.link("someone")
        await door.link("0")
        yield door, hostile


@pytest.fixture
def at(place: tuple[Door, HostileIssuer]) -> tuple[Door, HostileIssuer]:
    """The door, with an issuer that behaves again."""
    door, hostile = place
    hostile.claims, hostile.token, hostile.token_answer, hostile.kid = {}, None, None, "first"
    return door, hostile


async def test_a_right_token_signs_in(at: tuple[Door, HostileIssuer]) -> None:
    door, hostile = at
    browser = door.browser()
    answer = await door.signed_in(browser, hostile)
    assert answer.status_code == 303
    assert await door.is_signed_in(browser)


async def test_the_code_is_exchanged_with_the_verifier_and_the_clients_secret(at: tuple[Door, HostileIssuer]) -> None:
    door, hostile = at
    browser = door.browser()
    question = query_of(await door.question(browser))
    hostile.nonce = question["nonce"]
    await browser.send("GET", f"{door.url}{CALLBACK}?code=the%20code&state={question['state']}")
    exchanged = hostile.exchanged[-1]
    challenge = hashlib.sha256(exchanged["code_verifier"].encode()).digest()
    assert base64.urlsafe_b64encode(challenge).rstrip(b"=").decode() == question["code_challenge"]
    assert (exchanged["code"], exchanged["redirect_uri"]) == ("the code", door.url + CALLBACK)
    assert base64.b64decode(hostile.authorizations[-1].removeprefix("Basic ")).decode() == f"{CLIENT}:{SECRET}"
    assert SECRET not in exchanged.values()


def ago(seconds: int) -> int:
    return int(time.time()) - seconds


WRONG_CLAIMS: dict[str, dict[str, Any]] = {
    "no issuer": {"iss": None},
    "another issuer": {"iss": "https://other.test"},
    "no subject": {"sub": None},
    "a subject that is a number": {"sub": 0},
    "an empty subject": {"sub": ""},
    "a subject that is too long": {"sub": "x" * 256},
    "a subject with a line's end": {"sub": "someone\n"},
    "a list of subjects": {"sub": ["someone"]},
    "no audience": {"aud": None},
    "another audience": {"aud": "another-client"},
    "another audience, asked for by us": {"aud": "another-client", "azp": CLIENT},
    "an audience of nobody": {"aud": []},
    "several audiences, asked for by nobody": {"aud": [CLIENT, "another-client"]},
    "several audiences, asked for by another": {"aud": [CLIENT, "another-client"], "azp": "another-client"},
    "our audience, asked for by another": {"azp": "another-client"},
    "an audience that only begins like ours": {"aud": CLIENT + "-2"},
    "a nonce of another sign-in": {"nonce": "x" * 43},
    "no nonce": {"nonce": None},
    "an empty nonce": {"nonce": ""},
    "a list of nonces": {"nonce": ["x"]},
    "no end": {"exp": None},
    "an end that is a text": {"exp": "4102444800"},
    "an end that is true": {"exp": True},
    "an end beyond time": {"exp": 10**15},
    "no beginning": {"iat": None},
}


@pytest.mark.parametrize("claims", WRONG_CLAIMS.values(), ids=WRONG_CLAIMS)
async def test_wrong_claims(at: tuple[Door, HostileIssuer], claims: dict[str, Any]) -> None:
    door, hostile = at
    hostile.claims = claims
    await refused(door, hostile)


@pytest.mark.parametrize(
    ("begins", "ends", "not_before"),
    [
        (ago(100), ago(0), None),
        (ago(7200), ago(3600), None),
        (ago(1000), ago(-300), None),
        (ago(-3600), ago(-7200), None),
        (ago(0), ago(-300), ago(-3600)),
    ],
    ids=["ended just now", "ended long ago", "made long ago", "made in the future", "holds later"],
)
async def test_wrong_times(at: tuple[Door, HostileIssuer], begins: int, ends: int, not_before: int | None) -> None:
    door, hostile = at
    since = int(time.time()) - STARTED  # the moments above are as of the collection of the tests
    moments = {"iat": begins, "exp": ends, "nbf": not_before}
    hostile.claims = {name: None if moment is None else moment + since for name, moment in moments.items()}
    await refused(door, hostile)


STARTED = ago(0)


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def unsigned(algorithm: str) -> Made:
    return lambda _hostile, claims: f"{part({'alg': algorithm, 'kid': 'first'})}.{part(claims)}."


def by_a_secret(secret: Callable[[HostileIssuer], bytes], algorithm: str = "HS256") -> Made:
    return lambda hostile, claims: hostile.signed(claims, algorithm, OctKey.import_key(secret(hostile)))


def by_the_public_key_as_a_secret(hostile: HostileIssuer, claims: dict[str, Any]) -> str:
    """Written by hand: our own library would not do such a thing."""
    signed = f"{part({'alg': 'HS256', 'kid': 'first'})}.{part(claims)}"
    mac = hmac.new(hostile.key.as_pem(private=False), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def of_another_key(**header: Any) -> Made:
    return lambda hostile, claims: hostile.signed(claims, key=OTHER_KEY, **header)


def changed_afterwards(hostile: HostileIssuer, claims: dict[str, Any]) -> str:
    head, _, signature = hostile.signed(claims | {"sub": "0"}).split(".")
    return f"{head}.{part(claims)}.{signature}"


FORGED: dict[str, Made] = {
    "by nobody": unsigned("none"),
    "by nobody, said loudly": unsigned("NONE"),
    "by the public key as a secret (PEM)": by_the_public_key_as_a_secret,
    "by the public key as a secret (JWK)": by_a_secret(lambda hostile: json.dumps(hostile.jwk()).encode()),
    "by the client's secret": by_a_secret(lambda _hostile: SECRET.encode()),
    "by the client's secret, HS512": by_a_secret(lambda _hostile: SECRET.encode(), "HS512"),
    "by another key under the name of ours": of_another_key(),
    "by another key, named": of_another_key(kid="other"),
    "by a key that it brings": of_another_key(kid="other", jwk=OTHER_KEY.as_dict(private=False)),
    "by a key that it brings, under ours": of_another_key(jwk=OTHER_KEY.as_dict(private=False)),
    "by a key that it says where to fetch": of_another_key(kid="other", jku="http://127.0.0.1:9/jwks"),
    "by a certificate that it says where to fetch": of_another_key(x5u="http://127.0.0.1:9/x"),
    "by a key with a path for a name": of_another_key(kid="../../../dev/null"),
    "by a key with a number for a name": lambda _h, c: f"{part({'alg': 'RS256', 'kid': 1})}.{part(c)}.AAAA",
    "by an algorithm that is not taken": lambda hostile, claims: hostile.signed(claims, "RS512"),
    "with a demand that is not known": lambda h, claims: h.signed(claims, crit=["exp"], exp=1),
    "with an empty demand": lambda hostile, claims: hostile.signed(claims, crit=[]),
    "of one who changed it": changed_afterwards,
    "without its signature": lambda hostile, claims: hostile.signed(claims).rpartition(".")[0] + ".",
    "with two signatures": lambda hostile, claims: hostile.signed(claims) + ".AAAA",
    "of claims that are a list": lambda hostile, claims: hostile.signed([claims]),  # type: ignore[arg-type]
    "no token at all": lambda _hostile, _claims: "token",
    "nothing": lambda _hostile, _claims: "",
    "too much": lambda hostile, claims: hostile.signed(claims | {"more": "x" * 20_000}),
    "deep": lambda _hostile, _claims: "[" * 10_000 + ".e30.AAAA",
}


@pytest.mark.parametrize("made", FORGED.values(), ids=FORGED)
async def test_forged_tokens(at: tuple[Door, HostileIssuer], made: Made) -> None:
    door, hostile = at
    hostile.token = lambda claims: made(hostile, claims)
    await refused(door, hostile)


async def refused(door: Door, hostile: HostileIssuer, status: int = 400) -> None:
    browser = door.browser()
    answer = await door.signed_in(browser, hostile)
    assert answer.status_code == status, answer.text
    assert browser.cookie(door.url, SESSION) is None
    assert not [line for line in browser.set_cookies if line.startswith(f"{SESSION}=") and "Max-Age=0" not in line]


ANSWERS: dict[str, tuple[Response, int]] = {
    "no token in it": (JSONResponse({"access_token": "x"}), 400),
    "a token that is a number": (JSONResponse({"id_token": 1}), 400),
    "a list": (JSONResponse([]), 400),
    "no JSON": (PlainTextResponse("hello"), 503),
    "an error": (JSONResponse({"error": "invalid_grant"}, 400), 400),
    "another client is meant": (JSONResponse({"error": "invalid_client"}, 401), 400),
    "a fault": (JSONResponse({}, 500), 503),
    "a way elsewhere": (RedirectResponse("http://127.0.0.1:9/token"), 503),
    "without an end": (PlainTextResponse(" " * (2 << 20)), 503),
}


@pytest.mark.parametrize(("given", "status"), ANSWERS.values(), ids=ANSWERS)
async def test_other_answers(at: tuple[Door, HostileIssuer], given: Response, status: int) -> None:
    door, hostile = at
    hostile.token_answer = given
    await refused(door, hostile, status)


RIGHT: dict[str, dict[str, Any]] = {
    "a list of us": {"aud": [CLIENT]},
    "several, asked for by us": {"aud": [CLIENT, "another-client"], "azp": CLIENT},
    "more than is needed": {"email": "someone@school.test", "nbf": 0, "auth_time": 0},
}


@pytest.mark.parametrize("claims", RIGHT.values(), ids=RIGHT)
async def test_right_claims(at: tuple[Door, HostileIssuer], claims: dict[str, Any]) -> None:
    door, hostile = at
    hostile.claims = claims
    assert (await door.signed_in(door.browser(), hostile)).status_code == 303


JUNK: list[Any] = [{"kty": "oct", "k": "AAAA", "kid": "first"}, {"kty": "RSA"}, {}, 7, {"kty": "OKP", "crv": "X25519"}]


@pytest.mark.parametrize(
    ("key", "algorithm", "more"),
    [
        (RSAKey.generate_key(2048), "RS256", {}),
        (RSAKey.generate_key(2048), "PS256", {"alg": "PS256", "use": "sig"}),
        (ECKey.generate_key("P-256"), "ES256", {}),
        (OKPKey.generate_key("Ed25519"), "EdDSA", {"key_ops": ["verify"]}),
        (RSAKey.generate_key(2048), "RS256", {"kid": None}),
    ],
    ids=["RS256", "PS256", "ES256", "EdDSA", "a key without a name"],
)
async def test_keys_that_are_taken(
    pool: asyncpg.Pool, tmp_path: Any, key: Any, algorithm: str, more: dict[str, Any]
) -> None:
    async with hostile_door(pool, tmp_path) as (door, hostile):
        await door.link("someone")
        hostile.key, hostile.kid = key, None if "kid" in more else "second"
        hostile.published = [*JUNK, {name: value for name, value in hostile.jwk(**more).items() if value is not None}]
        hostile.token = lambda claims: hostile.signed(claims, algorithm)
        assert (await door.signed_in(door.browser(), hostile)).status_code == 303


@pytest.mark.parametrize(
    ("algorithm", "more"),
    [("PS256", {"alg": "RS256"}), ("RS256", {"use": "enc"}), ("RS256", {"key_ops": ["encrypt"]})],
    ids=["of another algorithm", "to encrypt", "of other deeds"],
)
async def test_keys_that_are_for_something_else(
    pool: asyncpg.Pool, tmp_path: Any, algorithm: str, more: dict[str, Any]
) -> None:
    async with hostile_door(pool, tmp_path) as (door, hostile):
        await door.link("someone")
        hostile.published = [hostile.jwk(**more)]
        hostile.token = lambda claims: hostile.signed(claims, algorithm)
        await refused(door, hostile)


async def test_a_key_that_is_too_short(pool: asyncpg.Pool, tmp_path: Any) -> None:
    async with hostile_door(pool, tmp_path) as (door, hostile):
        await door.link("someone")
        with pytest.warns(SecurityWarning):
            hostile.key = RSAKey.generate_key(1024)
        await refused(door, hostile)


async def test_a_token_is_held_against_the_key_that_it_names(pool: asyncpg.Pool, tmp_path: Any) -> None:
    async with hostile_door(pool, tmp_path) as (door, hostile):
        await door.link("someone")
        hostile.published = [{**OTHER_KEY.as_dict(private=False), "kid": "other"}, hostile.jwk()]
        assert (await door.signed_in(door.browser(), hostile)).status_code == 303
        hostile.token = lambda claims: hostile.signed(claims, kid="other")
        await refused(door, hostile)
        hostile.published, hostile.token = None, lambda claims: hostile.signed(claims, kid="of-nobody")
        await refused(door, hostile)


async def test_a_token_without_a_keys_name_where_there_are_several(pool: asyncpg.Pool, tmp_path: Any) -> None:
    async with hostile_door(pool, tmp_path) as (door, hostile):
        await door.link("someone")
        hostile.kid = None
        hostile.published = [hostile.jwk(kid="first"), OTHER_KEY.as_dict(private=False)]
        await refused(door, hostile)


async def test_new_keys_are_read_once_however_many_forgeries_come(pool: asyncpg.Pool, tmp_path: Any) -> None:
    async with hostile_door(pool, tmp_path) as (door, hostile):
        await door.link("someone")
        assert (await door.signed_in(door.browser(), hostile)).status_code == 303
        hostile.key, hostile.kid = RSAKey.generate_key(2048), str(uuid4())
        assert (await door.signed_in(door.browser(), hostile)).status_code == 303, "rotated"
        hostile.token = lambda claims: hostile.signed(claims, key=OTHER_KEY, kid=str(uuid4()))
        for _ in range(5):
            await refused(door, hostile)
        assert hostile.keys_read == 2


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://other.test"},
        {"issuer": None},
        {"token_endpoint": "http://other.test/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": 7},
    ],
    ids=str,
)
async def test_an_issuer_that_describes_itself_wrongly(
    pool: asyncpg.Pool, tmp_path: Any, metadata: dict[str, Any]
) -> None:
    async with hostile_door(pool, tmp_path) as (door, hostile):
        hostile.metadata = metadata
        assert (await door.browser().send("GET", f"{door.url}/sign-in")).status_code == 503


async def test_a_client_whose_secret_goes_into_the_body(pool: asyncpg.Pool, tmp_path: Any) -> None:
    async with hostile_door(pool, tmp_path) as (door, hostile):
        await door.link("someone")
        hostile.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
        assert (await door.signed_in(door.browser(), hostile)).status_code == 303
        assert hostile.exchanged[-1]["client_secret"] == SECRET
        assert hostile.authorizations[-1] == ""
