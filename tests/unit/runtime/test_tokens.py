"""Tokens: what is taken, and everything that a forger may try. No door of a stranger is ever knocked at."""

import base64
import hashlib
import hmac
import json
import socket
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.ledger.identifiers import service_actor
from shared.runtime import tokens
from shared.runtime.keys import ISSUERS, SigningKey, make_keys
from shared.runtime.problems import Problem
from shared.runtime.tokens import AccessTokens, ServiceTokens, TrustedKeys, Verifier

TENANT = "5f0c6f6e-6d3c-4b0a-9f57-0b1a8a2f6a10"
PERSON = "11111111-2222-4333-8444-555555555555"
NOW = 1_800_000_000


class Clock:
    def __init__(self, now: float = NOW) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class World:
    """A district's keys, a verifier, and the claims and headers of good tokens for forgers to begin with."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self.keys, self.trusted = folder / "keys", folder / "trusted"
        for name in ISSUERS:
            make_keys(name, keys=self.keys, trusted=self.trusted)
        self.verifier = Verifier(TENANT, self.trusted, self.clock)

    def key(self, name: str) -> SigningKey:
        return SigningKey.read(self.keys, name)

    def access(self, person: str = PERSON) -> str:
        return AccessTokens(TENANT, self.key("gateway"), self.clock).mint(person)

    def service(self, name: str = "mastery", audience: str = "evidence") -> str:
        return ServiceTokens(TENANT, name, self.key(name), self.clock).for_service(audience)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def opened(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    header, claims, _ = token.split(".")
    decoded = [json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in (header, claims)]
    return decoded[0], decoded[1]


def signed(key: SigningKey, header: object, claims: object) -> str:
    """A token over anything at all, signed as a library would refuse to."""
    content = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(claims).encode())}"
    return f"{content}.{b64(signature(key, content))}"


def signature(key: SigningKey, content: str) -> bytes:
    private = key.key.get_op_key("sign")
    assert isinstance(private, Ed25519PrivateKey)
    return private.sign(content.encode())


def altered(world: World, claims: dict[str, object], *, typ: str | None = None, key: SigningKey | None = None) -> str:
    """A good access token but for these claims, or its type or key."""
    header, good = opened(world.access())
    header |= {} if typ is None else {"typ": typ}
    merged = {name: value for name, value in {**good, **claims}.items() if value is not None}
    return signed(key or world.key("gateway"), header, merged)


def refused(world: World, token: str) -> Problem:
    with pytest.raises(Problem) as raised:
        world.verifier.person(f"Bearer {token}")
    assert raised.value.status == 401
    with pytest.raises(Problem) as raised:
        world.verifier.service(f"Bearer {token}", audience="evidence")
    assert raised.value.status == 401
    return raised.value


def test_a_person_is_known_by_her_token(world: World) -> None:
    caller = world.verifier.person(f"Bearer {world.access()}")
    assert (caller.id, caller.kind, caller.service) == (PERSON, "person", None)


def test_an_access_token_says_who_and_nothing_else(world: World) -> None:
    header, claims = opened(world.access())
    assert header == {"alg": "EdDSA", "kid": world.key("gateway").kid, "typ": "at+jwt"}
    assert claims.keys() == {"iss", "sub", "aud", "iat", "exp", "jti"}
    assert claims["exp"] - claims["iat"] == 300


def test_a_service_is_known_by_its_own_key(world: World) -> None:
    caller = world.verifier.service(f"Bearer {world.service()}", audience="evidence")
    assert (caller.id, caller.kind, caller.service) == (service_actor(TENANT, "mastery"), "service", "mastery")


def test_a_service_token_is_for_one_service_and_for_no_person(world: World) -> None:
    token = f"Bearer {world.service()}"
    with pytest.raises(Problem):
        world.verifier.service(token, audience="audit")
    with pytest.raises(Problem):
        world.verifier.person(token)


def test_the_gateway_is_a_service_by_a_service_token_alone(world: World) -> None:
    caller = world.verifier.service(f"Bearer {world.service('gateway')}", audience="evidence")
    assert (caller.id, caller.kind, caller.service) == (service_actor(TENANT, "gateway"), "service", "gateway")
    with pytest.raises(Problem):
        world.verifier.person(f"Bearer {world.service('gateway')}")
    as_person = altered(world, {"aud": f"urn:ascertain:{TENANT}:evidence"}, typ="service+jwt")
    refused(world, as_person)


def test_a_person_has_no_way_through_a_door_of_services(world: World) -> None:
    with pytest.raises(Problem):
        world.verifier.service(f"Bearer {world.access()}", audience="evidence")


def test_a_service_token_is_used_for_half_of_its_life(world: World) -> None:
    minted = ServiceTokens(TENANT, "audit", world.key("audit"), world.clock)
    first = minted.for_service("evidence")
    world.clock.now += 29
    assert minted.for_service("evidence") == first
    world.clock.now += 2
    assert minted.for_service("evidence") != first


def test_a_service_token_of_a_clock_that_was_put_back_is_used_no_more(world: World) -> None:
    minted = ServiceTokens(TENANT, "audit", world.key("audit"), world.clock)
    minted.for_service("evidence")
    world.clock.now -= 600
    world.verifier.service(f"Bearer {minted.for_service('evidence')}", audience="evidence")


@pytest.mark.parametrize("seconds", [0, 299])
def test_a_token_is_good_until_it_expires(world: World, seconds: int) -> None:
    token = world.access()
    world.clock.now += seconds
    assert world.verifier.person(f"Bearer {token}").id == PERSON


@pytest.mark.parametrize("known_before", [True, False])
def test_an_expired_token_is_refused_also_when_remembered(world: World, known_before: bool) -> None:
    token = world.access()
    if known_before:
        world.verifier.person(f"Bearer {token}")
    world.clock.now += 300
    with pytest.raises(Problem, match="expired"):
        world.verifier.person(f"Bearer {token}")


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": f"urn:ascertain:{TENANT}:evidence"},
        {"iss": "urn:ascertain:another:gateway"},
        {"iss": None},
        {"aud": "urn:ascertain:another"},
        {"aud": f"urn:ascertain:{TENANT}:evidence"},
        {"aud": [f"urn:ascertain:{TENANT}"]},
        {"aud": None},
        {"sub": "admin"},
        {"sub": None},
        {"sub": service_actor(TENANT, "evidence").upper()},
        {"exp": NOW},
        {"exp": NOW - 1},
        {"exp": None},
        {"exp": "never"},
        {"exp": 1e400},
        {"exp": NOW + 86_400},
        {"nbf": NOW + 60},
        {"iat": NOW + 60},
        {"roles": ["administrator"]},
    ],
    ids=str,
)
def test_claims_that_are_not_the_gateways_for_this_district_and_moment(world: World, claims: dict[str, object]) -> None:
    refused(world, altered(world, claims))


@pytest.mark.parametrize("typ", ["JWT", "service+jwt", "AT+JWT", "application/at+jwt", ""])
def test_a_token_of_another_type(world: World, typ: str) -> None:
    refused(world, altered(world, {}, typ=typ))


def test_a_service_signs_for_itself_alone(world: World) -> None:
    header, claims = opened(world.access())
    evidence = world.key("evidence")
    refused(world, signed(evidence, header | {"kid": evidence.kid}, claims))
    header, claims = opened(world.service("mastery"))
    refused(world, signed(evidence, header | {"kid": evidence.kid}, claims))
    own = claims | {"iss": f"urn:ascertain:{TENANT}:evidence"}
    refused(world, signed(evidence, header | {"kid": evidence.kid}, own))


def test_another_key_under_a_trusted_name(world: World) -> None:
    refused(world, altered(world, {}, key=SigningKey.generated()))


def test_a_signature_over_something_else(world: World) -> None:
    header, claims, good = world.access().split(".")
    other = world.access("99999999-2222-4333-8444-555555555555").split(".")
    refused(world, f"{header}.{other[1]}.{good}")
    refused(world, f"{header}.{claims}.")
    refused(world, f"{header}.{claims}.{good[:-4]}")
    refused(world, f"{header}.{claims}")
    refused(world, f"{header}.{claims}.{good}.{good}")


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "", "Ed25519", "Ed448", "RS256", "ES256", 1, None])
def test_another_algorithm(world: World, algorithm: object) -> None:
    header, claims = opened(world.access())
    refused(world, signed(world.key("gateway"), header | {"alg": algorithm}, claims))
    unsigned = f"{b64(json.dumps(header | {'alg': algorithm}).encode())}.{b64(json.dumps(claims).encode())}."
    refused(world, unsigned)


@pytest.mark.parametrize("secret", ["raw", "pem", "jwk"])
def test_the_public_key_as_a_secret(world: World, secret: str) -> None:
    key = world.key("gateway")
    secrets = {
        "raw": base64.urlsafe_b64decode(key.public()["x"] + "="),
        "pem": key.key.as_pem(private=False),
        "jwk": json.dumps(key.public()).encode(),
    }
    header, claims = opened(world.access())
    content = f"{b64(json.dumps(header | {'alg': 'HS256'}).encode())}.{b64(json.dumps(claims).encode())}"
    refused(world, f"{content}.{b64(hmac.digest(secrets[secret], content.encode(), hashlib.sha256))}")


@pytest.fixture
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever opens a socket meanwhile fails the test."""

    def opened_one(*_: object, **__: object) -> None:
        pytest.fail("something was fetched")

    monkeypatch.setattr(socket, "socket", opened_one)
    monkeypatch.setattr(socket, "getaddrinfo", opened_one)


@pytest.mark.usefixtures("no_sockets")
@pytest.mark.parametrize("trusted_kid", [True, False])
@pytest.mark.parametrize("member", ["jku", "jwk", "x5u", "x5c", "x5t", "crit", "b64", "cty", "anything"])
def test_a_header_that_asks_for_more(world: World, member: str, trusted_kid: bool) -> None:
    stranger = SigningKey.generated()
    values: dict[str, object] = {
        "jku": "http://attacker.test/keys.json",
        "x5u": "http://attacker.test/chain.pem",
        "jwk": stranger.public(),
        "x5c": ["AAAA"],
        "crit": ["exp"],
        "b64": False,
    }
    header, claims = opened(world.access())
    key = world.key("gateway") if trusted_kid else stranger
    refused(world, signed(key, header | {"kid": key.kid, member: values.get(member, "x")}, claims))


@pytest.mark.parametrize("critical", [["b64"], ["unknown"], [], "exp", 1, [1], None])
def test_a_critical_extension_is_never_understood(world: World, critical: object) -> None:
    header, claims = opened(world.access())
    refused(world, signed(world.key("gateway"), header | {"crit": critical, "b64": True, "unknown": 1}, claims))
    refused(world, signed(world.key("gateway"), header | {"crit": critical}, claims))


@pytest.mark.parametrize(
    "kid", ["../keys/gateway", "/dev/null", "gateway", "gateway.jwks.json", "", "\x00", "' OR 1=1 --", None, 1, {}]
)
def test_a_key_id_is_a_name_and_never_a_path(world: World, kid: object) -> None:
    header, claims = opened(world.access())
    refused(world, signed(SigningKey.generated(), header | {"kid": kid}, claims))
    refused(world, signed(world.key("gateway"), header | {"kid": kid}, claims))


@pytest.mark.parametrize("part", ["[" * 1500, '{"alg":' * 200, "[]", "1", '"EdDSA"', "null", "\xff", "{", ""])
def test_what_is_no_header_or_no_claims(world: World, part: str) -> None:
    header, claims, signed_ = world.access().split(".")
    raw = b64(part.encode("latin-1"))[:1900]
    refused(world, f"{raw}.{claims}.{signed_}")
    content = f"{header}.{raw}"
    refused(world, f"{content}.{b64(signature(world.key('gateway'), content))}")


def test_an_oversized_token_is_refused_before_it_is_read(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens.msgspec.json, "decode", lambda *_: pytest.fail("it was read"))  # type: ignore[attr-defined]
    refused(world, world.access() + "A" * 2048)


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Basic eDp5", "bearer  x", "Bearer a b", "Bearer é.é.é"]
)
def test_a_header_without_a_token(world: World, header: str | None) -> None:
    with pytest.raises(Problem) as raised:
        world.verifier.person(header)
    assert raised.value.status == 401
    with pytest.raises(Problem):
        world.verifier.service(header, audience="evidence")


def test_a_new_key_is_found_and_strangers_do_not_make_the_folder_read_again(world: World) -> None:
    clock = Clock(0.0)
    trusted = TrustedKeys(world.trusted, clock)
    old = world.key("audit")
    assert trusted.find(old.kid, ISSUERS) is not None
    (world.keys / "audit.pem").unlink()
    make_keys("audit", keys=world.keys, trusted=world.trusted)
    new = world.key("audit")
    assert trusted.find(new.kid, ISSUERS) is None, "read again at once"
    clock.now += tokens.REREAD_AFTER
    found = trusted.find(new.kid, ISSUERS)
    assert found is not None
    assert found[0] == "audit"
    assert trusted.find(old.kid, ISSUERS) is None, "a key that was taken away"


def test_a_damaged_file_of_keys_leaves_the_others_trusted(world: World) -> None:
    (world.trusted / "audit.jwks.json").write_text('{"keys": [{"kty": "OKP"}]}')
    (world.trusted / "mastery.jwks.json").write_text("nonsense")
    assert world.verifier.person(f"Bearer {world.access()}").id == PERSON


def test_what_is_remembered_is_bounded(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "MAX_REMEMBERED", 10)
    for _ in range(25):
        world.verifier.person(f"Bearer {world.access()}")
    assert len(world.verifier._remembered) <= 10
