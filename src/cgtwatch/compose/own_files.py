"""What a folder of own templates holds: which files count, and what is wrong with the others. Nothing outside of it is read."""

import json
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from string import Formatter
from typing import Any

from cgtwatch.compose.words import Words, words

_TEMPLATE = re.compile(r"[a-z_][a-z0-9_-]{0,60}\.(?:html|txt)\.j2")
_SHEET = "style.css"
_WORDS = {"zh.json": "zh", "en.json": "en"}
_LARGEST = 256 * 1024  # bytes of a file
_MOST = 40  # files
_OPEN_TABLES = frozenset({"modalities", "places", "troubles"})  # where a user may name more than we do


@dataclass(frozen=True, slots=True)
class OwnFiles:
    """The files that count, by name; `problems` says by file why others do not."""

    templates: Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None
    wording: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # by language
    problems: Mapping[str, str] = field(default_factory=dict)

    def concern(self, name: str, messages: Sequence[str]) -> bool:
        """Whether a template of the user may have a part in the message `name`."""
        return any(each not in _others(name, messages) for each in self.templates)

    def of(self, name: str, messages: Sequence[str], shipped: Mapping[str, str]) -> dict[str, str]:
        """The templates for the message `name` over the `shipped` ones: what is wrong with another message's is not its business."""
        return {each: source for each, source in {**shipped, **self.templates}.items() if each not in _others(name, messages)}

    def tables(self, shipped: Words) -> Mapping[str, Any]:
        """The wording of a language with the user's words in it."""
        own = self.wording.get(shipped.language)
        if not own:
            return shipped.tables
        return {
            name: {**table, **own[name]} if isinstance(table, dict) and name in own else own.get(name, table)
            for name, table in shipped.tables.items()
        }


def _others(name: str, messages: Sequence[str]) -> frozenset[str]:
    return frozenset(f"{other}.{form}.j2" for other in messages if other != name for form in ("html", "txt"))


def read_folder(folder: Path) -> OwnFiles:
    """Every file of the folder that has a name of ours. Never raises."""
    templates: dict[str, str] = {}
    wording: dict[str, Mapping[str, Any]] = {}
    problems: dict[str, str] = {}
    sheet = None
    try:
        there = sorted(one.name for one in folder.iterdir() if not one.name.startswith("."))
    except OSError as error:
        return OwnFiles(problems={"folder": f"{folder}: cannot be read ({error.strerror}); CGTWATCH_TEMPLATES names a folder"})
    for name in there[:_MOST]:
        try:
            if _TEMPLATE.fullmatch(name):
                templates[name] = _text(folder, name)
            elif name == _SHEET:
                sheet = _text(folder, name)
            elif name in _WORDS:
                wording[_WORDS[name]] = _wording(name, _text(folder, name))
        except (OSError, ValueError) as error:
            problems[name] = f"{name}: {error}"
    if len(there) > _MOST:
        problems["folder"] = f"{folder}: holds more than {_MOST} files; only templates belong there"
    return OwnFiles(templates, sheet, wording, problems)


def _text(folder: Path, name: str) -> str:
    """Raises ValueError for what leads out of the folder, is no file, is too large or no UTF-8."""
    real = (folder / name).resolve()
    if real.parent != folder.resolve():
        raise ValueError("leads out of the folder; put the file itself there")
    found = real.stat()
    if not stat.S_ISREG(found.st_mode):
        raise ValueError("is no file")
    if found.st_size > _LARGEST:
        raise ValueError(f"is larger than {_LARGEST // 1024} KB")
    return real.read_text("utf-8-sig")


def _wording(name: str, text: str) -> Mapping[str, Any]:
    """The user's words where they have the shape of the shipped ones. Raises ValueError that says which do not."""
    given = json.loads(text)
    if not isinstance(given, dict):
        raise ValueError('expected tables, such as {"phrases": {"brand": "…"}}')
    wrong = list(_misfits(given, words(_WORDS[name]).tables))
    if wrong:
        raise ValueError("; ".join(wrong[:5]))
    return given


def _misfits(given: Mapping[str, Any], shipped: Mapping[str, Any]) -> Iterator[str]:
    for table, entries in given.items():
        known = shipped.get(table)
        if isinstance(known, list):
            if not isinstance(entries, list) or len(entries) != len(known) or not all(isinstance(one, str) for one in entries):
                yield f"{table!r} needs a list of {len(known)} texts"
            continue
        if not isinstance(known, dict) or not isinstance(entries, dict):
            yield f"{table!r} is no table of ours"
            continue
        for key, value in entries.items():
            if key not in known and table in _OPEN_TABLES and isinstance(value, str):
                continue
            if (why := _misfit(value, known.get(key))) is not None:
                yield f"{table}.{key} {why}"


def _misfit(value: object, known: object) -> str | None:
    """Why a phrase cannot take the place of the shipped one."""
    if known is None:
        return "is not known"
    if isinstance(known, dict):
        if not isinstance(value, dict) or not {"one", "many"} <= value.keys() or not value.keys() <= {"zero", "one", "many"}:
            return "needs the forms one and many, and may have zero"
        allowed = set().union(*(_gaps(str(form)) for form in known.values())) | {"n"}
        return next((why for form in value.values() if (why := _strange(form, allowed)) is not None), None)
    return _strange(value, _gaps(str(known)))


def _strange(value: object, allowed: set[str]) -> str | None:
    if not isinstance(value, str):
        return "is no text"
    try:
        strange = _gaps(value) - allowed
    except ValueError as error:
        return f"has a gap that is not closed ({error}); write {{{{ for a brace"
    return f"has the gap {{{min(strange)}}}; known: {', '.join(sorted(allowed)) or 'none'}" if strange else None


def _gaps(text: str) -> set[str]:
    """The gaps of a phrase as they are written, so that `{a.b}` and `{a!r}` are others than `{a}`."""
    return {
        f"{name}{'!' + how if how else ''}{':' + form if form else ''}"
        for _, name, form, how in Formatter().parse(text)
        if name is not None
    }
