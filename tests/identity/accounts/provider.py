"""An identity provider of our own, over real HTTP: keys that rotate, and whatever tokens somebody wants signed."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa


class Provider:
    def __init__(self) -> None:
        self.keys: dict[str, Any] = {}
        self.shown: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.down = False
        self.users: dict[str, dict[str, Any]] | None = None  # what userinfo says, by subject; None: no such endpoint
        self.answer: Callable[[dict[str, Any]], tuple[int, bytes]] | None = None  # of userinfo, instead of the claims
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.asked.append(self.path)
                found = provider.documents().get(self.path)
                status, body = 404 if found is None else 200, b"" if found is None else json.dumps(found).encode()
                if self.path == "/realms/shop/userinfo" and provider.users is not None:
                    status, body = provider.userinfo(self.headers["Authorization"], provider.users)
                self.send_response(503 if provider.down else status)
                if status == 302:
                    self.send_header("Location", provider.issuer + "/elsewhere")
                self.end_headers()
                with suppress(BrokenPipeError, ConnectionResetError):  # a client that has read enough hangs up
                    self.wfile.write(b"" if provider.down else body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}/realms/shop"
        self.rotate("first")

    def documents(self) -> dict[str, Any]:
        return {
            "/realms/shop/.well-known/openid-configuration": {
                "issuer": self.issuer,
                "jwks_uri": self.issuer + "/certs",
            }
            | ({} if self.users is None else {"userinfo_endpoint": self.issuer + "/userinfo"}),
            "/realms/shop/certs": {"keys": self.shown},
        }

    def userinfo(self, authorization: str, users: dict[str, dict[str, Any]]) -> tuple[int, bytes]:
        """The claims of the token's user, for a token that this provider signed."""
        token = authorization.removeprefix("Bearer ")
        key = self.keys[jwt.get_unverified_header(token)["kid"]].public_key()
        subject = jwt.decode(token, key, ["RS256"], options={"verify_aud": False})["sub"]
        claims = {"sub": subject} | users.get(subject, {})
        return self.answer(claims) if self.answer else (200, json.dumps(claims).encode())

    def rotate(self, kid: str, kind: str = "RSA", *, keep: bool = False, **members: Any) -> None:
        """A new key is shown; the old ones go unless they are kept."""
        if kind == "RSA":
            key: Any = rsa.generate_private_key(65537, members.pop("bits", 2048))
            shown = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
        elif kind == "OKP":
            key = ed25519.Ed25519PrivateKey.generate()
            shown = json.loads(jwt.algorithms.OKPAlgorithm.to_jwk(key.public_key()))
        else:
            key = ec.generate_private_key({"EC": ec.SECP256R1, "P-384": ec.SECP384R1, "P-521": ec.SECP521R1}[kind]())
            shown = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(key.public_key()))
        self.keys[kid] = key
        shown = {**shown, "kid": kid, "use": "sig"} | members
        self.shown = [*(self.shown if keep else []), shown]

    def claims(self, subject: str = "user-1", **changes: Any) -> dict[str, Any]:
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": "shop-api", "sub": subject, "iat": now, "nbf": now, "exp": now + 300,
            "email": f"{subject}@outside.example", "email_verified": True, "name": f"Name of {subject}",
        }  # fmt: skip
        return {name: value for name, value in (claims | changes).items() if value is not None}

    def token(self, subject: str = "user-1", *, kid: str = "first", algorithm: str = "RS256", **changes: Any) -> str:
        return jwt.encode(self.claims(subject, **changes), self.keys[kid], algorithm, headers={"kid": kid})

    def asked_for(self, path: str) -> int:
        """How often a document was asked for."""
        return sum(asked == "/realms/shop/" + path for asked in self.asked)


@contextmanager
def provider_running() -> Iterator[Provider]:
    provider = Provider()
    thread = threading.Thread(target=provider.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield provider
    finally:
        provider.server.shutdown()
        provider.server.server_close()
        thread.join()
