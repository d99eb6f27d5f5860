"""How fast the ledger seals and verifies, beside hashlib's own rate on the same bytes, in one run.

    python -m bench.ledger [--entries 200000] [--rounds 3]

Starts a database server of its own in a temporary folder. "hashlib" is SHA-256 over the same leaves and tree nodes from
memory in one Python process; the ratio is what matters, since the machine's noise is in both.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
import time
from hashlib import sha256
from pathlib import Path

LOAD = """
INSERT INTO audit_entry (kind, event, subject_type, subject_id, actor_kind, actor_id, changes, details, reason_commitment,
    correlation_id, origin, request_key, database_user, occurred_at, recorded_at, cluster, xid)
SELECT 'change', 'inventory.system.edited', 'inventory.system', gen_random_uuid(), 'person', gen_random_uuid(),
    jsonb_build_object('name', jsonb_build_array('before ' || i, 'after "' || i || '"'),
        'purpose', jsonb_build_array(NULL, 'Sorts what comes in by urgency, number ' || i)),
    '{"row": "update"}', encode(sha256(i::text::bytea), 'hex'), gen_random_uuid(), 'web', NULL, 'gatehouse_app',
    clock_timestamp(), clock_timestamp(), '1', i FROM generate_series(1, %s) AS i
"""


def run(entries: int, rounds: int) -> dict[str, float]:
    """Load, seal and verify; return the best of the rounds."""
    from django.core.management import call_command
    from django.db import connection

    from apps.audit.bundle import _COLUMNS, _line, _rows
    from apps.audit.operations.sealing import seal_once
    from apps.audit.rules_pure.leaf import LEAF_PREFIX
    from apps.audit.rules_pure.merkle import Frontier
    from apps.audit.verification import verify_ledger

    call_command("prepare_database", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(LOAD, [entries])
        cursor.execute("ANALYZE")
    began = time.perf_counter()
    while seal_once().more:
        pass
    sealing = time.perf_counter() - began
    query = f"SELECT {_COLUMNS} FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id ORDER BY l.position"
    lines = [_line(row)[:-1] for row in _rows(query)]
    own, verifying = [], []
    for _round in range(rounds):
        began = time.perf_counter()
        frontier = Frontier()
        frontier.extend([sha256(LEAF_PREFIX + line).digest() for line in lines])
        frontier.root()
        own.append(time.perf_counter() - began)
        began = time.perf_counter()
        report = verify_ledger()
        verifying.append(time.perf_counter() - began)
        if not report.clean:
            raise SystemExit(f"The ledger does not verify: {report.problems}")
    count = len(lines)
    return {
        "entries": count,
        "sealed_per_second": round(count / sealing),
        "hashlib_per_second": round(count / min(own)),
        "verified_per_second": round(count / min(verifying)),
        "ratio": round(min(own) / min(verifying), 3),
    }


def main() -> None:
    """Run the measurement and print it as JSON."""
    parser = argparse.ArgumentParser(description="Measure sealing and verification.")
    parser.add_argument("--entries", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="gatehouse-bench-"))
    os.environ |= {
        "GATEHOUSE_MODE": "embedded",
        "GATEHOUSE_DATA": str(folder),
        "DJANGO_SETTINGS_MODULE": "portal.settings",
    }
    from portal.embedded.services import FAST, PostgreSQL

    server = PostgreSQL(folder, FAST)
    try:
        server.start()
        os.environ |= {"DATABASE_URL": server.url("owner"), "DATABASE_OWNER_URL": server.url("owner")}
        import django

        django.setup()
        print(json.dumps(run(options.entries, options.rounds), indent=2))
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
