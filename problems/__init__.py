"""The problems shipped with the package: the paper's three and their variants, one file each."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

if __name__ != "decomposer.problems":
    raise ImportError("import this package as `decomposer.problems`")


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """Return the names of the shipped problems, sorted."""
    found = (entry.name for entry in files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in found if name.endswith(".yaml")))


def read(name: str) -> str:
    """Return the text of a shipped problem.

    Raises
    ------
    KeyError
        When there is no problem of this name.
    """
    if name not in names():
        raise KeyError(name)
    return files(__name__).joinpath(f"{name}.yaml").read_text(encoding="utf-8")
