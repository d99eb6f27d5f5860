"""A model card as Hugging Face keeps it (README.md: YAML between two lines of dashes, then Markdown), read into ours. Pure.

A heading that is known puts its text into a section of the card; what stands under any other is kept under "other" with
its heading, and told. Code is kept as it is; comments of the template and its empty places are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .card import LISTED, NAMES
from .plain_text import Unreadable, read_yaml

LARGEST = 500_000
HEADINGS = {
    "summary": ("model description", "model details", "model summary", "description", "overview", "introduction", "model overview",
                "about", "summary"),
    "intended_use": ("uses", "direct use", "intended use", "intended uses", "intended use cases", "use cases", "downstream use",
                     "intended uses and limitations", "intended purpose", "usage guidelines"),
    "users": ("users", "intended users", "primary intended users"),
    "out_of_scope": ("out of scope use", "out of scope uses", "out of scope", "misuse", "prohibited uses", "misuse and out of scope use"),
    "limits": ("bias risks and limitations", "limitations", "limitations and bias", "limitations and biases", "risks",
               "risks and limitations", "known limitations", "recommendations", "caveats and recommendations"),
    "tradeoffs": ("tradeoffs", "trade offs"),
    "training_data": ("training data", "training details", "training procedure", "training and evaluation data", "training",
                      "training dataset", "training datasets", "preprocessing", "training hyperparameters", "data", "datasets",
                      "pretraining data"),
    "evaluation": ("evaluation", "evaluation results", "evaluation data", "testing data factors and metrics", "testing data",
                   "metrics", "results", "performance", "benchmarks", "benchmark results", "training results", "quantitative analyses"),
    "fairness": ("factors", "fairness", "bias", "biases", "bias and fairness", "disaggregated results"),
    "ethical": ("ethical considerations", "ethics", "ethical considerations and limitations", "societal impact"),
    "safety": ("safety", "responsible use", "responsibility and safety", "safety considerations"),
    "environment": ("environmental impact", "carbon footprint", "carbon emissions", "energy"),
    "licence": ("license", "licence", "licensing", "license information"),
    "contact": ("model card contact", "contact", "model card authors", "authors", "maintainers"),
}  # fmt: skip
SECTION_OF = {heading: section for section, headings in HEADINGS.items() for heading in headings}
# A heading that only gathers what stands below it in the template says nothing itself.
QUIET = ("table of contents", "contents")
EMPTY = re.compile(r"\[?\s*more information needed\s*\]?\.?", re.IGNORECASE)
COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
HEADING = re.compile(r" {0,3}(#{1,6})\s+(.+?)\s*#*\s*\Z")
FENCE = re.compile(r" {0,3}(```+|~~~+)")
UNDERSTOOD = (
    "license",
    "license_name",
    "license_link",
    "datasets",
    "model-index",
    "language",
    "pipeline_tag",
    "base_model",
)


@dataclass(slots=True)
class Read:
    """What a card says in our sections, and what of it was kept without being understood."""

    content: dict[str, Any] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)


def read_hugging_face(text: str) -> Read:
    """Read a README.md into the sections of a card; raise `Unreadable` where there is none."""
    if len(text) > LARGEST:
        raise Unreadable(f"This is longer than {LARGEST} characters.")
    if "\x00" in text:
        raise Unreadable("This holds a character that cannot be kept.")
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    front, body = _parted(text)
    parts: dict[str, list[str]] = {name: [] for name in NAMES}
    found = Read()
    _take_body(body, parts, found)
    _take_front(front, parts, found)
    for name in NAMES:
        said = "\n\n".join(parts[name])
        if said:
            found.content[name] = _lines(parts[name]) if name in LISTED else said
    if not found.content:
        raise Unreadable("This card says nothing that can be read: there is neither a heading nor a text.")
    return found


def _parted(text: str) -> tuple[dict[str, Any], str]:
    lines = text.split("\n")
    if not lines or lines[0].strip() != "---":
        return {}, text
    end = next((number for number, line in enumerate(lines[1:], 1) if line.strip() == "---"), None)
    if end is None:
        raise Unreadable("Line 1: the lines of dashes around the metadata are not closed.")
    front = read_yaml("\n" + "\n".join(lines[1:end]))
    if front is None:
        front = {}
    if not isinstance(front, dict):
        raise Unreadable("Line 2: the metadata must be names with values.")
    return front, "\n".join(lines[end + 1 :])


def _take_body(body: str, parts: dict[str, list[str]], found: Read) -> None:
    above: list[tuple[int, str]] = []
    for level, heading, said in _blocks(COMMENT.sub("", body)):
        above = [(depth, section) for depth, section in above if depth < level]
        name = _plain(heading)
        section = SECTION_OF.get(name, "")
        if not section and above and level > 1:
            # Below a heading that is known: it belongs there, with its own heading.
            section, heading_kept = above[-1][1], heading
        else:
            heading_kept = ""
        if section:
            above.append((level, section))
        said = _without_empty(said)
        if not said or name in QUIET:
            continue
        if section:
            parts[section].append(f"{heading_kept}: {said}" if heading_kept else said)
        elif level <= 1 and not found.facts.get("title"):
            # The text below the title, or before any heading, is the summary.
            found.facts["title"] = heading or "-"
            parts["summary"].append(said)
        else:
            parts["other"].append(f"{heading}\n{said}" if heading else said)
            found.kept.append(heading or said[:60])


def _blocks(body: str) -> Iterator[tuple[int, str, str]]:
    """Return each heading with its depth and the text below it; what looks like one inside code is none."""
    level, heading, lines, fence = 0, "", [], ""
    for line in body.split("\n"):
        mark = FENCE.match(line)
        if mark and (not fence or mark[1].startswith(fence)):
            fence = "" if fence else mark[1]
        match = None if fence else HEADING.match(line)
        if match is None:
            lines.append(line)
            continue
        yield level, heading, "\n".join(lines).strip()
        level, heading, lines = len(match[1]), match[2].strip(), []
    yield level, heading, "\n".join(lines).strip()


def _take_front(front: dict[str, Any], parts: dict[str, list[str]], found: Read) -> None:
    licence = _word(front.get("license_name")) or _word(front.get("license"))
    if licence:
        found.facts["licence"] = licence
        link = _word(front.get("license_link"))
        parts["licence"].insert(0, f"{licence} ({link})" if link else licence)
    for name, label, section in (
        ("datasets", "Datasets", "training_data"), ("base_model", "Made from", "training_data"),
        ("language", "Languages", "summary"), ("pipeline_tag", "Task", "summary"),
    ):  # fmt: skip
        words = _words(front.get(name))
        if words:
            found.facts[name] = ", ".join(words)
            parts[section].append(f"{label}: {', '.join(words)}.")
    parts["evaluation"] += list(_results(front.get("model-index")))
    for name, value in front.items():
        if name not in UNDERSTOOD and value not in (None, "", [], {}):
            parts["other"].append(f"{name}: {_short(value)}")
            found.kept.append(name)


def _results(index: Any) -> Iterator[str]:
    """Return the measured values of `model-index`, one sentence each."""
    for model in index if isinstance(index, list) else []:
        for result in _list_of(model, "results"):
            where = result.get("dataset") if isinstance(result, dict) else None
            place = _word(where.get("name")) if isinstance(where, dict) else ""
            for metric in _list_of(result, "metrics"):
                if isinstance(metric, dict) and _word(metric.get("value")):
                    name = _word(metric.get("name")) or _word(metric.get("type"))
                    yield f"{name}: {_word(metric['value'])}" + (f" on {place}." if place else ".")


def _list_of(value: Any, name: str) -> list[Any]:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def _plain(heading: str) -> str:
    """Return a heading as it is looked up: without marks, numbers and what is in brackets."""
    words = re.sub(r"\[.*?\]|\(.*?\)", " ", heading.lower()).replace("&", " and ")
    words = re.sub(r"[^a-z ]", " ", words)
    return " ".join(words.split())


def _without_empty(said: str) -> str:
    kept = []
    for line in said.split("\n"):
        rest = EMPTY.sub("", line)
        # A line that said only that more is needed is gone, and so is a label without its value.
        if rest != line and not re.sub(r"[\s*_\-]|\*\*[^*]*:\*\*", "", re.sub(r"\*\*[^*]*\*\*", "", rest)):
            continue
        kept.append(rest.rstrip() if rest != line else line)
    return "\n".join(kept).strip()


def _lines(texts: list[str]) -> list[str]:
    """Return the points of a list, otherwise the paragraphs; their lines joined."""
    found: list[str] = []
    for text in texts:
        for paragraph in re.split(r"\n\s*\n", text):
            points = re.split(r"(?:^|\n)\s*(?:[-*+]|\d+\.)\s+", paragraph)
            found += [" ".join(point.split()) for point in points]
    return list(dict.fromkeys(one for one in found if one))


def _word(value: Any) -> str:
    return "" if value is None or isinstance(value, dict | list) else str(value).strip()[:300]


def _words(value: Any) -> list[str]:
    given = value if isinstance(value, list) else [value]
    return [word for one in given[:50] if (word := _word(one))]


def _short(value: Any) -> str:
    return ", ".join(_words(value))[:500] if not isinstance(value, dict) else str(value)[:500]
