"""Which addresses the portal may call: decided on the resolved numbers, not on the name."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit


class Forbidden(Exception):
    """An address that is not called; the text says why."""


def parts(url: str, *, schemes: Iterable[str]) -> tuple[str, str, int]:
    """Return scheme, host and port of an address; no login in it, and a scheme that is allowed."""
    try:
        found = urlsplit(url)
        host, port = found.hostname or "", found.port
    except ValueError as error:
        raise Forbidden("This is no address.") from error
    if found.scheme not in schemes:
        raise Forbidden(f"The address begins with {' or '.join(f'{one}://' for one in schemes)}.")
    if not host or found.username or found.password or any(ord(letter) < 33 for letter in url):
        raise Forbidden("The address names a host and no login.")
    return found.scheme, host, port or (443 if found.scheme == "https" else 80)


def check_number(number: str, *, private: bool, loopback: bool) -> None:
    """Refuse numbers that lead inside: loopback and private ones unless allowed, link-local and the like always."""
    found: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(number.split("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        found = found.ipv4_mapped or found.sixtofour or found
    if found.is_loopback:
        if loopback:
            return
        raise Forbidden("The address leads to this machine itself.")
    if found.is_link_local or found.is_multicast or found.is_unspecified or (found.is_reserved and not found.is_global):
        raise Forbidden("The address leads to no ordinary host.")
    if not found.is_global and not (private and found.is_private):
        raise Forbidden("The address leads into a private network.")
