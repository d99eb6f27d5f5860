"""What a file is, told from its content."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .dbt import read as read_dbt
from .reading import Unreadable, json_document, unpacked, words, yaml_document


@dataclass(frozen=True, slots=True)
class Recognised:
    """The kind of a file and the name by which what it holds is known: a dbt project, a contract's id."""

    kind: str
    name: str = ""


def recognise(files: dict[str, bytes]) -> Recognised:
    """Tell what files chosen together are; raise `Unreadable` where that is not plain."""
    opened = unpacked(files)
    if "manifest.json" in opened:
        return Recognised("dbt", read_dbt(opened).name)
    kinds = {name: _one(_document(content, name)) for name, content in opened.items()}
    for name, found in kinds.items():
        if not found.kind:
            raise Unreadable(name, "it is not plain what this is: choose it above")
    found = set(kinds.values())
    if not found:
        raise Unreadable("", "there is no file in it")
    if len({one.kind for one in found}) > 1:
        raise Unreadable(
            "", f"files of several kinds ({', '.join(sorted({one.kind for one in found}))}): one at a time"
        )
    return found.pop() if len(found) == 1 else Recognised(found.pop().kind)


def _document(content: bytes, name: str) -> Any:
    """Read JSON as JSON: large files take long as YAML."""
    plain = content.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in (b"{", b"[")
    try:
        return json_document(content, name) if plain else yaml_document(content, name)
    except Unreadable:
        return yaml_document(content, name)


def _one(document: Any) -> Recognised:
    first = document[0] if isinstance(document, list) and document else document
    if not isinstance(first, dict):
        return Recognised("")
    if words(first.get("kind")) == "DataContract":
        return Recognised("contract", words(first.get("id"), 200))
    if isinstance(first.get("dataset"), list):
        return Recognised("dcat")
    if isinstance(first.get("run_results"), dict) or (
        isinstance(first.get("results"), list) and "metadata" not in first
    ):
        return Recognised("expectations")
    return Recognised("")
