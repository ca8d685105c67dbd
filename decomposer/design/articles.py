"""English articles before names that a problem gives."""

from __future__ import annotations

import re

_SOUNDS_LIKE_A_CONSONANT = re.compile(r"(?:uni|use|usa|eu|one|once)", re.IGNORECASE)
_SILENT_H = re.compile(r"(?:hour|honest|honou?r|heir)", re.IGNORECASE)


def an(noun: str) -> str:
    """Write a noun with its indefinite article, by how it most likely sounds.

    >>> an("issue"), an("page"), an("unit"), an("hour")
    ('an issue', 'a page', 'a unit', 'an hour')
    """
    vowel = noun[:1].casefold() in set("aeiou") and not _SOUNDS_LIKE_A_CONSONANT.match(noun)
    return f"an {noun}" if vowel or _SILENT_H.match(noun) else f"a {noun}"
