"""An identity provider of our own, over real HTTP: keys that rotate, and whatever tokens somebody wants signed."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
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
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.asked.append(self.path)
                found = provider.documents().get(self.path)
                self.send_response(503 if provider.down else 200 if found else 404)
                self.end_headers()
                if found and not provider.down:
                    self.wfile.write(json.dumps(found).encode())

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
            },
            "/realms/shop/certs": {"keys": self.shown},
        }

    def rotate(self, kid: str, kind: str = "RSA", *, keep: bool = False, **members: Any) -> None:
        """A new key is shown; the old ones go unless they are kept."""
        if kind == "RSA":
            key: Any = rsa.generate_private_key(65537, members.pop("bits", 2048))
            shown = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
        elif kind == "OKP":
            key = ed25519.Ed25519PrivateKey.generate()
            shown = json.loads(jwt.algorithms.OKPAlgorithm.to_jwk(key.public_key()))
        else:
            key = ec.generate_private_key(ec.SECP256R1())
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
