"""Uses an hour, counted in Valkey: one counter a grant and hour, raised in one step, so that no two uses share a number."""

from __future__ import annotations

import functools
import logging
import os
from typing import Any

from django.conf import settings

from apps.catalog.rules_pure.deciding import GrantFacts, Rate
from apps.kernel import clock

logger = logging.getLogger(__name__)

# A decision waits this many seconds for the counter, and then does what the grant says of such times. A machine under
# load needs half a second to open a connection; a use that was counted but not heard of is lost to its grant.
PATIENCE = 1.0


@functools.cache
def _client(_process: int) -> Any:
    """Return the connections of this process; a fork makes its own."""
    import redis

    return redis.Redis.from_url(
        settings.VALKEY_URL, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, retry=None
    )


def count_use(grant: GrantFacts) -> Rate:
    """Count one use and tell how many are left in this hour."""
    return _count(grant, 1)


def look_only(grant: GrantFacts) -> Rate:
    """Tell how many would be left after one more, without counting it."""
    return _count(grant, 0)


def _count(grant: GrantFacts, use: int) -> Rate:
    import redis

    hour = int(clock.now().timestamp()) // 3600
    key = f"gatehouse:rate:{settings.DATABASES['default']['NAME']}:{grant.id}:{hour}"
    try:
        steps = _client(os.getpid()).pipeline(transaction=True)
        steps.incrby(key, use)
        steps.expire(key, 2 * 3600)
        used = int(steps.execute()[0])
    except (redis.RedisError, OSError, ValueError):
        logger.warning("Uses of %s cannot be counted; its fail mode is %s.", grant.key, grant.fail_mode)
        return Rate(None)
    return Rate((grant.rate_per_hour or 0) - used - (1 - use))
