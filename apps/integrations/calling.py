"""Calls to other people's servers: to the number that was checked, without redirects, bounded in time and size."""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from apps.integrations.rules_pure.addresses import Forbidden, check_number, parts

TIMEOUT = 5
DEADLINE = 20
LARGEST = 8 * 1024 * 1024


class Unreachable(Exception):
    """The other side did not answer as it should."""


def at_home() -> bool:
    """Tell whether this is a demo or a test, where everything runs on one machine."""
    return settings.MODE in ("embedded", "test")


def resolve(url: str, *, private: bool = False) -> tuple[str, str, int, str]:
    """Return scheme, host, port and the number to call; raise `Forbidden` when any number of the host is not allowed."""
    schemes = ("https", "http") if private or at_home() else ("https",)
    scheme, host, port = parts(url, schemes=schemes)
    listed = host in settings.OUTGOING_HOSTS
    try:
        found = [one[4][0] for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as error:
        raise Unreachable("The host has no address.") from error
    for number in found:
        check_number(str(number), private=private or listed, loopback=at_home() or listed)
    if scheme == "http" and not private and not str(found[0]).startswith(("127.", "::1")):
        raise Forbidden("The address begins with https://.")
    return scheme, host, port, str(found[0])


def call(
    method: str, url: str, *, headers: dict[str, str], body: bytes | None = None, private: bool = False,
    largest: int = LARGEST,
) -> tuple[int, bytes]:  # fmt: skip
    """Return status and body of an answer; a redirect is an answer like any other and is not followed."""
    scheme, host, port, number = resolve(url, private=private)
    found = urlsplit(url)
    target = (found.path or "/") + (f"?{found.query}" if found.query else "")
    connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT)
    end = time.monotonic() + DEADLINE
    try:
        plain = socket.create_connection((number, port), timeout=TIMEOUT)
        connection.sock = _over_tls(plain, host) if scheme == "https" else plain
        connection.request(method, target, body=body, headers={"User-Agent": "gatehouse", **headers})
        answer = connection.getresponse()
        return answer.status, _bounded(answer, largest, end)
    except (OSError, http.client.HTTPException) as problem:
        raise Unreachable(f"{type(problem).__name__}: {problem}"[:200]) from problem
    finally:
        connection.close()


def _over_tls(plain: socket.socket, host: str) -> Any:
    return ssl.create_default_context().wrap_socket(plain, server_hostname=host)


def _bounded(answer: http.client.HTTPResponse, largest: int, end: float) -> bytes:
    """Read an answer piece by piece: one that drips for ever is cut off."""
    pieces, size = [], 0
    while piece := answer.read1(65_536):
        size += len(piece)
        if size > largest:
            raise Unreachable("The answer is too large.")
        if time.monotonic() > end:
            raise Unreachable("The answer takes too long.")
        pieces.append(piece)
    return b"".join(pieces)
