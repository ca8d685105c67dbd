"""The entry point: exit codes, which stream gets what, and how errors are written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest

from decomposer import __version__
from decomposer.cli import main as entry
from decomposer.cli.common import ascii_text, emit, wants_json, write_file
from decomposer.cli.main import COMMANDS, INTERNAL_ERROR, INTERRUPTED, cli, main
from decomposer.errors import InfeasibleError

Capture = pytest.CaptureFixture[str]


def failing(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Make ``decomposer list`` fail."""

    @click.command
    @click.option("--format")
    def fails(format: str | None) -> None:
        raise error

    monkeypatch.setattr(entry.LazyGroup, "get_command", lambda self, ctx, name: fails)


def test_help_lists_every_command_in_order(capsys: Capture) -> None:
    assert main(["--help"]) == 0
    written, errors = capsys.readouterr()
    places = [written.index(f"\n  {entry.name} ") for entry in COMMANDS]
    assert places == sorted(places)
    assert errors == ""


@pytest.mark.parametrize("command", [entry.name for entry in COMMANDS])
def test_every_command_can_be_imported_and_has_help(command: str, capsys: Capture) -> None:
    assert main([command, "--help"]) == 0
    assert f"decomposer {command}" in capsys.readouterr().out


def test_every_module_of_a_command_is_listed() -> None:
    folder = Path(entry.__file__).parent
    files = {file.stem for file in folder.glob("*.py")} - {"__init__", "main", "common"}
    homes = {entry.home.partition(":")[0].rpartition(".")[2] for entry in COMMANDS}
    assert homes == files
    assert all(name.startswith(tuple(homes)) for name in files)


def test_version(capsys: Capture) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"decomposer {__version__}\n"


@pytest.mark.parametrize(
    ("args", "message", "hint"),
    [
        (["optimise"], "there is no command `optimise`", "did you mean `optimize`?"),
        (["zzz"], "there is no command `zzz`", "known: `optimize`, `compare`"),
        (["optimize"], "Missing argument 'PROBLEM'", "try: decomposer optimize --help"),
        (["schema", "--bogus"], "--bogus", "try: decomposer schema --help"),
        (["optimize", "debugging", "--format", "pdf"], "'pdf' is not one of", "try: decomposer optimize --help"),
        (["optimize", "debugging", "-o", "x.pdf"], "the suffix of `x.pdf`", "use one of .txt, .json, .md, .html"),
        (["optimize", "debuging"], "no shipped problem `debuging`", "did you mean `debugging`?"),
        (["optimize", "debugging", "--set", "k"], "--set k: not a setting", "name=number"),
        (["optimize", "debugging", "--set", "k=n"], "--set k=n: ", "such as 30000"),
        (["optimize", "debugging", "--set", "k=1", "--set", "k=2"], "k is set twice", "keep one"),
    ],
)
def test_bad_usage_ends_with_2_and_a_hint_on_stderr(args: list[str], message: str, hint: str, capsys: Capture) -> None:
    assert main(args) == 2
    written, errors = capsys.readouterr()
    assert written == ""
    assert errors.startswith("decomposer: ")
    assert message in errors
    assert hint in errors
    assert "Traceback" not in errors


def test_every_bad_setting_is_reported(capsys: Capture) -> None:
    assert main(["optimize", "debugging", "--set", "k=", "--set", "l=1/0", "--set", "b=2**"]) == 2
    errors = capsys.readouterr().err
    assert all(f"--set {setting}: " in errors for setting in ("k=", "l=1/0", "b=2**"))


def test_errors_in_a_file_point_at_the_place(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text(
        "problem: wrong\n"
        "parameters: {n: tokens, m: size}\n"
        "texts: {input: n, answer: 1}\n"
        "capabilities: {solve: m}\n"
        "tasks:\n"
        "  solve: {reads: inptu, writes: answer, requires: slove}\n"
    )
    assert main(["optimize", str(file)]) == 2
    written, errors = capsys.readouterr()
    assert written == ""
    lines = errors.splitlines()
    assert lines[0].startswith(f"{file}:6:18: ")
    assert lines[1].strip() == "solve: {reads: inptu, writes: answer, requires: slove}"
    assert lines[2].index("^") == lines[1].index("inptu")
    assert "did you mean `input`?" in errors
    assert "did you mean `solve`?" in errors


@pytest.mark.parametrize("ask", [["--format", "json"], ["--format=json"], ["-o", "answer.json"]])
def test_errors_as_json(ask: list[str], capsys: Capture) -> None:
    assert main(["optimize", "debuging", *ask]) == 2
    written, errors = capsys.readouterr()
    assert written == ""
    data: dict[str, Any] = json.loads(errors)
    assert data["exit_code"] == 2
    assert data["errors"][0]["code"] == "no-such-problem"
    assert data["errors"][0]["hint"] == "did you mean `debugging`?"


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ([], False),
        (["--format"], False),
        (["--format", "json"], True),
        (["--format=json", "--format", "text"], False),
        (["-o", "a.json"], True),
        (["-o", "a.json", "--format", "text"], False),
        (["--output=a.JSON"], True),
        (["json"], False),
    ],
)
def test_json_is_recognised_before_parsing(args: list[str], expected: bool) -> None:
    assert wants_json(args) is expected


def test_infeasible_ends_with_3(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    failing(monkeypatch, InfeasibleError("no model can do it"))
    assert main(["list"]) == 3
    assert capsys.readouterr() == ("", "decomposer: no model can do it\n")


def test_internal_errors_end_with_101_and_hide_the_traceback(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    failing(monkeypatch, RuntimeError("surprise"))
    monkeypatch.delenv("DECOMPOSER_TRACEBACK", raising=False)
    assert main(["list"]) == INTERNAL_ERROR == 101
    written, errors = capsys.readouterr()
    assert written == ""
    assert "internal error: RuntimeError: surprise" in errors
    assert "Traceback" not in errors
    assert "DECOMPOSER_TRACEBACK=1" in errors
    monkeypatch.setenv("DECOMPOSER_TRACEBACK", "1")
    assert main(["list"]) == 101
    assert "Traceback" in capsys.readouterr().err


def test_internal_errors_as_json(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    failing(monkeypatch, RuntimeError("surprise"))
    assert main(["list", "--format", "json"]) == 101
    assert json.loads(capsys.readouterr().err)["errors"][0]["code"] == "internal"


def test_interruption(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    failing(monkeypatch, KeyboardInterrupt())
    assert main(["list"]) == INTERRUPTED
    written, errors = capsys.readouterr()
    assert written == ""
    assert "interrupted" in errors


def test_closed_pipe_is_silent() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as closed:
        run = subprocess.run([sys.executable, "-m", "decomposer", "schema"], stdout=closed, stderr=subprocess.PIPE)
    assert run.stderr == b""
    assert run.returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_full_disk_is_an_error() -> None:
    with open("/dev/full", "wb") as full:
        run = subprocess.run([sys.executable, "-m", "decomposer", "schema"], stdout=full, stderr=subprocess.PIPE)
    assert run.returncode == 2
    assert run.stderr.startswith(b"decomposer: cannot write the answer: ")


def test_ascii_where_the_terminal_has_no_theta() -> None:
    assert ascii_text("Θ(m_d·b·l²·k⁻¹⁰·√n)") == "Theta(m_d*b*l^2*k^-10*sqrt(n))"
    code = "from decomposer.cli.common import emit; emit('Θ(m·k²) é\\n')"
    for encoding, expected in (("ascii", b"Theta(m*k^2) ?\n"), ("utf-8", "Θ(m·k²) é\n".encode())):
        environment = {**os.environ, "PYTHONIOENCODING": encoding}
        assert subprocess.check_output([sys.executable, "-c", code], env=environment) == expected


def test_control_characters_do_not_reach_the_terminal(capsys: Capture) -> None:
    emit("a\x1b[2Jb\tc\n")
    assert capsys.readouterr().out == "a[2Jb\tc\n"


@pytest.mark.parametrize(("variables", "bold"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_headings_are_bold_on_a_terminal_only(
    variables: dict[str, str], bold: bool, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    emit("design\n  call\n", styled=True)
    assert capsys.readouterr().out == "design\n  call\n"
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    emit("design\n  call\nnext: x\n", styled=True)
    heading = "\033[1mdesign\033[0m" if bold else "design"
    assert capsys.readouterr().out == f"{heading}\n  call\nnext: x\n"


def test_files_are_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    file = tmp_path / "answer.txt"
    file.write_text("old")
    file.chmod(0o600)
    write_file(file, "Θ\n")
    assert file.read_text(encoding="utf-8") == "Θ\n"
    assert file.stat().st_mode & 0o777 == 0o600

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert main(["schema", "-o", str(file)]) == 2
    assert capsys.readouterr().err == f"decomposer: cannot write {file}: No space left on device\n"
    assert file.read_text(encoding="utf-8") == "Θ\n"
    assert [found.name for found in tmp_path.iterdir()] == ["answer.txt"]


def test_files_are_written_through_links(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to("real.txt")
    write_file(tmp_path / "link.txt", "new")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text() == "new"


def test_cli_is_a_click_group() -> None:
    assert isinstance(cli, click.Group)
    assert cli.list_commands(click.Context(cli)) == [entry.name for entry in COMMANDS]
