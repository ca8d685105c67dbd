"""Reading YAML: exact text, places, limits."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator

import pytest

from decomposer.errors import ProblemError
from decomposer.problem.source import MAX_SIZE, accept, decode
from decomposer.problem.yaml import MAX_DEPTH, MAX_NODES, read


def test_scalars_follow_yaml_1_2_and_keep_their_text() -> None:
    text = "a: 0.1\nb: 1e-6\nc: no\non: yes\nd: true\ne: 0x10\nf: '1'\ng: 2001-01-01\nh: .inf\ni: 1_000\n"
    assert read(text).data == {
        "a": "0.1",
        "b": "1e-6",
        "c": "no",
        "on": "yes",
        "d": True,
        "e": "0x10",
        "f": "1",
        "g": "2001-01-01",
        "h": ".inf",
        "i": "1_000",
    }


def test_every_node_has_its_place() -> None:
    document = read("a:\n  - {b: 'x y', c: [1]}\n")
    marks = {loc: (mark.line, mark.column, mark.width) for loc, mark in document.marks.items()}
    assert marks[("a",)] == (2, 3, 1)
    assert marks[("a", 0)] == (2, 5, 1)
    assert marks[("a", 0, "b")] == (2, 10, 3)
    assert marks[("a", 0, "c", 0)] == (2, 20, 1)
    assert document.keys[("a", 0, "c")].column == 16


def test_aliases_are_expanded() -> None:
    assert read("a: &x [1, 2]\nb: *x\n").data == {"a": ["1", "2"], "b": ["1", "2"]}


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("", "empty", None),
        ("# only a comment\n", "empty", None),
        ("a: [1, 2\nb: 3\n", "syntax", (2, 2)),
        ("a:\n\tb: 1\n", "syntax", (2, 1)),
        ("a: &x [*x]\n", "alias", (1, 8)),
        ("a: *nowhere\n", "alias", (1, 4)),
        ("a: !!python/object:os.system 1\n", "tag", (1, 4)),
        ("? [a]\n: b\n", "bad-key", (1, 3)),
        ("a: 1\n---\nb: 2\n", "documents", (2, 1)),
        ("a: 'x\n", "syntax", None),
    ],
)
def test_refused(text: str, code: str, place: tuple[int, int] | None) -> None:
    with pytest.raises(ProblemError) as caught:
        read(text)
    found = caught.value.diagnostics[0]
    assert found.code == code
    if place is not None:
        assert (found.line, found.column) == place


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("a: 1\nb: 2\na: 3\n", "duplicate-key", (3, 1)),
        ("a: {b: 1, b: 2}\n", "duplicate-key", (1, 11)),
        ("a: 1\nb:\n", "no-value", (2, 1)),
        ("a: [1, ~]\n", "no-value", (1, 8)),
        (f"{'x' * 101}: 1\n", "bad-key", (1, 1)),
    ],
)
def test_faults_that_do_not_prevent_reading_on(text: str, code: str, place: tuple[int, int]) -> None:
    found = read(text).found[0]
    assert (found.code, found.line, found.column) == (code, *place)


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 20)
)


@pytest.fixture
def others_objects_aside() -> Iterator[None]:
    """Keep what hundreds of tests before have left alive out of garbage collections, which would be timed, too."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[" * 900_000, "too-deep"),
        ("{a: " * 200_000, "too-deep"),
        ("- " * 400_000, "too-deep"),
        ("? " * 400_000, "too-deep"),
        ("".join(" " * i + "a:\n" for i in range(1000)), "too-deep"),
        ("[" + "a," * 400_000 + "]", "too-many"),
        ("a: 1\n" * 150_000, "too-many"),
        (BOMB, "too-many"),
        ("x: &x " + "[" * 30 + "1" + "]" * 30 + "\ny: " + "[" * 30 + "*x" + "]" * 30, "too-deep"),
        ("&" * 900_000, "syntax"),
        ('"' * 900_000, "syntax"),
        ("'" + "a" * 900_000, "syntax"),
        ("%" * 900_000, "syntax"),
        ("!" * 900_000, "tag"),
        (" " * 900_000, "empty"),
        ("---\n" * 200_000, "documents"),
    ],
)
def test_hostile_input_is_refused_quickly(text: str, code: str, others_objects_aside: None) -> None:
    begin = time.process_time()
    with pytest.raises(ProblemError) as caught:
        read(accept(text, None))
    assert caught.value.diagnostics[0].code == code
    assert len(str(caught.value)) < 1000
    assert time.process_time() - begin < 2


def test_limits_themselves_are_allowed() -> None:
    depth = MAX_DEPTH
    data = read("[" * depth + "]" * depth).data
    for _ in range(depth - 1):
        assert isinstance(data, list)
        data = data[0]
    assert data == []
    assert len(read("[" + "a," * (MAX_NODES - 1) + "]").data) == MAX_NODES - 1  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"a: \xff\xfe", "not-utf8"),
        ("a: x".encode("utf-16"), "not-utf8"),
        (b"a: \x00", "bad-character"),
        (b"a: \x1b[31m", "bad-character"),
        (b"a: " + b"x" * MAX_SIZE, "too-large"),
    ],
)
def test_bytes_that_are_not_text(content: bytes, code: str) -> None:
    with pytest.raises(ProblemError) as caught:
        decode(content, "some.yaml")
    assert caught.value.diagnostics[0].code == code
    assert "\x1b" not in str(caught.value)


def test_a_byte_order_mark_is_ignored() -> None:
    assert decode("\ufeffa: 1".encode(), None) == "a: 1"
