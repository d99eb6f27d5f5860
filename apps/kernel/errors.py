"""The ways in which an operation says no; `web` and the API translate them, nobody else."""

from __future__ import annotations

from typing import Any

from .decision import Decision, Denied


class GatehouseError(Exception):
    """The parent of every refusal that a person or program may cause; its text is fit to show."""

    status = 400

    def __init__(self, message: str = "") -> None:
        self.message = str(message)
        super().__init__(self.message)


class Refused(GatehouseError):
    """The actor may not do this; carries the decision with its reason."""

    status = 403

    def __init__(self, decision: Decision | str) -> None:
        self.decision = decision if isinstance(decision, Decision) else Denied(decision)
        super().__init__(self.decision.reason)


class Missing(GatehouseError):
    """The thing does not exist, or the actor may not know that it does."""

    status = 404


class Conflict(GatehouseError):
    """Somebody else changed it first; `theirs` holds what stands now."""

    status = 409

    def __init__(self, message: str, theirs: Any = None) -> None:
        self.theirs = theirs
        super().__init__(message)


class Invalid(GatehouseError):
    """The input cannot be taken; `problems` maps field names ("" for the whole) to sentences."""

    status = 422

    def __init__(self, problems: dict[str, list[str]] | str) -> None:
        self.problems: dict[str, list[str]] = {"": [str(problems)]} if isinstance(problems, str) else problems
        super().__init__(" ".join(str(text) for texts in self.problems.values() for text in texts))


class Unavailable(GatehouseError):
    """What this needs does not answer now; nothing was done, and the same may be sent again."""

    status = 503
