"""What the README and the documentation show is what happens.

Python blocks are run, those of one file in one namespace. In console blocks, the lines after ``$ decomposer ...`` are
compared with what the command writes; a line ``...`` stands for any lines.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FILES = [file for file in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))) if file.exists()]

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, and the line of the file that it begins on."""

    language: str
    text: str
    line: int


def blocks(text: str) -> list[Block]:
    """Find the fenced blocks of a Markdown file."""
    return [Block(found[1], found[2], text.count("\n", 0, found.start(2)) + 1) for found in _FENCE.finditer(text)]


def exchanges(text: str) -> list[tuple[str, str]]:
    """Split a console block into commands and what they write."""
    found = re.split(r"(?m)^\$ (.*)\n", text)
    assert not found[0], "a console block begins with a command"
    return list(zip(found[1::2], found[2::2], strict=True))


def matches(shown: str, written: str) -> bool:
    """Whether the lines shown are those written; a line ``...`` stands for any lines."""
    pattern = "".join(r"(?:.*\n)*" if line.strip() == "..." else re.escape(f"{line}\n") for line in shown.splitlines())
    return re.fullmatch(pattern, written) is not None


def run(command: str, folder: Path) -> str:
    """Run ``decomposer ...`` in a folder; all that it writes."""
    name, *args = shlex.split(command, comments=True)
    assert name == "decomposer", f"only decomposer is run, not {name}"
    environment = {"PATH": "/usr/bin:/bin", "PYTHONIOENCODING": "utf-8", "PYTHONPATH": ":".join(filter(None, sys.path))}
    done = subprocess.run(
        [sys.executable, "-m", "decomposer", *args],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    return done.stdout


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_blocks_hold(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {"__name__": "__main__"}
    for block in blocks(file.read_text(encoding="utf-8")):
        if block.language == "python":
            # Blank lines in front give tracebacks the line of the file.
            exec(compile("\n" * (block.line - 1) + block.text, str(file), "exec"), namespace)
        elif block.language == "console":
            for command, shown in exchanges(block.text):
                written = run(command, tmp_path)
                assert matches(shown, written), f"{file}:{block.line}: `{command}` wrote\n{written}"


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_links_lead_somewhere(file: Path) -> None:
    if not (ROOT / "pyproject.toml").exists():
        pytest.skip("the tests run apart from the tree")
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", file.read_text(encoding="utf-8")):
        assert "://" in target or (file.parent / target).exists(), target


def test_the_readme_shows_two_commands() -> None:
    readme = ROOT / "README.md"
    if not readme.exists():
        pytest.skip("the tests run apart from the tree")
    for marker in ("run", "test"):
        found = re.findall(rf"<!-- ci: {marker} -->\n```\w+\n(.*?)^```$", readme.read_text(), re.MULTILINE | re.DOTALL)
        assert len(found) == 1 and found[0].count("\n") == 1, marker


@pytest.mark.parametrize(
    ("shown", "written", "same"),
    [
        ("a\nb\n", "a\nb\n", True),
        ("a\n...\nd\n", "a\nb\nc\nd\n", True),
        ("a\n...\n", "a\n", True),
        ("a\n", "a\nb\n", False),
        ("a.\n", "ab\n", False),
        ("...\nb\n", "a\n", False),
    ],
)
def test_comparison_of_output(shown: str, written: str, same: bool) -> None:
    assert matches(shown, written) is same
