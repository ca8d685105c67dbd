"""Reading the fields of a certificate."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from decomposer.formulas.algebra import Malformed, Refused


def rational(value: object) -> Fraction:
    """A number of a certificate, as text such as ``3/2``."""
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,40}(/[0-9]{1,40})?", value) and not re.search("/0+$", value):
        return Fraction(value)
    raise Malformed(f"a rational number in text was expected, not {str(value)[:40]!r}")


def mapping(value: object, *names: str) -> Mapping[str, Any]:
    """An object; where names are given, with exactly these fields."""
    if not isinstance(value, dict):
        raise Malformed(f"an object was expected, not {str(value)[:40]!r}")
    if names and set(value) != set(names):
        raise Malformed(f"expected the fields {', '.join(names)}, not {', '.join(value)[:200]}")
    return value


def listed(value: object, length: int | None = None) -> list[Any]:
    """A list."""
    if not isinstance(value, list):
        raise Malformed(f"a list was expected, not {str(value)[:40]!r}")
    if length is not None and len(value) != length:
        raise Refused(f"a list of {length} was expected, not of {len(value)}")
    return value


def texts(value: object) -> tuple[str, ...]:
    """A list of texts."""
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise Malformed(f"a list of texts was expected, not {str(value)[:40]!r}")
    return tuple(value)
