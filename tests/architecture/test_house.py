"""The walls of the house: sizes, names, one writer, every model governed."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps as django_apps
from django.db import connection

from apps.audit.exempt import EXEMPT
from apps.audit.operation import REGISTRY

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [p for folder in ("apps", "portal", "tests", "bench") for p in (ROOT / folder).rglob("*.py")]
CODE = [p for p in SOURCES if "migrations" not in p.parts and "tests" not in p.parts and "bench" not in p.parts]
FORBIDDEN_NAMES = {"utils", "helpers", "common", "misc", "manager", "base2"}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_no_file_is_longer_than_400_lines():
    long = {
        name_of(p): n for p in SOURCES if (n := len(p.read_text().splitlines())) > 400 and "0001_initial" not in p.name
    }
    assert not long


def test_no_function_is_longer_than_40_lines():
    long = [
        f"{name_of(path)}:{node.lineno} {node.name} ({node.end_lineno - node.lineno + 1})"
        for path in CODE
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno + 1 > 40
    ]
    assert not long


def test_no_template_is_longer_than_150_lines():
    long = {name_of(p): n for p in (ROOT / "templates").rglob("*.html") if (n := len(p.read_text().splitlines())) > 150}
    assert not long


def test_nothing_is_called_utils():
    assert not [name_of(p) for p in SOURCES if p.stem in FORBIDDEN_NAMES or p.parent.name in FORBIDDEN_NAMES]


def test_there_are_no_signals():
    pattern = re.compile(r"@receiver|\b(pre|post)_(save|delete|init)\b|m2m_changed|Signal\(")
    assert not [name_of(p) for p in CODE if pattern.search(p.read_text())]


def test_no_model_overrides_save():
    offenders = [
        f"{name_of(path)}:{node.lineno}"
        for path in CODE
        if "models" in str(path)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and node.name in {"save", "delete"}
    ]
    assert not offenders


WRITE_PATTERN = re.compile(
    r"(\.objects\b[^\n]*\.(create|bulk_create|bulk_update|get_or_create|update_or_create|update|delete)\()|\.save\(|\.delete\(\)"
)
# The machinery below operations: it writes what is no record of the enterprise.
WRITERS = {"apps/audit/outbox.py", "apps/audit/operation.py", "apps/audit/recorder.py"}


def test_only_operations_write():
    offenders = [
        f"{name_of(path)}: {line.strip()}"
        for path in CODE
        if "operations" not in str(path)
        and name_of(path) not in WRITERS
        and not name_of(path).startswith("portal/embedded")
        for line in path.read_text().splitlines()
        if WRITE_PATTERN.search(line) and "one-writer:" not in line
    ]
    assert not offenders


@pytest.mark.django_db
def test_every_model_is_governed_or_exempt_by_name():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'audit_capture_row' AND tgenabled = 'A'"
        )
        governed = {row[0] for row in cursor.fetchall()}
    models = django_apps.get_models(include_auto_created=True)
    missing = [m._meta.label for m in models if m._meta.db_table not in governed and m._meta.label not in EXEMPT]
    assert not missing


def test_every_operation_names_an_event_of_its_room():
    for name, declared in REGISTRY.items():
        room = name.split(".")[1]
        assert re.fullmatch(rf"{room}(\.[a-z_]+){{2}}", declared.event), f"{name}: {declared.event}"


def test_events_are_alphabetised():
    for path in (ROOT / "apps").glob("*/events.py"):
        values = re.findall(r'^    [A-Z_]+ = "([a-z_.]+)"', path.read_text(), re.M)
        assert values == sorted(values), name_of(path)
