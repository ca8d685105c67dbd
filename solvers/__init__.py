"""Solvers over AND/OR graphs. They know nothing of problems, designs or growth."""

from __future__ import annotations

if __name__ != "decomposer.solvers":
    raise ImportError("import this package as `decomposer.solvers`")
