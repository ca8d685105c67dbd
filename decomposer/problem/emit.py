"""Writing YAML the way people write problem files: a line per entry, short things in braces, few quotes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_WIDTH = 110
_PLAIN = re.compile(r"[\w(][\w .*/+^()<=>!-]*")
_PLAIN_BLOCK = re.compile(r"[\w(](?!.*(: | #|:$)).*")
_NUMBER = re.compile(r"[\d.]+([eE]\d+)?|0[xo][\da-fA-F]+|\d+(\^|\*\*)\d+")
_WORDS = frozenset(("null", "true", "false", "yes", "no", "on", "off", "inf", "nan"))
_SECTIONS = ("parameters", "texts", "capabilities", "models", "tasks", "designs")


def emit(data: Mapping[str, Any]) -> str:
    """Write a problem's data; sections have a line or more per entry."""
    lines: list[str] = []
    for key, value in data.items():
        if key == "about" and _folds(value):
            lines += ["about: >-", *_wrapped(value)]
        elif key in _SECTIONS and isinstance(value, dict) and value:
            lines.append(f"{key}:")
            for name, entry in value.items():
                lines += _designs(name, entry) if key == "designs" else _entry(name, entry, 2)
        else:
            lines += _entry(key, value, 0)
    return "\n".join(lines) + "\n"


def _designs(name: str, steps: list[Any]) -> list[str]:
    lines = [f"  {_scalar(name, key=True)}:"]
    for step in steps:
        lines += _item(step, 4)
    return lines


def _entry(key: str, value: Any, indent: int) -> list[str]:
    start = " " * indent + _scalar(key, key=True) + ":"
    line = f"{start} {_flow(value) if isinstance(value, dict | list) else _scalar(value, block=True)}"
    if len(line) <= _WIDTH or not isinstance(value, dict | list) or not value:
        return [line]
    if isinstance(value, dict):
        return [start, *(inner for name, item in value.items() for inner in _entry(name, item, indent + 2))]
    return [start, *(inner for item in value for inner in _item(item, indent + 2))]


def _item(value: Any, indent: int) -> list[str]:
    line = " " * indent + "- " + _flow(value)
    loop = isinstance(value, dict) and any(key in value for key in ("repeat", "each", "until"))
    if not isinstance(value, dict) or (len(line) <= _WIDTH and not loop):
        return [line]
    lines: list[str] = []
    for name, item in value.items():
        if name in ("do", "else"):
            lines += [" " * (indent + 2) + f"{name}:", *(inner for step in item for inner in _item(step, indent + 4))]
        else:
            lines += _entry(name, item, indent + 2)
    return [" " * indent + "- " + lines[0].lstrip(" "), *lines[1:]]


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(key, key=True)}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    return _scalar(value)


def _scalar(value: Any, key: bool = False, block: bool = False) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    text = str(value)
    # `on` is a key of ours and a name to YAML 1.2, though YAML 1.1 has it for a truth value.
    special = text.casefold() in _WORDS and not (key and text == "on")
    plain = (_PLAIN_BLOCK if block and text.isprintable() else _PLAIN).fullmatch(text)
    if plain and not text.endswith(" ") and not special and not _NUMBER.fullmatch(text):
        return text
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _folds(value: str) -> bool:
    return len(value) > 80 and value == " ".join(value.split()) and value.isprintable()


def _wrapped(value: str) -> list[str]:
    from textwrap import wrap

    return wrap(
        value, _WIDTH, initial_indent="  ", subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )
