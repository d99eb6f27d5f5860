"""Where a row's system goes: the department that its organisation and unit stand for, by path."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.text import slugify

from apps.accounts.models import Department
from apps.inventory.models import Import
from apps.inventory.rules_pure.importing.records import Record
from apps.inventory.rules_pure.importing.wording import normalised_name

SEPARATOR = " / "


def code_of(name: str) -> str:
    """Return the code that a unit's name gets: short, the same for the same name, never empty."""
    slug = slugify(name)
    if slug and len(slug) <= 60:
        return slug
    mark = hashlib.sha256(normalised_name(name).encode() or name.encode()).hexdigest()[:8]
    return f"{slug[:50]}-{mark}" if slug else f"unit-{mark}"


def unit_label(record: Record) -> str:
    """Return the unit as the source names it, from the widest to the narrowest."""
    return SEPARATOR.join(part for part in (record.organisation, *record.units) if part)


@dataclass(slots=True)
class Places:
    """Finds departments by path and by name; what does not exist yet is only named, not made."""

    batch: Import
    by_path: dict[str, Department] = field(default_factory=dict)
    by_parent_and_name: dict[tuple[str, str], Department] = field(default_factory=dict)

    @classmethod
    def of(cls, batch: Import) -> Places:
        """Read the departments below the target."""
        places = cls(batch)
        departments = Department.objects.all()
        for department in departments:
            places.know(department)
        return places

    def know(self, department: Department) -> None:
        """Remember a department."""
        self.by_path[department.path] = department
        parent = department.path[: -len(department.code) - 1]
        self.by_parent_and_name[parent, normalised_name(department.name)] = department

    def steps(self, record: Record) -> list[tuple[str, str]]:
        """Return the way down to the row's department: (path, name) of each step below the target, existing or not."""
        batch = self.batch
        planned = batch.department_plan.get(unit_label(record), "")
        if planned:
            return [(planned, planned)]
        if not batch.create_departments:
            return []
        path = batch.department.path if batch.department else ""
        steps: list[tuple[str, str]] = []
        for name in self._names(record):
            known = self.by_parent_and_name.get((path, normalised_name(name)))
            path = known.path if known else f"{path}{code_of(name)}/"
            steps.append((path, name))
        return steps

    def _names(self, record: Record) -> Sequence[str]:
        target = self.batch.department
        # What a person says where the file is silent places a row; it is no part of the key, so it may change.
        organisation = record.organisation or self.batch.organisation
        names = [organisation, *record.units]
        if target is not None and normalised_name(organisation) in (
            normalised_name(target.name),
            normalised_name(target.code),
        ):
            names = names[1:]
        return [name for name in names if name]

    def path(self, record: Record) -> str:
        """Return the path of the row's department, whether it exists already or not; empty when there is none."""
        steps = self.steps(record)
        if steps:
            return steps[-1][0]
        return self.batch.department.path if self.batch.department else ""

    def missing_plan(self, record: Record) -> str:
        """Return the path that a person chose for the unit if no such department exists."""
        planned = str(self.batch.department_plan.get(unit_label(record), ""))
        return planned if planned and planned not in self.by_path else ""
