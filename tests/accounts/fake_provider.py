"""An identity provider on the loopback that says whatever a test wants it to say, with real HTTP and real signatures."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
STRANGER = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def published(key: Any, kid: str, **extra: str) -> dict[str, Any]:
    algorithm = jwt.algorithms.RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else jwt.algorithms.ECAlgorithm
    return {**json.loads(algorithm.to_jwk(key.public_key())), "kid": kid, "use": "sig", **extra}


class FakeProvider:
    """Endpoints, keys, and the next answer; every attribute may be changed by a test."""

    def __init__(self) -> None:
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.reset()

    def reset(self) -> None:
        self.keys = [published(RSA_KEY, "rsa-1"), published(EC_KEY, "ec-1")]
        self.userinfo: dict[str, Any] = {}
        self.token: Any = None
        self.extra: dict[str, Any] = {"access_token": "access", "token_type": "Bearer"}
        self.broken: set[str] = set()
        self.metadata: dict[str, Any] = {}
        self.requests: list[str] = []
        self.exchanged: dict[str, str] = {}

    def claims(self, nonce: str, *, client_id: str = "gatehouse", subject: str = "s-1", **changes: Any) -> dict:
        now = int(time.time())
        found = {"iss": self.issuer, "sub": subject, "aud": client_id, "exp": now + 300, "iat": now, "nonce": nonce}
        found |= {"auth_time": now}
        found |= changes
        return {name: value for name, value in found.items() if value is not None}

    def sign(self, claims: dict, *, key: Any = RSA_KEY, algorithm: str = "RS256", kid: str | None = "rsa-1", **headers):
        return jwt.encode(claims, key, algorithm=algorithm, headers={**({"kid": kid} if kid else {}), **headers})

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def answer(self, path: str) -> tuple[int, Any]:
        if path in self.broken:
            return 500, {"error": "broken"}
        if path == "/.well-known/openid-configuration":
            described = {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "jwks_uri": f"{self.issuer}/keys",
                "end_session_endpoint": f"{self.issuer}/sign-out",
            }
            return 200, described | self.metadata
        if path == "/keys":
            return 200, {"keys": self.keys}
        if path == "/token":
            return 200, self.extra | ({"id_token": self.token} if self.token is not None else {})
        if path == "/userinfo":
            return 200, self.userinfo
        return 404, {}

    def _handler(provider) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - the handler needs a self of its own
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = urlsplit(self.path).path
                provider.requests.append(path)
                status, body = provider.answer(path)
                text = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def do_POST(self) -> None:
                text = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                provider.exchanged = {name: values[0] for name, values in parse_qs(text).items()}
                self.do_GET()

            def log_message(self, *_arguments: Any) -> None:
                pass

        return Handler
