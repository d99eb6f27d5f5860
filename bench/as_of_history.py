"""A history made by chance: what was frozen, approved, changed, classified, deployed, rolled back and seen, in order."""

from __future__ import annotations

import random
from typing import Any

SYSTEMS, MODELS, DATASETS = 60, 40, 200
BEGIN, DAY = 1_640_995_200_000_000, 86_400_000_000
GATED = ("pilot", "production")
PLACES = (("test", "EU"), ("pilot", "EU"), ("production", "EU"), ("production", "US"))
LEVELS = ("", "public", "internal", "confidential", "restricted")
CATEGORIES = ("personal", "special_category", "financial", "health")
WEIGHTS = {"deploy": 30, "back": 13, "see": 33, "stop": 2, "lose": 2, "authorise": 5, "revoke": 2, "change": 2,
           "classify": 7, "freeze": 3, "withdraw": 1.2, "link": 0.6}  # fmt: skip


class History:
    """Events in the order of their moments; `orders` counts what deploys and what rolls back."""

    def __init__(self, seed: int, orders: int) -> None:
        self.chance, self.now, self.wanted = random.Random(seed), BEGIN, orders
        self.events: list[dict[str, Any]] = []
        self.orders = {"deployments": 0, "rollbacks": 0, "emergencies": 0}
        self.releases: dict[int, list[str]] = {one: [] for one in range(SYSTEMS)}
        self.revision = dict.fromkeys(range(SYSTEMS), 1)
        self.authorisations: list[dict[str, Any]] = []
        self.by_release: dict[str, list[dict[str, Any]]] = {}
        self.gone: set[str] = set()
        self.desired: dict[tuple[Any, ...], str] = {}
        self.seen: dict[tuple[Any, ...], str] = {}
        self.linked: set[tuple[str, str, str]] = set()
        self.versions = [f"MDV-{model}-{number}" for model in range(MODELS) for number in range(6)]

    def add(self, what: str, **facts: Any) -> dict[str, Any]:
        """Let something happen a little later than the last."""
        # Whole milliseconds, as answers of the endpoint are written.
        self.now += 1000 * self.chance.randint(1000, 5_000_000)
        event = {"at": self.now, "what": what, **facts}
        self.events.append(event)
        return event

    def make(self) -> History:
        """Let everything happen until enough was ordered."""
        for dataset in range(DATASETS):
            if dataset % 10:
                self.classify(dataset)
        for version in self.versions:
            for _number in range(self.chance.randint(1, 4)):
                self.link(version)
        for system in range(SYSTEMS):
            self.freeze(system)
        names, weights = list(WEIGHTS), list(WEIGHTS.values())
        while self.orders["deployments"] + self.orders["rollbacks"] < self.wanted:
            name = self.chance.choices(names, weights)[0]
            if name in ("classify", "link"):
                getattr(self, name)()
            else:
                getattr(self, name)(self.chance.randrange(SYSTEMS))
        return self

    def classify(self, dataset: int | None = None) -> None:
        """Classify a dataset, in one respect or both."""
        pick = self.chance
        both = {"level": pick.choice(LEVELS), "categories": pick.sample(CATEGORIES, pick.randint(0, 3))}
        kept = pick.choice((("level",), ("categories",), ("level", "categories")))
        number = pick.randrange(DATASETS) if dataset is None else dataset
        self.add("classify", dataset=f"DST-{number:04}", to={name: both[name] for name in kept})

    def link(self, version: str = "") -> None:
        """Say that a version was made from a dataset."""
        version = version or self.chance.choice(self.versions)
        dataset = f"DST-{self.chance.randrange(DATASETS):04}"
        role = self.chance.choice(("training", "validation", "evaluation"))
        if (version, dataset, role) not in self.linked:
            self.linked.add((version, dataset, role))
            self.add("data", version=version, dataset=dataset, role=role)

    def freeze(self, system: int) -> None:
        """Freeze a release."""
        name = f"REL-{system:03}-{len(self.releases[system]):03}"
        self.releases[system].append(name)
        self.add("release", system=f"AIS-{system:03}", release=name,
                 versions=sorted(self.chance.sample(self.versions, self.chance.randint(1, 3))))  # fmt: skip

    def withdraw(self, system: int) -> None:
        """Withdraw a release, not the newest."""
        left = [one for one in self.releases[system][:-1] if one not in self.gone]
        if left:
            chosen = self.chance.choice(left)
            self.gone.add(chosen)
            self.add("withdraw", release=chosen)

    def change(self, system: int) -> None:
        """Change what decisions rest on."""
        self.revision[system] += 1
        self.add("change", system=f"AIS-{system:03}")

    def authorise(self, system: int, release: str = "", environment: str = "") -> None:
        """Let a gate decide."""
        recent = [one for one in self.releases[system][-6:] if one not in self.gone]
        ahead = 0 if release or self.chance.random() < 0.9 else self.chance.randrange(5 * DAY)
        made = self.add(
            "authorise", authorisation=f"AUT-{len(self.authorisations):05}", system=f"AIS-{system:03}",
            release=release or self.chance.choice(recent), environment=environment or self.chance.choice(GATED),
            revision=self.revision[system],
        )  # fmt: skip
        made |= {"from": made["at"] + ahead, "until": made["at"] + ahead + self.chance.randint(20, 400) * DAY}
        self.authorisations.append(made)
        self.by_release.setdefault(made["release"], []).append(made)

    def revoke(self, system: int) -> None:
        """Take a decision back."""
        left = [
            one for one in self.authorisations
            if one["system"] == f"AIS-{system:03}" and "revoked" not in one and one["until"] > self.now
        ]  # fmt: skip
        if left:
            one = self.chance.choice(left)
            one["revoked"] = self.add("revoke", authorisation=one["authorisation"])["at"]

    def covering(self, system: int, release: str, environment: str, soon: int = 6_000_000_000) -> str:
        """Return the decision that covers a release there, and still will in a while."""
        wanted = GATED if environment == "pilot" else (environment,)
        for one in self.by_release.get(release, []):
            fits = (
                one["environment"] in wanted and one["revision"] == self.revision[system] and release not in self.gone
            )
            if fits and "revoked" not in one and one["from"] <= self.now and one["until"] > self.now + soon:
                return str(one["authorisation"])
        return ""

    def place(self, side: str, system: int, where: tuple[str, str], release: str, label: str = "", **more: str) -> None:
        """Put something in a place, or nothing."""
        place = (f"AIS-{system:03}", *where, side)
        (self.desired if side == "desired" else self.seen)[place[:3]] = release or label
        self.add("place", place=list(place), release=release, label=label, **more)

    def deploy(self, system: int) -> None:
        """Deploy one of the newest releases; a gate decides first where it must."""
        where = self.chance.choice(PLACES)
        standing = self.desired.get((f"AIS-{system:03}", *where))
        left = [one for one in self.releases[system][-4:] if one not in self.gone and one != standing]
        if not left:
            return
        release, found = self.chance.choice(left), ""
        if where[0] in GATED:
            if not self.covering(system, release, where[0]):
                self.authorise(system, release, self.chance.choice(("production", where[0])))
            found = self.covering(system, release, where[0])
        self.orders["deployments"] += 1
        self.place("desired", system, where, release, authorisation=found)

    def back(self, system: int) -> None:
        """Go back to an earlier release: a covered one, or in an emergency one that was approved once."""
        where = self.chance.choice(PLACES[1:])
        standing = self.desired.get((f"AIS-{system:03}", *where), "")
        earlier = [one for one in self.releases[system] if one < standing and one in self.by_release]
        if not earlier:
            return
        release = self.chance.choice(earlier[-5:])
        found = self.covering(system, release, where[0])
        self.orders["rollbacks"] += 1
        self.orders["emergencies"] += not found
        self.place(
            "desired", system, where, release, authorisation=found, rollback=f"RBK-{self.orders['rollbacks']:05}"
        )

    def stop(self, system: int) -> None:
        """Say that nothing should run in a place any more."""
        self._nothing("desired", self.desired, system)

    def lose(self, system: int) -> None:
        """See nothing any more in a place."""
        self._nothing("observed", self.seen, system)

    def _nothing(self, side: str, known: dict[tuple[Any, ...], str], system: int) -> None:
        where = self.chance.choice(PLACES)
        if known.get((f"AIS-{system:03}", *where)):
            self.place(side, system, where, "")

    def see(self, system: int) -> None:
        """See what should run in a place, sometimes another release, sometimes what is none."""
        where = self.chance.choice(PLACES)
        key = (f"AIS-{system:03}", *where)
        drawn = self.chance.random()
        if drawn < 0.08:
            release, label = "", f"hand-made {self.chance.randrange(5)}"
        else:
            release, label = self.chance.choice(self.releases[system]) if drawn < 0.2 else self.desired.get(key, ""), ""
        if (release or label) and self.seen.get(key) != (release or label):
            self.place("observed", system, where, release, label)


def questions(seed: int, history: History, number: int) -> list[dict[str, Any]]:
    """Ask at moments by chance, a third of them the very instant of an event or the last one before it."""
    chance = random.Random(seed)
    asked = []
    for _number in range(number):
        drawn, event = chance.random(), chance.choice(history.events)
        at = chance.randint(BEGIN, history.now + 90 * DAY)
        one: dict[str, Any] = {"at": event["at"] if drawn < 0.2 else event["at"] - 1 if drawn < 0.33 else at}
        environment, region = chance.choice(PLACES)
        for name, share, value in (
            ("system", 0.5, f"AIS-{chance.randrange(SYSTEMS):03}"), ("environment", 0.4, environment),
            ("region", 0.25, region), ("side", 0.25, chance.choice(("desired", "observed"))),
            ("version", 0.25, chance.choice(history.versions)),
        ):  # fmt: skip
            if chance.random() < share:
                one[name] = value
        asked.append(one)
    return asked
