"""A problem of labels that have to be right together: what hand designs may miss the target of."""

from __future__ import annotations

LABEL = """
problem: label
parameters: {N: items, t: tokens in an item, m: size of the model}
texts:
  items: {parts: {item: N}, each: t}
  labels: {parts: {item: N}, each: 1}
capabilities: {label: m}
target: 9/10
tasks:
  label:
    reads: items
    writes: labels
    requires: label
    local: item
    succeeds: {probability: 9/10, per: part, wrong: scatter}
"""
