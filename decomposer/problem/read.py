"""From text or plain data to a checked problem, with all errors at once."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from decomposer.expr import ONE
from decomposer.problem.budget import Formulas
from decomposer.problem.diagnose import Issue, marks_of, refusal, render
from decomposer.problem.frozen import Frozen
from decomposer.problem.plain import plain

if TYPE_CHECKING:
    from decomposer.problem.model import Problem
    from decomposer.problem.yaml import Document, Loc

_LEAST: dict[str, object] = {"problem": "problem", "tasks": {}}
"""What a file must hold, so that the rest of it can be checked when this is missing."""


def from_text(text: str, file: str | None) -> Problem:
    """Read the text of a problem file."""
    from decomposer.problem.yaml import read

    document = read(text, file)
    problem = _checked(document.data, document, file)
    return replace(problem, file=file, source=text, marks=Frozen(marks_of(document)))


def from_data(data: Mapping[str, Any], name: str | None = None) -> Problem:
    """Read plain data of the form of a problem file."""
    return _checked(plain(data), None, name)


def _checked(data: object, document: Document | None, file: str | None) -> Problem:
    from decomposer.problem.assemble import assemble
    from decomposer.problem.validate import issues_of

    form, issues = _form(data)
    found = list(document.found) if document is not None else []
    if form is None:
        raise refusal([*found, *render(issues, document)], file)
    problem, faults = assemble(form)
    if issues or found:
        # What was left out must not be held against the rest: only names unknown in the whole file count.
        words = _words(issues) | (document.dropped if document is not None else frozenset())
        faults = [one for one in faults if not any(issue.loc[: len(one.loc)] == one.loc for issue in issues)]
        faults += [one for one in issues_of(problem, regime=False) if _stands(one, words, issues)]
    else:
        faults += issues_of(problem)
    if issues or faults or found:
        raise refusal([*found, *render([*issues, *faults], document)], file)
    return problem


def _form(data: object) -> tuple[dict[str, Any] | None, list[Issue]]:
    """Validate; after errors, once more without what was wrong, so that the rest can be checked too."""
    from pydantic_core import ValidationError

    from decomposer.problem.schema import validator

    formulas = Formulas()
    try:
        return validator().validate_python(data, context=formulas), []
    except ValidationError as error:
        from decomposer.problem.refuse import issues_of as translated

        issues = translated(error)
    repaired: object = {**_LEAST, **data} if isinstance(data, dict) else data
    for issue in issues[:1000]:
        repaired = _without(repaired, issue.loc, issue.code == "formula")
    try:
        return validator().validate_python(repaired, context=formulas), issues
    except ValidationError:
        return None, issues


def _without(data: Any, loc: Loc, formula: bool) -> Any:
    """Copy the data along one path, with a bad formula made 1 and anything else that is wrong left out.

    Lists keep their places: a bad assumption becomes a true one, another list of words goes as a whole.
    """
    if not loc or not _holds(data, loc[0]):
        return data
    changed, first, rest = copy(data), loc[0], loc[1:]
    inside = data[first]
    if first == "assume" and rest and isinstance(inside, list):
        changed[first] = [*inside[: int(rest[0])], "1 <= 1", *inside[int(rest[0]) + 1 :]]
    elif rest and _holds(inside, rest[0]) and (isinstance(inside, dict) or isinstance(inside[rest[0]], dict)):
        changed[first] = _without(inside, rest, formula)
    elif formula and not isinstance(inside, list):
        changed[first] = ONE
    elif isinstance(changed, dict):
        del changed[first]
    else:
        changed[first] = {}
    return changed


def _holds(data: object, key: str | int) -> bool:
    if isinstance(data, list):
        return isinstance(key, int) and key < len(data)
    return isinstance(data, dict) and key in data


def _stands(fault: Issue, words: frozenset[str], issues: list[Issue]) -> bool:
    """Whether a name is unknown though all that could declare it was read."""
    if fault.code != "unknown-name" or fault.token in words or fault.known is None:
        return False
    whole_section_lost = any(len(issue.loc) == 1 for issue in issues) and not any(True for _ in fault.known())
    return not whole_section_lost


def _words(issues: list[Issue]) -> frozenset[str]:
    """The names that stand on the paths of errors: what they declare may be missing from the problem."""
    return frozenset(str(part) for issue in issues for part in issue.loc)
