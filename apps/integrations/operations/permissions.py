"""What platforms really allow: read from a live PostgreSQL, or from a file of any other platform."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.utils.translation import gettext as _

from apps.audit.operation import operation
from apps.catalog.models import PermissionSnapshot, Platform
from apps.catalog.operations.actual import PermissionSeen, take_snapshot
from apps.integrations.events import Event
from apps.integrations.rules_pure.permissions import Unreadable, read
from apps.kernel.actors import Actor
from apps.kernel.errors import Invalid
from apps.kernel.permissions import Permission

QUERY = (Path(__file__).parent.parent / "sql" / "postgresql_permissions.sql").read_text()
TIMEOUT_SECONDS = 30


@operation(Event.PERMISSIONS_READ, needs=Permission.INTEGRATIONS_INTAKE_SEND, subject="platform")
def read_postgresql(*, actor: Actor, platform: Platform) -> PermissionSnapshot:
    """Read who may do what in a live PostgreSQL, through the connection that an operator put into a file for it."""
    address = connection_of(platform)
    if address is None:
        raise Invalid(
            _("No connection is set up. An operator writes the address of a read-only login into %(file)s.")
            % {"file": f"{settings.PLATFORM_CONNECTIONS_DIR.name}/{platform.key}.url"}
        )
    try:
        with psycopg.connect(address, connect_timeout=5, autocommit=False) as connection:
            connection.read_only = True
            connection.execute(f"SET LOCAL statement_timeout = '{TIMEOUT_SECONDS}s'")
            rows = connection.execute(QUERY).fetchall()
            ssl, version = connection.execute(
                "SELECT current_setting('ssl') = 'on', current_setting('server_version')"
            ).fetchone() or (None, "")
    except psycopg.Error as problem:
        # The driver's words may hold the address; its class says enough.
        raise Invalid(_("The platform could not be read: %(what)s.") % {"what": type(problem).__name__}) from None
    seen = [
        PermissionSeen(who, what, tuple(sorted(how)), tuple(sorted(fields or ())), through)
        for who, what, how, fields, through in rows
    ]
    store = {"transport_encrypted": ssl, "version": version}
    return take_snapshot(actor=actor, platform=platform, source="postgresql", seen=seen, store=store)


@operation(Event.PERMISSIONS_READ, needs=Permission.INTEGRATIONS_INTAKE_SEND, subject="platform")
def read_permission_file(*, actor: Actor, platform: Platform, content: bytes) -> PermissionSnapshot:
    """Take over the permissions that a file says of a platform."""
    try:
        reading = read(content)
    except Unreadable as problem:
        raise Invalid({"file": [str(problem)]}) from None
    seen = [
        PermissionSeen(one.principal, one.object_name, one.privileges, one.fields, one.through)
        for one in reading.permissions
    ]
    return take_snapshot(
        actor=actor, platform=platform, source="file", seen=seen, store=reading.store, taken_at=reading.taken_at
    )


def connection_of(platform: Platform) -> str | None:
    """Return the address that an operator left for a platform, named by its key; never kept in the database."""
    file: Any = settings.PLATFORM_CONNECTIONS_DIR / f"{platform.key}.url"
    return file.read_text().strip() if file.is_file() else None
