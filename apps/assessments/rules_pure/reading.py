"""Loading a questionnaire from its text, with every problem and its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .conditions import Condition, read_condition
from .questionnaire import CHOICE_TYPES, Option, Question, Questionnaire, QuestionType, Section
from .texts import PackProblems, Reader, digest_of, read_text

TIERS = ("T1", "T2", "T3", "T4")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")


def load_questionnaire(text: str) -> Questionnaire:
    """Read and check a pack's text; raise `PackProblems` with all that is wrong."""
    return _Loading(text).questionnaire()


class _Loading:
    def __init__(self, text: str) -> None:
        self.problems: list[str] = []
        self.digest = digest_of(text)
        self.pack = Reader(read_text(text), "pack", self.problems)
        self.categories = {str(key): str(label) for key, label in self.pack.table("categories").items()}
        self.shared = {str(name): self._options(items, f"answers.{name}") for name, items in self._shared_lists()}
        self.seen: dict[str, Question] = {}

    def _shared_lists(self) -> list[tuple[str, Any]]:
        return list(self.pack.table("answers").items())

    def questionnaire(self) -> Questionnaire:
        pack = self.pack
        key, version, title = pack.text("key", None), pack.text("version", None), pack.text("title", None)
        if not re.fullmatch(r"[a-z][a-z0-9-]*", key):
            pack.note("small letters, digits and hyphens are expected", "key")
        sections = tuple(self._section(item, index) for index, item in enumerate(pack.items("sections", needed=True)))
        if not any(section.screening for section in sections):
            pack.note("at least one section must be screening: yes", "sections")
        if len({section.id for section in sections}) != len(sections):
            pack.note("two sections have the same id", "sections")
        pack.finish()
        if self.problems:
            raise PackProblems(self.problems)
        return Questionnaire(key, version, title, sections, self.categories, self.digest)

    def _section(self, source: Any, index: int) -> Section:
        place = f"sections[{index}]"
        if isinstance(source, Mapping) and "id" in source:
            place += f" “{source['id']}”"
        reader = Reader(source, place, self.problems)
        identifier, title, intro = reader.text("id", None), reader.text("title", None), reader.text("intro")
        screening = reader.flag("screening")
        tiers = tuple(str(tier) for tier in reader.items("tiers"))
        when = self._condition(reader)
        if not _NAME.fullmatch(identifier):
            reader.note("small letters, digits and underscores are expected", "id")
        if set(tiers) - set(TIERS):
            reader.note("only T1, T2, T3 and T4 are tiers", "tiers")
        if screening and (tiers or when):
            reader.note("a screening section is asked always: it has neither tiers nor a condition")
        items = reader.items("questions", needed=True)
        questions = tuple(
            self._question(item, f"{place}.questions[{number}]", identifier) for number, item in enumerate(items)
        )
        reader.finish()
        return Section(identifier, title, questions, intro, screening, tiers, when)

    def _question(self, source: Any, place: str, section: str) -> Question:
        if isinstance(source, Mapping) and "id" in source:
            place += f" “{source['id']}”"
        reader = Reader(source, place, self.problems)
        identifier, kind = reader.text("id", None), reader.text("type", "single")
        if not _NAME.fullmatch(identifier):
            reader.note("small letters, digits and underscores are expected", "id")
        if identifier in self.seen:
            reader.note("another question has this id", "id")
        if kind not in set(QuestionType):
            reader.note(f"“{kind}” is no type of question", "type")
            kind = QuestionType.TEXT
        options = self._question_options(reader, QuestionType(kind))
        question = Question(
            identifier,
            section,
            len(self.seen) + 1,
            QuestionType(kind),
            reader.text("label", None),
            reader.text("help"),
            reader.flag("required", True),
            options,
            reader.flag("ordered", kind == QuestionType.SCALE),
            self._condition(reader),
            reader.text("fact"),
            self._raises(reader, options),
            self._axes(reader),
            tuple(str(citation) for citation in reader.items("citations")),
        )
        reader.finish()
        self.seen[identifier] = question
        return question

    def _question_options(self, reader: Reader, kind: QuestionType) -> tuple[Option, ...]:
        given = reader.value("options")
        if kind not in CHOICE_TYPES:
            if given is not None:
                reader.note("only single, multiple and scale questions have options", "options")
            return ()
        if given is None and kind is QuestionType.SCALE:
            return tuple(Option(str(level), str(level)) for level in range(1, 6))
        if isinstance(given, str):
            if given not in self.shared:
                reader.note(f"there are no shared answers “{given}”", "options")
            return self.shared.get(given, ())
        return self._options(given, f"{reader.place}.options")

    def _options(self, items: Any, place: str) -> tuple[Option, ...]:
        if not isinstance(items, list) or len(items) < 2:
            self.problems.append(f"{place}: at least two answers are expected")
            return ()
        options = []
        for index, item in enumerate(items):
            reader = Reader(item, f"{place}[{index}]", self.problems)
            option = Option(
                reader.text("value", None), reader.text("label", None), reader.text("help"), reader.number("points", 0)
            )
            reader.finish()
            options.append(option)
        if len({option.value for option in options}) != len(options):
            self.problems.append(f"{place}: two answers have the same value")
        return tuple(options)

    def _condition(self, reader: Reader) -> Condition | None:
        def order(name: str) -> tuple[str, ...] | None:
            question = self.seen.get(name)
            if question is None:
                return None
            return question.values if question.ordered else ()

        return read_condition(reader.value("when"), f"{reader.place}.when", self.problems, order)

    def _raises(self, reader: Reader, options: tuple[Option, ...]) -> dict[str, dict[str, int]]:
        raises: dict[str, dict[str, int]] = {}
        for axis, levels in reader.table("raises").items():
            self._check_axis(reader, str(axis), "raises")
            if not isinstance(levels, Mapping):
                reader.note("a level per answer is expected", f"raises.{axis}")
                continue
            for value, level in levels.items():
                if str(value) not in {option.value for option in options}:
                    reader.note(f"“{value}” is no answer of this question", f"raises.{axis}")
                if not isinstance(level, int) or not 1 <= level <= 5:
                    reader.note("levels are whole numbers from 1 to 5", f"raises.{axis}")
            raises[str(axis)] = {str(value): int(level) for value, level in levels.items() if isinstance(level, int)}
        return raises

    def _axes(self, reader: Reader) -> tuple[str, ...]:
        axes = tuple(str(axis) for axis in reader.items("lowers"))
        for axis in axes:
            self._check_axis(reader, axis, "lowers")
        return axes

    def _check_axis(self, reader: Reader, axis: str, key: str) -> None:
        category, _dot, side = axis.partition(".")
        if category not in self.categories or side not in {"likelihood", "impact"}:
            reader.note(f"“{axis}” is no axis: a category with .likelihood or .impact is expected", key)
