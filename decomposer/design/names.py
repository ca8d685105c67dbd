"""Names for the free parameters of designs: a letter, or a word where a problem has the letter for something else."""

from __future__ import annotations

import re
from itertools import count


def fresh(taken: set[str], *names: str) -> str:
    """Take the first name that is free; the last one with a number where none is.

    >>> fresh({"g"}, "g", "group"), fresh({"g", "group", "group2"}, "g", "group")
    ('group', 'group3')
    """
    numbered = (f"{names[-1]}{number}" for number in count(2))
    name = next((each for each in names if each not in taken), None) or next(n for n in numbered if n not in taken)
    taken.add(name)
    return name


def of_model(model: str) -> str:
    """The name of a model, within the name of a parameter."""
    return re.sub(r"\W", "_", model)
