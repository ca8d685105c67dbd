"""The kinds of value that problem files hold: formulas, names, and lists that may be written as one item."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from pydantic_core import PydanticCustomError

from decomposer.errors import Diagnostic, ExpressionError
from decomposer.expr import Expr, num, sym
from decomposer.expr.parse import parse
from decomposer.problem.budget import Formulas
from decomposer.problem.yaml import Bare

if TYPE_CHECKING:
    from pydantic_core.core_schema import ValidationInfo

Data = dict[str, Any]

Schema = dict[str, Any]
"""A schema of pydantic's core, written out; `metadata` holds what JSON Schema says of it."""

MAX_NAME = 100

_NAME = re.compile(r"[^\W\d][\w-]*")
_TITLE = re.compile(r"\w[\w .+-]*")
_REFERENCE = re.compile(r"[^\W\d][\w-]*(\.head)?")
_SYMBOL = re.compile(r"[^\W\d_]\w*")


def fail(message: str, code: str = "bad-value", hint: str = "", column: int = 0, width: int = 0) -> PydanticCustomError:
    """Make a validation error; `column` is the 1-based place within the value, 0 for the whole."""
    context = {"message": message, "hint": hint, "column": column, "width": width}
    return PydanticCustomError("decomposer", "{message}", {**context, "code": code})


def inner(error: ExpressionError) -> PydanticCustomError:
    """Make a validation error of a formula's, keeping the place within the formula."""
    first: Diagnostic = error.diagnostics[0]
    return fail(first.message, "formula", first.hint, first.column or 0, first.width)


def formula(value: object, info: ValidationInfo) -> Expr:
    """Read a formula: text, an exact number, or an expression; `info.context` is the reader of formulas."""
    if isinstance(value, Expr):
        return value
    if isinstance(value, bool) or value is None:
        raise fail("expected a formula", "formula", "a number or a formula such as `k*l`")
    if isinstance(value, int | Fraction):
        return num(value)
    if isinstance(value, float):
        raise fail(f"the float {value!r} is not exact", "formula", f"write it as the text '{value!r}' or as a Fraction")
    if isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) < 1000:
        return num(Fraction(value))
    if not isinstance(value, str):
        raise fail(f"expected a formula, found {kind_of(value)}", "formula", "a number or a formula such as `k*l`")
    try:
        return _reader(info).formula(value)
    except ExpressionError as error:
        raise inner(error) from None


def number(value: object, info: ValidationInfo) -> Fraction:
    """Read an exact number."""
    exact = formula(value, info).as_fraction()
    if exact is None:
        raise fail("expected a number", "formula")
    return Fraction(exact)


def relation(value: object, info: ValidationInfo) -> str:
    """Read an assumption such as ``b <= k``; it is kept as written."""
    if not isinstance(value, str):
        raise fail(f"expected a relation such as `b <= k`, found {kind_of(value)}")
    try:
        _reader(info).relation(value)
    except ExpressionError as error:
        raise inner(error) from None
    return " ".join(value.split())


def name(value: object) -> str:
    """Read a name."""
    return _matching(_NAME, value, "a name", "a letter, then letters, digits, `_` or `-`")


def part(value: object) -> str:
    """Read the name of a part, where whoever takes it for a switch is told what to write."""
    if isinstance(value, bool):
        hint = "write the part, such as `local: function`" if value else "leave it out where it depends on more"
        raise fail(f"expected the name of a part, found {kind_of(value)}", "bad-name", hint)
    return name(value)


def title(value: object) -> str:
    """Read the name of a problem or a design, which may hold spaces and begin with a digit."""
    return _matching(_TITLE, value, "a name", "letters, digits, spaces, `_`, `-`, `.` or `+`")


def reference(value: object) -> str:
    """Read the name of a text, or ``text.head``."""
    return _matching(_REFERENCE, value, "the name of a text", "a text, or `text.head` for its head")


def symbol(value: object) -> str:
    """Read the name of a parameter: an identifier that formulas can use."""
    word = _matching(_SYMBOL, value, "the name of a parameter", "a letter, then letters, digits or `_`")
    try:
        usable = parse(word, names=None) == sym(word)
    except ExpressionError:
        usable = False
    if not usable:
        raise fail(f"`{word}` has a meaning of its own in formulas", "bad-name", "choose another name")
    return word


def text(value: object) -> str:
    """Read a description."""
    if isinstance(value, int | Fraction) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise fail(f"expected text, found {kind_of(value)}", hint="put it in quotes")
    return value


def counted(value: object) -> str:
    """Read what a parameter counts; who writes a number, without quotes, means its value, which has no place here."""
    written = text(value)
    if isinstance(value, Bare | int | Fraction):
        hint = f"say what it counts, and give `--set NAME={written}`; or write {written} wherever its name stands"
        raise fail(f"{written} is a value, where the description of a parameter stands", hint=hint)
    return written


def several(value: object) -> object:
    """Let one item stand for a list of one."""
    return list(value) if isinstance(value, list | tuple) else [value]


def one_or_several(value: object) -> str | tuple[str, ...]:
    """Read a name, or a list of names."""
    if not isinstance(value, list | tuple):
        return reference(value)
    if not value:
        raise fail("the list is empty", hint="name at least one")
    return tuple(reference(item) for item in value)


def kind_of(value: object) -> str:
    """Name the kind of a value in the words of YAML."""
    if isinstance(value, bool):
        return "`true`" if value else "`false`"
    for kind, word in ((str, "text"), (dict, "a mapping"), (list | tuple, "a list"), (int | Fraction, "a number")):
        if isinstance(value, kind):
            return word
    return "nothing" if value is None else f"a Python {type(value).__name__}"


def _reader(info: ValidationInfo) -> Formulas:
    return info.context if isinstance(info.context, Formulas) else Formulas()


def _matching(pattern: re.Pattern[str], value: object, what: str, rule: str) -> str:
    if not isinstance(value, str):
        hint = "put it in quotes, if it is a name" if isinstance(value, bool) else ""
        raise fail(f"expected {what}, found {kind_of(value)}", "bad-name", hint)
    word = value.strip()
    if len(word.removesuffix(".head")) > MAX_NAME:
        raise fail(f"a name may have at most {MAX_NAME} characters", "bad-name")
    if not pattern.fullmatch(word):
        raise fail(f"`{word}` is not {what}", "bad-name", rule)
    return word


def leaf(function: Callable[..., object], about: str, *types: str, with_info: bool = False) -> Schema:
    """Make the schema of a value that `function` reads."""
    kinds: Any = types[0] if len(types) == 1 else list(types)
    call = {"type": "with-info" if with_info else "no-info", "function": function}
    return {"type": "function-plain", "function": call, "metadata": {"json": {"type": kinds, "description": about}}}


_FORMULA = "A formula: a number, or an expression in the parameters such as `k*l` or `log(k)`."
_RELATION = "An assumption: `b <= k`, `m_d << n`, `m_g == k*m_s`."

FORMULA = leaf(formula, _FORMULA, "string", "number", with_info=True)
EXACT = leaf(number, "An exact number such as 0.1 or 1/3.", "string", "number", with_info=True)
RELATION = leaf(relation, _RELATION, "string", with_info=True)
NAME = leaf(name, "A name.", "string")
PART = leaf(part, "A name.", "string")
TITLE = leaf(title, "A name.", "string")
REFERENCE = leaf(reference, "A text, or `text.head` for its head.", "string")
SYMBOL = leaf(symbol, "A name that formulas can use.", "string")
ABOUT = leaf(text, "What it is, for people.", "string")
COUNTED = leaf(counted, "What it counts, for people.", "string")
NAMES = leaf(one_or_several, "A name, or several.", "string", "array")
FLAG: Schema = {"type": "bool", "strict": True}


def choice(*words: str) -> Schema:
    """Make the schema of one of some words."""
    return {"type": "literal", "expected": list(words)}


def mapping(keys: Schema, values: Schema) -> Schema:
    """Make the schema of a mapping from names."""
    return {"type": "dict", "keys_schema": keys, "values_schema": values, "strict": True}


def listing(items: Schema) -> Schema:
    """Make the schema of a list that may be written as its only item."""
    return expanding(several, {"type": "list", "items_schema": items, "strict": True}, "item")


def expanding(expand: Callable[[object], object], long: Schema, short: Any) -> Schema:
    """Make the schema of a value with a short form, which `expand` turns into the long one.

    `short` is what JSON Schema says of the short forms, a list; or ``"item"`` for one item of a list.
    """
    call = {"type": "no-info", "function": expand}
    return {"type": "function-before", "function": call, "schema": long, "metadata": {"short": short}}


def key(schema: Schema, about: str = "", required: bool = False) -> Schema:
    """Declare a key of a form."""
    return {"type": "typed-dict-field", "schema": schema, "required": required, "metadata": {"about": about}}


def form(
    about: str,
    keys: dict[str, Schema],
    short: tuple[str, Any] | None = None,
    check: Callable[[Data], Data] | None = None,
    expand: Callable[[object], object] | None = None,
) -> Schema:
    """Declare a mapping with these keys and no others.

    Parameters
    ----------
    short : (str, JSON Schema), optional
        The key that a value standing alone is for, and what that value may be.
    check : callable, optional
        Raises when the values do not fit together.
    expand : callable, optional
        Turns the short form into the long one, where it is more than a value standing alone.
    """
    long: Schema = {
        "type": "typed-dict",
        "fields": keys,
        "extra_behavior": "forbid",
        "strict": True,
        "metadata": {"about": about},
    }
    if check is not None:
        long = {"type": "function-after", "function": {"type": "no-info", "function": check}, "schema": long}
    if short is None:
        return long
    return expanding(expand or _alone(short[0]), long, [short[1]])


def _alone(name: str) -> Callable[[object], object]:
    def expand(value: object) -> object:
        return value if isinstance(value, dict | list | tuple) or value is None else {name: value}

    return expand
