"""The commands on real problems: what they answer, in every format, and how they exit."""

from __future__ import annotations

import io
import json
import re
import sys
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from decomposer.cli.main import main
from decomposer.problem.load import load
from decomposer.problem.sample import sample
from decomposer.problem.schema import json_schema
from decomposer.problems import names, read

Capture = pytest.CaptureFixture[str]

NUMBERS = ("k=10", "l=5", "b=2", "m_q=1", "m_d=3")
SETTINGS = [word for number in NUMBERS for word in ("--set", number)]


def answer(capsys: Capture, *args: str, code: int = 0) -> str:
    """Run a command that must exit with `code`; what it wrote to stdout. Nothing may be on stderr."""
    assert main(args) == code
    written, errors = capsys.readouterr()
    assert errors == ""
    return written


def data(capsys: Capture, *args: str, code: int = 0) -> dict[str, Any]:
    found = json.loads(answer(capsys, *args, "--format", "json", code=code))
    assert found["format_version"] == 1
    assert isinstance(found, dict)
    return found


def test_optimize_as_text(capsys: Capture) -> None:
    text = answer(capsys, "optimize", "debugging")
    assert text.startswith("debugging\n")
    assert "Θ(" in text
    assert text.endswith("\nnext: decomposer explain debugging\n")
    assert text == answer(capsys, "optimize", "debugging")
    assert all(line == line.rstrip() for line in text.splitlines())


def test_optimize_as_json(capsys: Capture) -> None:
    found = data(capsys, "optimize", "debugging")
    assert {"problem", "status", "cost", "design", "agents", "facts_used", "hand_designs", "search"} <= set(found)
    assert {"theta", "exact", "span"} <= set(found["cost"])
    assert found["problem"] == "debugging"


@pytest.mark.parametrize("verb", ["optimize", "compare", "explain"])
def test_markdown_and_html(verb: str, capsys: Capture) -> None:
    assert answer(capsys, verb, "debugging", "--format", "markdown").startswith("# debugging\n")
    page = answer(capsys, verb, "debugging", "--format", "html")
    tags: list[str] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attrs: tags.append(tag)  # type: ignore[method-assign]
    parser.feed(page)
    assert page.startswith("<!DOCTYPE html>")
    assert {"html", "h1", "pre"} <= set(tags)
    assert not {"script", "link", "img"} & set(tags)


@pytest.mark.parametrize(("suffix", "start"), [(".json", "{"), (".md", "# "), (".html", "<!"), (".txt", "debugging")])
def test_suffix_sets_the_format(suffix: str, start: str, tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / f"answer{suffix}"
    assert answer(capsys, "optimize", "debugging", "-o", str(file)) == ""
    assert file.read_text(encoding="utf-8").startswith(start)


def test_format_beats_the_suffix(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "answer.txt"
    answer(capsys, "optimize", "debugging", "-o", str(file), "--format", "json")
    assert json.loads(file.read_text(encoding="utf-8"))["problem"] == "debugging"


def test_optimize_at_numbers(capsys: Capture) -> None:
    found = data(capsys, "optimize", "debugging", *SETTINGS)
    assert found["at"] == dict(number.split("=") for number in NUMBERS)
    assert found["cost"]["value"].isdigit()
    same = ["k=1e1", "l=10/2", "b=2", "m_q=1.0", "m_d=3"]
    assert data(capsys, "optimize", "debugging", *(word for one in same for word in ("--set", one))) == found


@pytest.mark.parametrize(
    ("settings", "message"),
    [(["k=10"], "no number is given for"), (["kk=10"], "kk"), ([*NUMBERS[1:], "k=1/2"], "at least 1")],
)
def test_numbers_that_do_not_fit(settings: list[str], message: str, capsys: Capture) -> None:
    assert main(["optimize", "debugging", *(word for one in settings for word in ("--set", one))]) == 2
    written, errors = capsys.readouterr()
    assert written == ""
    assert message in errors


@pytest.mark.parametrize("binary", [True, False])
def test_problem_from_standard_input(binary: bool, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    text = read("debugging")
    raw = io.BytesIO(text.encode())
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=raw) if binary else io.StringIO(text))
    piped = answer(capsys, "optimize", "-")
    assert "next:" not in piped
    assert answer(capsys, "optimize", "debugging").startswith(piped.rstrip())


def test_errors_in_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("problem: [\n"))
    assert main(["optimize", "-"]) == 2
    assert capsys.readouterr().err.startswith("<stdin>:")


def test_optimize_that_is_only_a_bound_exits_with_4(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    from dataclasses import replace

    from decomposer.verbs import optimize as verb

    result = replace(verb.optimize(load("debugging")), status="bounded")
    monkeypatch.setattr(verb, "optimize", lambda problem, at=None, seconds=None: result)
    assert data(capsys, "optimize", "debugging", code=4)["status"] == "bounded"


def test_list_cuts_at_ends_of_sentences(capsys: Capture) -> None:
    rows = {row[0]: row[1] for line in answer(capsys, "list").splitlines() if len(row := line.split(maxsplit=1)) == 2}
    for name in names():
        about = " ".join(load(name).about.split())
        sentence = rows[name]
        assert about.startswith(sentence) and sentence[-1] in ".?!"
        assert sentence.count("(") == sentence.count(")") and not sentence.endswith("et al.")
        # Not a word more: in shipped problems, what follows a full stop outside of brackets is another sentence.
        assert not re.search(r"[^l]\. [A-Z]", re.sub(r"\([^)]*\)", "", sentence))
    assert rows["chunking-window"].endswith("W of the model allows (Chen et al. 2024).")


def test_compare(capsys: Capture) -> None:
    problem = load("debugging")
    found = data(capsys, "compare", "debugging")
    assert [row["name"] for row in found["designs"]] == ["optimum", *problem.designs]
    (one, *_) = problem.designs
    assert [row["name"] for row in data(capsys, "compare", "debugging", one)["designs"]] == ["optimum", one]
    text = answer(capsys, "compare", "debugging")
    assert text.endswith("\nnext: decomposer explain debugging\n")


def test_fail_if_worse(capsys: Capture) -> None:
    """The habit is worse than the best design, which is worse than nothing; and not the other way round."""
    verdicts = {row["name"]: row["relation"] for row in data(capsys, "compare", "debugging")["designs"]}
    worse = [name for name, relation in verdicts.items() if relation not in ("Theta", "O", "o")]
    equal = [name for name, relation in verdicts.items() if relation == "Theta" and name != "optimum"]
    assert worse and equal
    answer(capsys, "compare", "debugging", *worse, "--fail-if-worse", code=1)
    answer(capsys, "compare", "debugging", *worse)
    answer(capsys, "compare", "debugging", *equal, "--fail-if-worse")
    answer(capsys, "compare", "debugging", *equal, *worse, "--fail-if-worse", code=1)
    answer(capsys, "compare", "debugging", *equal, "--against", worse[0], "--fail-if-worse")
    answer(capsys, "compare", "debugging", worse[0], "--against", equal[0], "--fail-if-worse", code=1)


def test_fail_if_worse_at_numbers(capsys: Capture) -> None:
    values = {row["name"]: row["cost"]["value"] for row in data(capsys, "compare", "debugging", *SETTINGS)["designs"]}
    for name, value in values.items():
        if name != "optimum":
            code = int(int(value) > int(values["optimum"]))
            answer(capsys, "compare", "debugging", name, *SETTINGS, "--fail-if-worse", code=code)
    assert len(set(values.values())) > 1


def test_unknown_designs(capsys: Capture) -> None:
    for args in (["naiv"], ["--against", "naiv"]):
        assert main(["compare", "debugging", *args]) == 2
        written, errors = capsys.readouterr()
        assert written == ""
        assert "naiv" in errors


def test_explain(capsys: Capture) -> None:
    found = data(capsys, "explain", "debugging")
    assert found["choices"]
    assert found["facts"]
    assert answer(capsys, "explain", "debugging").endswith("\nnext: decomposer compare debugging\n")


@pytest.mark.parametrize("name", ["votes-correlated", "answers-cascade", "support", "sorting-lists"])
def test_explain_tells_ways_apart(name: str, capsys: Capture) -> None:
    """No two ways of one goal are told in the same words."""
    found = data(capsys, "explain", name)
    assert any(other["more"] for choice in found["choices"] for other in choice["refused"])
    sections = answer(capsys, "explain", name, "--format", "markdown").split("\n\n")
    told = [(head, body.splitlines()) for head, body in pairwise(sections) if body.startswith("- not ")]
    assert told
    for heading, lines in told:
        ways, above = [heading.partition(": ")[2].rpartition(", Θ")[0]], ""
        for line in lines:
            above = above if line.startswith(" ") else line
            if ": Θ" in line:
                ways.append((above if line != above else "") + line.rpartition(": Θ")[0])
        assert len(ways) > 1 and len(set(ways)) == len(ways)


def test_list(capsys: Capture) -> None:
    text = answer(capsys, "list")
    assert all(f"  {name} " in text for name in names())
    found = data(capsys, "list")
    assert [entry["name"] for entry in found["problems"]] == list(names())
    assert all(entry["about"] for entry in found["problems"])


def test_init_writes_a_problem_that_can_be_optimized(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init"]) == 0
    written, errors = capsys.readouterr()
    assert written == ""
    assert errors == "wrote problem.yaml\nnext: decomposer optimize problem.yaml\n"
    assert answer(capsys, "optimize", "problem.yaml").endswith("\nnext: decomposer explain problem.yaml\n")


def test_init_does_not_overwrite(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("mine")
    assert main(["init", str(file)]) == 2
    assert "add --force" in capsys.readouterr().err
    assert file.read_text() == "mine"
    assert main(["init", str(file), "--force"]) == 0
    assert file.read_text(encoding="utf-8") == sample()


def test_init_prints(capsys: Capture) -> None:
    assert answer(capsys, "init", "-") == sample()


def test_schema(tmp_path: Path, capsys: Capture) -> None:
    assert json.loads(answer(capsys, "schema")) == json_schema()
    file = tmp_path / "problem.schema.json"
    assert answer(capsys, "schema", "-o", str(file)) == ""
    assert json.loads(file.read_text(encoding="utf-8")) == json_schema()


@pytest.mark.parametrize("name", names())
def test_every_shipped_problem_is_optimized(name: str, capsys: Capture) -> None:
    assert data(capsys, "optimize", name)["problem"] == name
