"""Names that must exist, templates that must load, walls between files of one room."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.template import engines
from django.template.loader import get_template

from portal.celery import app as celery

ROOT = Path(__file__).resolve().parents[2]
ROOMS = sorted(path.name for path in (ROOT / "apps").iterdir() if (path / "__init__.py").exists())


def python_files(*names: str) -> list[Path]:
    found = []
    for room in ROOMS:
        for name in names:
            found += (ROOT / "apps" / room).glob(f"{name}.py")
            found += (ROOT / "apps" / room / name).rglob("*.py")
    return found


def imports(path: Path) -> set[str]:
    package = ".".join(path.relative_to(ROOT).with_suffix("").parts[:-1])
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            module = ".".join([*base, node.module] if node.module else base)
            found |= {module} | {f"{module}.{alias.name}" for alias in node.names}
    return found


def test_every_deferred_name_is_a_task():
    celery.loader.import_default_modules()
    asked = set()
    for path in (ROOT / "apps").rglob("*.py"):
        text = path.read_text()
        asked |= set(re.findall(r'\bdefer\(\s*"([a-z_.]+)"', text)) | set(re.findall(r'task="([a-z_.]+)"', text))
    assert asked
    assert not asked - set(celery.tasks)


def test_every_template_loads():
    names = [str(path.relative_to(ROOT / "templates")) for path in (ROOT / "templates").rglob("*.html")]
    broken = {}
    for name in names:
        try:
            get_template(name)
        except Exception as problem:
            broken[name] = str(problem)
    assert engines["django"]
    assert not broken


@pytest.mark.parametrize("kind", ["forms", "tables", "filters", "queries", "permissions", "rules"])
def test_what_only_describes_or_reads_sees_no_operations(kind):
    offenders = {
        str(path.relative_to(ROOT)): sorted(
            name for name in imports(path) if re.fullmatch(r"apps\.\w+\.operations(\..*)?", name)
        )
        for path in python_files(kind)
    }
    assert not {name: found for name, found in offenders.items() if found}


def test_views_see_no_other_rooms_views():
    offenders = {}
    for path in python_files("views"):
        room = path.relative_to(ROOT / "apps").parts[0]
        foreign = [
            n for n in imports(path) if (m := re.fullmatch(r"apps\.(\w+)\.views(\..*)?", n)) and m.group(1) != room
        ]
        if foreign:
            offenders[str(path.relative_to(ROOT))] = foreign
    assert not offenders


def test_permissions_and_operations_see_no_http():
    offenders = [
        str(path.relative_to(ROOT))
        for path in python_files("permissions", "operations", "rules", "queries")
        if any(name.startswith(("django.http", "django.shortcuts", "django.views")) for name in imports(path))
    ]
    assert not offenders


def test_pure_rules_know_neither_django_nor_celery():
    offenders = [
        str(path.relative_to(ROOT))
        for room in ROOMS
        for path in (ROOT / "apps" / room / "rules_pure").rglob("*.py")
        if any(name.split(".")[0] in ("django", "celery") for name in imports(path))
    ]
    assert not offenders


def test_no_template_holds_inline_script_style_or_handler():
    pattern = re.compile(r"<style|\sstyle=|\son[a-z]+=|hx-on|javascript:|<script(?![^>]*\ssrc=)", re.IGNORECASE)
    assert not [str(path) for path in (ROOT / "templates").rglob("*.html") if pattern.search(path.read_text())]
