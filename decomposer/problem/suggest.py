"""Did you mean ...?"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

_CANDIDATES = 500
_LONGEST = 60


def suggest(name: str, known: Iterable[str]) -> str:
    """Return a hint for an unknown name: the nearest known one, else a short list of what there is.

    Looks at 500 candidates at most, so that a hostile file cannot make it slow.
    """
    from difflib import get_close_matches

    candidates = [candidate for candidate in islice(known, _CANDIDATES) if len(candidate) <= _LONGEST]
    if not candidates:
        return ""
    if len(name) <= _LONGEST:
        folded = {candidate.casefold(): candidate for candidate in reversed(candidates)}
        close = get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
        if close:
            return f"did you mean `{folded[close[0]]}`?"
    shown = ", ".join(f"`{candidate}`" for candidate in candidates[:8])
    return f"known: {shown}" + (", ..." if len(candidates) > 8 else "")
