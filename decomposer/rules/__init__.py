"""The rules that generate the space of designs, in the order in which they are tried."""

from __future__ import annotations

from decomposer.rules import (
    branch,
    call,
    cascade,
    compress,
    decompose,
    delegate,
    everywhere,
    forget,
    fuse,
    guard,
    localize,
    narrow,
    patch,
    recurse,
    reduce,
    retry,
    scan,
    separate,
    serve,
    split,
    steps,
    trust,
    vote,
)
from decomposer.rules.base import Alternative, Decision, Fact, Goal, Rule, Site, hole, site_of

RULES: tuple[Rule, ...] = (
    # the habits: what a design does unless a fact licenses better
    call.RULE,
    scan.RULE,
    everywhere.RULE,
    # how tasks are grouped
    separate.RULE,
    fuse.RULE,
    decompose.RULE,
    # what facts license
    split.RULE,
    localize.RULE,
    reduce.RULE,
    recurse.RULE,
    serve.RULE,
    compress.RULE,
    forget.RULE,
    guard.RULE,
    narrow.RULE,
    patch.RULE,
    steps.RULE,
    retry.RULE,
    trust.RULE,
    vote.RULE,
    cascade.RULE,
    delegate.RULE,
    branch.RULE,
)
"""Every rule. A file in this package that is not listed here is caught by a test."""

__all__ = ["RULES", "Alternative", "Decision", "Fact", "Goal", "Rule", "Site", "hole", "site_of"]
