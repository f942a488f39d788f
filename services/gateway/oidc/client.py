"""The code flow with PKCE, towards one issuer.

Authlib writes the requests (the authorization URL, the code challenge, the token request and the client's own
authentication); the answer is checked here, since its client leaves some checks out (docs/decisions/0010).
"""

from typing import Any

import httpx
import structlog
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from services.gateway.domain.id_tokens import Expected, RefusedTokenError, subject_of
from services.gateway.domain.sign_in import DeclinedError, InvalidAnswerError, IssuerUnavailableError, Question
from services.gateway.oidc.provider import Metadata, Provider
from services.gateway.oidc.signatures import UnknownKeyError, signed_claims
from shared.ledger.instants import Instant

SCOPE = "openid"
"""Nothing more is asked for: names and addresses of people are no concern of the gateway's."""

_log = structlog.get_logger()


class OidcIssuer:
    """Implements ports.Issuer. `redirect_uri` is where the issuer sends the browser back to."""

    def __init__(self, provider: Provider, client_id: str, client_secret: str | None, redirect_uri: str) -> None:
        self._provider = provider
        self._client_id, self._client_secret, self._redirect_uri = client_id, client_secret, redirect_uri

    @property
    def name(self) -> str:
        return self._provider.issuer

    async def sign_in_url(self, question: Question, hint: str | None) -> str:
        metadata = await self._provider.metadata()
        url: str = prepare_grant_uri(
            metadata.authorization_endpoint,
            client_id=self._client_id,
            response_type="code",
            redirect_uri=self._redirect_uri,
            scope=SCOPE,
            state=question.state,
            nonce=question.nonce,
            code_challenge=create_s256_code_challenge(question.verifier),
            code_challenge_method="S256",
            login_hint=hint,
        )
        return url

    async def subject(self, code: str, question: Question, now: Instant) -> str:
        token = await self._id_token(code, question)
        expected = Expected(self.name, self._client_id, question.nonce)
        try:
            return subject_of(await self._claims(token), expected, now)
        except RefusedTokenError as error:
            _log.warning("an id token was refused", reason=str(error))
            raise InvalidAnswerError(str(error)) from error

    async def _claims(self, token: str) -> Any:
        """What the issuer signed. Its keys are read once more where none of the known ones did: it may have new ones.

        Raises RefusedTokenError and IssuerUnavailableError.
        """
        keys = await self._provider.keys()
        try:
            return signed_claims(token, keys)
        except UnknownKeyError:
            newer = await self._provider.newer_keys(keys)
        try:
            return signed_claims(token, newer or ())
        except UnknownKeyError as error:
            raise RefusedTokenError("no key of the issuer's signed it") from error

    async def _id_token(self, code: str, question: Question) -> str:
        """What the issuer gives for the code. Raises DeclinedError, InvalidAnswerError, IssuerUnavailableError."""
        metadata = await self._provider.metadata()
        status, answer = await self._provider.answer(self._exchange(metadata, code, question))
        if 400 <= status < 500:
            _log.warning("the issuer does not take a code", status=status)
            raise DeclinedError
        if status != 200:
            raise IssuerUnavailableError(f"it answers {status}")
        token = answer.get("id_token") if isinstance(answer, dict) else None
        if not isinstance(token, str):
            raise InvalidAnswerError("there is no id token in it")
        return token

    def _exchange(self, metadata: Metadata, code: str, question: Question) -> httpx.Request:
        body = prepare_token_request(
            "authorization_code", code=code, redirect_uri=self._redirect_uri, code_verifier=question.verifier
        )
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        auth = ClientAuth(self._client_id, self._client_secret, self._auth_method(metadata))
        url, headers, body = auth.prepare("POST", metadata.token_endpoint, headers, body)
        return httpx.Request("POST", url, headers=headers, content=body)

    def _auth_method(self, metadata: Metadata) -> str:
        """How we show that we are this client: by header where the issuer takes that, as it must unless it says so."""
        if self._client_secret is None:
            return "none"
        supported = metadata.token_endpoint_auth_methods_supported
        posts = "client_secret_basic" not in supported and "client_secret_post" in supported
        return "client_secret_post" if posts else "client_secret_basic"
