"""The catalog's records, for what flows into them."""

from tests.catalog.conftest import dataset, platform, second_steward

__all__ = ["dataset", "platform", "second_steward"]
