"""The inventories that agencies published, where this machine has them; they are no part of the project."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def published():
    """Return the path of a published inventory by its name; skip, saying so, where the machine has none."""

    def find(name: str) -> Path:
        for folder in Path(__file__).resolve().parents:
            for candidate in (folder / "shared" / "data" / "inventory" / name, folder / "data" / "inventory" / name):
                if candidate.exists():
                    return candidate
        pytest.skip(f"../shared/data/inventory/{name} is not on this machine")

    return find
