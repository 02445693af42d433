"""An OpenID Connect provider on this machine, made with Authlib, which tests start and change."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import httpx
from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import (
    AuthorizationCodeMixin,
    ClientMixin,
    TokenMixin,
    list_to_scope,
    scope_to_list,
)
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, RefreshTokenGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import OpenIDCode, OpenIDToken
from authlib.oidc.rpinitiated import EndSessionEndpoint
from flask import Flask, jsonify, request
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from werkzeug.serving import make_server

LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


@dataclass
class Client(ClientMixin):  # type: ignore[misc]  # Authlib ships no types
    """The one client: the host that is tested."""

    client_id: str = "cti-host"
    secret: str = "a-secret: with +signs&"
    redirect_uris: list[str] = field(default_factory=list)
    client_metadata: dict[str, Any] = field(default_factory=dict)
    id_token_signed_response_alg: str = "RS256"

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str:
        return self.redirect_uris[0]

    def get_allowed_scope(self, scope: str) -> str:
        return str(list_to_scope(scope_to_list(scope)))

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        # RFC 6749, 2.3.1: as in a form. Authlib leaves the decoding to its users.
        return unquote(client_secret) == self.secret

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in ("client_secret_basic", "client_secret_post")

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in ("authorization_code", "refresh_token")


@dataclass
class Code(AuthorizationCodeMixin):  # type: ignore[misc]
    """A code, good once."""

    code: str
    redirect_uri: str
    scope: str
    nonce: str
    user: str
    code_challenge: str
    code_challenge_method: str

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str:
        return self.nonce

    def get_auth_time(self) -> int:
        return int(time.time())

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


@dataclass
class Tokens(TokenMixin):  # type: ignore[misc]
    """An access token and its refresh token."""

    access_token: str
    refresh_token: str
    scope: str
    user: str

    def get_scope(self) -> str:
        return self.scope

    def check_client(self, client: Client) -> bool:
        return True


@dataclass
class User:
    """Somebody whom the provider knows."""

    id: str


class LocalProvider:
    """The provider; its attributes are what tests change.

    `user` is who is signed in at the provider (`None`: it would have to ask). `people` are the
    claims of each; `in_user_info` are those that only the userinfo endpoint gives. `told` is laid
    over the claims of ID tokens, to lie. `refresh` says whether it gives refresh tokens.
    """

    def __init__(self) -> None:
        self.user: str | None = "ada"
        self.people: dict[str, dict[str, Any]] = {
            "ada": {
                "preferred_username": "ada",
                "name": "Ada Lovelace",
                "email": "ada@example.org",
                "groups": ["cti-agents", "chess"],
            },
            "bob": {"preferred_username": "bob", "name": "Bob", "groups": ["chess"]},
        }
        self.in_user_info: set[str] = set()
        self.told: dict[str, Any] = {}
        self.clock = 0
        self.refresh = True
        self.algorithm = "RS256"
        self.description: dict[str, Any] = {}
        self.client = Client()
        self.asked: list[dict[str, str]] = []
        self.refreshed = 0
        self.url = ""
        self._codes: dict[str, Code] = {}
        self._tokens: dict[str, Tokens] = {}
        self._keys: list[RSAKey] = []
        self.change_key()
        self.app = self._make_app()

    def change_key(self, kid: str = "") -> None:
        """Sign with a new key, and publish no other."""
        self._keys = [RSAKey.generate_key(2048, {"kid": kid or secrets.token_hex(4), "use": "sig"})]

    def forget(self) -> None:
        """Take all refresh tokens back."""
        self._tokens.clear()

    def registered_at(self, host: str) -> None:
        """Register the host that is tested."""
        self.client.redirect_uris = [f"{host}/oidc/callback"]
        self.client.client_metadata = {"post_logout_redirect_uris": [f"{host}/oidc/signed-out"]}

    def logout_token(self, **claims: Any) -> str:
        """A logout token for the host; a claim that is `None` is left out."""
        now = int(time.time())
        said = {
            "iss": self.url,
            "aud": "cti-host",
            "iat": now,
            "exp": now + 120,
            "jti": secrets.token_hex(8),
            "events": {LOGOUT_EVENT: {}},
            **claims,
        }
        said = {name: value for name, value in said.items() if value is not None}
        return self.signed(said)

    def signed(self, claims: dict[str, Any]) -> str:
        """These claims as a token of the provider."""
        return jwt.encode({"alg": "RS256", "kid": self._key.kid}, claims, self._key)

    @property
    def _key(self) -> RSAKey:
        return self._keys[0]

    def _claims(self, user: str, *, id_token: bool) -> dict[str, Any]:
        said = {"sub": f"id-of-{user}", **self.people[user]}
        if id_token:
            said = {k: v for k, v in said.items() if k not in self.in_user_info}
            now = int(time.time()) + self.clock
            said |= {"iss": self.url, "iat": now, "exp": now + 300, "sid": f"session-of-{user}"}
            said |= self.told
        return {name: value for name, value in said.items() if value is not None}

    def _make_app(self) -> Flask:
        provider = self
        app = Flask("local_provider")
        app.config["OAUTH2_REFRESH_TOKEN_GENERATOR"] = True

        def save_token(token: dict[str, Any], asked: Any) -> None:
            if not provider.refresh:
                token.pop("refresh_token", None)
            stored = Tokens(
                token["access_token"],
                token.get("refresh_token", ""),
                token["scope"],
                asked.user.id,
            )
            provider._tokens[stored.access_token] = stored

        server = AuthorizationServer(app, lambda client_id: self._client(client_id), save_token)

        class IdTokens:
            """What ID tokens hold, at the sign-in and after it."""

            def resolve_client_private_key(self, client: Client) -> Any:
                return provider._key

            def get_client_algorithm(self, client: Client) -> str:
                return provider.algorithm

            def get_encode_header(self, client: Client) -> dict[str, str]:
                return {"alg": provider.algorithm, "kid": str(provider._key.kid)}

            def get_client_claims(self, client: Client) -> dict[str, Any]:
                return {"iss": provider.url}

            def generate_user_info(self, user: User, scope: str) -> dict[str, Any]:
                return provider._claims(user.id, id_token=True)

        class AtSignIn(IdTokens, OpenIDCode):  # type: ignore[misc]
            def exists_nonce(self, nonce: str, asked: Any) -> bool:
                return any(code.nonce == nonce for code in provider._codes.values())

        class Afterwards(IdTokens, OpenIDToken):  # type: ignore[misc]
            pass

        class CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc]
            def save_authorization_code(self, code: str, asked: Any) -> None:
                data = asked.payload.data
                provider._codes[code] = Code(
                    code,
                    asked.payload.redirect_uri,
                    asked.payload.scope,
                    data.get("nonce", ""),
                    asked.user.id,
                    data.get("code_challenge", ""),
                    data.get("code_challenge_method", ""),
                )

            def query_authorization_code(self, code: str, client: Client) -> Code | None:
                return provider._codes.get(code)

            def delete_authorization_code(self, authorization_code: Code) -> None:
                del provider._codes[authorization_code.code]

            def authenticate_user(self, authorization_code: Code) -> User:
                return User(authorization_code.user)

        class Refresh(RefreshTokenGrant):  # type: ignore[misc]
            INCLUDE_NEW_REFRESH_TOKEN = True

            def authenticate_refresh_token(self, refresh_token: str) -> Tokens | None:
                tokens = list(provider._tokens.values())
                return next((one for one in tokens if one.refresh_token == refresh_token), None)

            def authenticate_user(self, refresh_token: Tokens) -> User | None:
                return User(refresh_token.user) if provider.user else None

            def revoke_old_credential(self, refresh_token: Tokens) -> None:
                provider.refreshed += 1
                del provider._tokens[refresh_token.access_token]

        class EndSession(EndSessionEndpoint):  # type: ignore[misc]
            def get_server_jwks(self) -> KeySet:
                return KeySet(list(provider._keys))

            def end_session(self, asked: Any) -> None:
                provider.user = None

        server.register_grant(CodeGrant, [AtSignIn(require_nonce=True), CodeChallenge(True)])
        server.register_grant(Refresh, [Afterwards()])
        server.register_endpoint(EndSession)

        @app.get("/.well-known/openid-configuration")
        def description() -> Any:
            said = {
                "issuer": provider.url,
                "authorization_endpoint": f"{provider.url}/authorize",
                "token_endpoint": f"{provider.url}/token",
                "jwks_uri": f"{provider.url}/keys",
                "userinfo_endpoint": f"{provider.url}/userinfo",
                "end_session_endpoint": f"{provider.url}/end-session",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
                "code_challenge_methods_supported": ["S256"],
                **provider.description,
            }
            return jsonify({name: value for name, value in said.items() if value is not None})

        @app.get("/favicon.ico")
        def icon() -> Any:
            return "", 204

        @app.get("/keys")
        def keys() -> Any:
            return jsonify(KeySet(list(provider._keys)).as_dict(private=False))

        @app.route("/authorize", methods=["GET", "POST"])
        def authorize() -> Any:
            provider.asked.append(request.args.to_dict())
            if request.method == "POST":
                provider.user = request.form["user"]
            user = User(provider.user) if provider.user else None
            try:
                grant = server.get_consent_grant(end_user=user)
            except OAuth2Error as error:
                return server.handle_error_response(None, error)
            if user is None:
                return (
                    "<!doctype html><title>Provider</title><form method=post><label>Name "
                    "<input name=user></label><button>Sign in at the provider</button></form>"
                )
            return server.create_authorization_response(grant_user=user, grant=grant)

        @app.post("/token")
        def token() -> Any:
            return server.create_token_response()

        @app.get("/userinfo")
        def user_info() -> Any:
            key = request.headers.get("Authorization", "").removeprefix("Bearer ")
            found = provider._tokens.get(key)
            if found is None:
                return jsonify(error="invalid_token"), 401
            return jsonify(provider._claims(found.user, id_token=False))

        @app.route("/end-session", methods=["GET", "POST"])
        def end_session() -> Any:
            provider.asked.append(request.values.to_dict())
            return server.create_endpoint_response("end_session") or "You are signed out there."

        return app

    def _client(self, client_id: str) -> Client | None:
        return self.client if client_id == self.client.client_id else None


@contextmanager
def serving(app: Any, name: str) -> Iterator[str]:
    """A WSGI application on a free port of this machine; gives its address.

    :param name: how the address calls this machine: cookies go by the name, not by the port
    """
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://{name}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def local_provider() -> Iterator[LocalProvider]:
    """A running provider."""
    provider = LocalProvider()
    with serving(provider.app, "localhost") as url:
        provider.url = url
        yield provider


def csrf_token(browser: httpx.Client, url: str = "/") -> str:
    """The token of the forms of a page."""
    text = browser.get(url).text
    return text.partition('name="csrf_token" value="')[2].partition('"')[0]
