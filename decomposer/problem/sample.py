"""A commented problem file to start from."""

from __future__ import annotations

_SAMPLE = """\
# A problem says what is to be done and what you vouch for. How to do it, decomposer finds out:
# which pieces, which model for each, and how the bill grows.

problem: review-contracts
about: Find the risky clauses of a contract and rewrite them.

# What grows. Every formula below uses these names, and answers are given in them.
parameters:
  c: clauses in a contract
  w: tokens in a clause
  r: risky clauses
  m_s: size of a model that can spot a risky clause   # any unit: parameters, or dollars per token
  m_l: size of a model that can draft like a lawyer
  q: {about: share of drafts that pass the check, kind: constant, between: [0, 1]}

# What you know of their growth: <=, == (up to constant factors), << (much smaller).
assume: [r <= c, m_s <= m_l]

# What is read and written, in tokens. A text with parts can be cut there without a model.
texts:
  contract: {parts: {clause: c}, each: w}      # c*w tokens in all
  policy: 1                                    # a constant size: any constant will do
  finding: 1

# What a model must be able to do, and the size of a model that can.
capabilities:
  spot: m_s
  draft: m_l

# The tasks, with their facts. Each fact licenses cheaper designs, and each is an assumption:
# leave out what you would not sign.
tasks:
  spot:
    reads: [contract, policy]
    writes: finding
    requires: spot
    local: clause                              # a clause is risky or not, whatever the others say
    finds: {count: r, per_call: 1, per_part: 1}   # r in all; one per call; at most one in a clause
  draft:
    for_each: spot                             # once for every clause that `spot` finds
    reads: [contract, finding]
    edits: contract                            # changes the contract in place; one clause may be written alone
    requires: draft
    local: clause                              # the new clause depends on the old one alone
    succeeds: q                                # the chance that a draft is accepted ...
    check: free                                # ... which somebody tells without a model

# Designs that you have, or have in mind. They are checked against the facts and compared with the best one.
designs:
  one-conversation:                            # r rounds in one growing chat, the whole contract each time
    - repeat: r
      as: i
      do:
        - {call: spot, on: contract, history: i}
        - retry: draft
          do:
            - {call: draft, on: contract, history: i, rewrite: all}
  clause-by-clause:                            # look at each clause alone, redraft where something was found
    - each: clause
      do:
        - {call: spot}
        - if: found
          do:
            - retry: draft
              do: [{call: draft}]
"""


def sample() -> str:
    """Return a problem file that explains itself line by line; it can be loaded and optimised as it is."""
    return _SAMPLE
