"""The JSON Schema of problem files, and the problems that are shipped."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest

from decomposer.problem.assemble import OPTIONS
from decomposer.problem.load import load
from decomposer.problem.sample import sample
from decomposer.problem.schema import STEP_KEYS, json_schema, keys_at
from decomposer.problem.source import lines_of
from decomposer.problem.yaml import read as read_yaml
from decomposer.problems import names, read

VARIANTS = {
    "k-task", "k-task-no-head", "k-task-equal-delegator", "k-task-unrelated", "k-task-power", "k-task-max",
    "k-task-tree",    "debugging", "debugging-patches", "debugging-global-fix", "debugging-related",
    "evolution", "evolution-q", "evolution-all-or-nothing",
}  # fmt: skip


def test_the_schema_is_json_and_says_nothing_on_stderr() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        json_schema.cache_clear()
        schema = json_schema()
    assert json.loads(json.dumps(schema)) == schema
    assert schema["required"] == ["problem", "tasks"]
    assert schema["additionalProperties"] is False
    task = schema["properties"]["tasks"]["additionalProperties"]
    assert {"reads", "for_each", "one_of", "methods"} <= task["properties"].keys()
    text = schema["properties"]["texts"]["additionalProperties"]
    assert text["anyOf"][0] == {"type": ["string", "number"]}


def test_keys_are_known_at_every_depth() -> None:
    assert keys_at(("tasks", "t", "one_of")) == ["family", "told_by"]
    assert keys_at(("designs", "d", 0, "do", 1))[:2] == ["call", "repeat"]
    assert keys_at(("texts", "x", "parts")) == keys_at(("nowhere", "x")) == []


def fits(value: Any, schema: dict[str, Any], root: dict[str, Any]) -> bool:
    """Check a value against the part of JSON Schema that ours uses."""
    if "$ref" in schema:
        return fits(value, root["$defs"][schema["$ref"].rsplit("/", 1)[1]], root)
    if "anyOf" in schema and not any(fits(value, one, root) for one in schema["anyOf"]):
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    if "const" in schema and value != schema["const"]:
        return False
    kinds = {"string": str, "number": (int, float), "boolean": bool, "object": dict, "array": list, "null": type(None)}
    named = schema.get("type", list(kinds))
    if not any(isinstance(value, kinds[kind]) for kind in ([named] if isinstance(named, str) else named)):  # type: ignore[arg-type]
        return False
    if isinstance(value, dict):
        properties, more = schema.get("properties", {}), schema.get("additionalProperties", True)
        if not set(schema.get("required", ())) <= value.keys():
            return False
        return all(
            fits(item, properties[key], root)
            if key in properties
            else more is True or (more and fits(item, more, root))
            for key, item in value.items()
        )
    return not isinstance(value, list) or all(fits(item, schema.get("items", {}), root) for item in value)


@pytest.mark.parametrize("text", [*map(read, names()), sample()], ids=[*names(), "sample"])
def test_shipped_problems_fit_the_schema(text: str) -> None:
    schema = json_schema()
    data = read_yaml(text).data
    assert isinstance(data, dict)
    assert fits(data, schema, schema)
    assert not fits({**data, "txts": {}}, schema, schema)
    assert not fits({**data, "tasks": {"t": {"raeds": "x"}}}, schema, schema)
    assert not fits({**data, "designs": {"d": [{"call": ["x"], "rewrite": "none"}]}}, schema, schema)


def test_steps_are_described_once() -> None:
    assert set(STEP_KEYS) == {
        *OPTIONS,
        *(option for options in OPTIONS.values() for option in options),
        "do",
        "else",
        "by",
        "split",
    }


def test_the_variants_are_shipped() -> None:
    assert set(names()) >= VARIANTS


@pytest.mark.parametrize("name", names())
def test_shipped_problems_say_what_they_are(name: str) -> None:
    problem = load(name)
    assert len(problem.about) > 60
    assert problem.designs
    assert all(parameter.about for parameter in problem.parameters.values())
    assert max(map(len, lines_of(read(name)))) <= 120


def test_no_such_shipped_problem() -> None:
    with pytest.raises(KeyError):
        read("../pyproject")


def test_the_folder_cannot_be_imported_by_its_bare_name() -> None:
    root = Path(__file__).parents[2]
    if not (root / "problems").is_dir():
        pytest.skip("runs beside the sources only")
    code = "import problems"
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False)
    assert "ImportError" in done.stderr


@pytest.mark.parametrize(
    ("source", "unwanted"),
    [
        ("no-such-problem", ("pydantic", "yaml", "networkx", "numpy", "sympy")),
        ("nowhere.yaml", ("pydantic", "yaml", "networkx", "numpy", "sympy")),
        ("debugging", ("networkx", "numpy", "sympy", "ortools", "rich")),
    ],
)
def test_only_what_is_needed_is_imported(source: str, unwanted: tuple[str, ...]) -> None:
    code = (
        "import sys\nfrom decomposer.problem.load import load\nfrom decomposer.errors import ProblemError\n"
        f"try: load({source!r})\nexcept ProblemError: pass\n"
        f"print([name for name in {unwanted!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
