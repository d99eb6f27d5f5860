from .world import own_storage, world

__all__ = ["own_storage", "world"]
