from __future__ import annotations


def contradictory(problem):
    return ()
