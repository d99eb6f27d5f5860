"""Answers what ran where at a moment by replaying a list of events from its beginning; it knows nothing of the portal.

    python -I bench/as_of_replay.py EVENTS.json QUESTIONS.json > ANSWERS.json

Moments are whole microseconds since 1970. Each question is answered anew: nothing is remembered between two.
"""  # fmt: skip

import json
import sys
from pathlib import Path

GATED = ("pilot", "production")


class World:
    """What is known after some events."""

    def __init__(self):
        self.revision, self.releases, self.withdrawn = {}, {}, set()
        self.issued, self.revoked = {}, set()
        self.data, self.classes = {}, {}
        self.places = {}

    def take(self, event):
        """Let one thing happen."""
        getattr(self, "on_" + event["what"])(event)

    def on_release(self, event):
        """A release is frozen."""
        self.releases[event["release"]] = event["versions"]

    def on_withdraw(self, event):
        """A release is taken back."""
        self.withdrawn.add(event["release"])

    def on_authorise(self, event):
        """A gate decides."""
        self.issued.setdefault(event["release"], []).append(event)

    def on_revoke(self, event):
        """A decision is taken back."""
        self.revoked.add(event["authorisation"])

    def on_change(self, event):
        """Something that decisions rest on changes in a system."""
        self.revision[event["system"]] = self.revision.get(event["system"], 1) + 1

    def on_data(self, event):
        """A version was made from a dataset."""
        self.data.setdefault(event["version"], []).append((event["role"], event["dataset"]))

    def on_classify(self, event):
        """A dataset is classified, in one respect or both."""
        self.classes.setdefault(event["dataset"], {"level": "", "categories": []}).update(event["to"])

    def on_place(self, event):
        """Something should run, or is seen, in a place; or nothing any more."""
        place = tuple(event["place"])
        if event["release"] or event["label"]:
            self.places[place] = event
        else:
            self.places.pop(place, None)

    def standing(self, issued, moment):
        """Return how a decision stands."""
        if issued["authorisation"] in self.revoked:
            return "revoked"
        if issued["until"] <= moment:
            return "expired"
        if issued["from"] > moment:
            return "ahead"
        return "valid" if issued["revision"] == self.revision.get(issued["system"], 1) else "stale"

    def approval(self, environment, event, moment):
        """Return the decision behind what runs, and how it stands."""
        wanted = GATED if environment == "pilot" else (environment,)
        fitting = [one for one in self.issued.get(event["release"], []) if one["environment"] in wanted]
        fitting.reverse()
        fitting.sort(key=lambda one: one["authorisation"] != event.get("authorisation"))
        valid = [one for one in fitting if self.standing(one, moment) == "valid"]
        best = (valid or fitting or [None])[0]
        name = best["authorisation"] if best else ""
        if environment not in GATED:
            return name, "free"
        if best is None:
            return "", "none"
        standing = self.standing(best, moment)
        return name, "withdrawn" if standing == "valid" and event["release"] in self.withdrawn else standing

    def answer(self, question):
        """Answer one question about now."""
        rows = []
        for (system, environment, region, side), event in self.places.items():
            versions = self.releases.get(event["release"], [])
            asked = {"system": system, "environment": environment, "region": region, "side": side}
            if any(question.get(name) not in (None, value) for name, value in asked.items()):
                continue
            if question.get("version") is not None and question["version"] not in versions:
                continue
            name, standing = self.approval(environment, event, question["at"])
            made_of = []
            for version in sorted(versions):
                data = []
                for role, dataset in sorted(self.data.get(version, [])):
                    known = self.classes.get(dataset, {"level": "", "categories": []})
                    data.append([role, dataset, known["level"], sorted(known["categories"])])
                made_of.append([version, data])
            rows.append([system, environment, region, side, event["release"], event["label"], event["at"],
                         event.get("rollback", ""), name, standing, made_of])  # fmt: skip
        return sorted(rows)


def replay(events, question):
    """Let everything happen that had happened by the moment, and answer."""
    world = World()
    for event in events:
        if event["at"] > question["at"]:
            break
        world.take(event)
    return world.answer(question)


if __name__ == "__main__":
    history, asked = (json.loads(Path(name).read_text()) for name in sys.argv[1:3])
    json.dump([replay(history, one) for one in asked], sys.stdout)
