"""The parts of the simulation by themselves: dice, intervals, slopes, refusals."""

from __future__ import annotations

from fractions import Fraction
from math import exp, inf, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decomposer.errors import DesignError, ProblemError
from decomposer.problem.load import load
from decomposer.process.draws import Dice
from decomposer.process.groups import added, longest, spread
from decomposer.process.intervals import Interval, of_mean, of_proportion, student
from decomposer.process.slopes import slope
from decomposer.verbs.simulation import simulate

BLOCKS = {"k": 4, "l": 3, "m_u": 2}


# -- dice -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("chance", [0.9, 0.5, 0.01, 1e-9])
def test_attempts_are_geometric(chance: float) -> None:
    attempts = Dice(3).attempts(np.full(40_000, log(chance)))
    mean = of_mean(attempts, 0.9999)
    assert mean.holds(1 / chance) and float(attempts.min()) >= 1
    assert of_proportion(int((attempts <= 1 / chance).sum()), 40_000, 0.9999).holds(
        1 - exp(np.log1p(-chance) * int(1 / chance))
    )


def test_what_is_certain_takes_one_attempt_and_the_impossible_for_ever() -> None:
    assert (Dice(0).attempts(np.zeros(9)) == 1).all()
    assert (Dice(0).attempts(np.full(9, -inf)) == inf).all()


@pytest.mark.parametrize(("slots", "number"), [(5, 2), (5, 4), (5, 5), (30, 3), (7, 0), (5000, 90)])
def test_places_are_different_and_all_equally_likely(slots: int, number: int) -> None:
    rows = 3000 if slots < 100 else 100
    places = Dice(5).places(rows, slots, number)
    assert places.shape == (rows, number)
    assert (np.diff(places, axis=1) > 0).all()
    if slots < 100 and number:
        for slot in range(slots):
            hits = int((places == slot).any(axis=1).sum())
            assert of_proportion(hits, rows, 0.99999).holds(number / slots)


@given(st.lists(st.integers(0, 4), max_size=8))
def test_sub_lanes(counts: list[int]) -> None:
    parent, rank = spread(np.array(counts, dtype=np.int64))
    assert parent.tolist() == [lane for lane, count in enumerate(counts) for _ in range(count)]
    assert rank.tolist() == [number for count in counts for number in range(count)]
    values = np.arange(parent.size, dtype=float) + 1
    split = [values[parent == lane] for lane in range(len(counts))]
    assert added(parent, values, len(counts)).tolist() == [float(part.sum()) for part in split]
    assert longest(parent, values, len(counts)).tolist() == [float(part.max(initial=0)) for part in split]


# -- intervals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("probability", "freedom", "quantile"),
    [
        (0.975, 1, 12.7062),
        (0.975, 2, 4.30265),
        (0.975, 10, 2.22814),
        (0.995, 5, 4.03214),
        (0.9995, 30, 3.64596),
        (0.9995, 999, 3.30028),
        (0.95, 100_000, 1.64487),
    ],
)
def test_quantiles_of_student(probability: float, freedom: int, quantile: float) -> None:
    assert student(probability, freedom) == pytest.approx(quantile, rel=1e-5)


def test_wilson() -> None:
    # Newcombe 1998, table I: 81 of 263 at 95 %
    found = of_proportion(81, 263, 0.95)
    assert (found.low, found.high) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert of_proportion(10, 10, 0.95).high == 1 and of_proportion(0, 10, 0.95).low == 0


def test_intervals_hold_the_mean_as_often_as_they_say() -> None:
    generator = np.random.default_rng(1)
    held = sum(of_mean(generator.exponential(size=200), 0.9).holds(1.0) for _ in range(600))
    assert 0.86 < held / 600 < 0.94


def test_one_run_tells_nothing_of_the_spread() -> None:
    assert of_mean(np.array([3.0]), 0.9) == Interval(3.0, -inf, inf)
    assert of_mean(np.array([3.0, 3.0]), 0.9) == Interval(3.0, 3.0, 3.0)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.floats(-2, 3), st.floats(0.1, 10), st.integers(0, 1000))
def test_slopes(exponent: float, factor: float, seed: int) -> None:
    generator = np.random.default_rng(seed)
    sizes = [10.0, 30.0, 100.0, 300.0, 1000.0]
    errors = [0.02, 0.01, 0.02, 0.01, 0.03]
    values = [
        factor * size**exponent * float(np.exp(error * generator.standard_normal()))
        for size, error in zip(sizes, errors, strict=True)
    ]
    found = slope(sizes, values, errors, 0.9999)
    assert found.low <= exponent <= found.high


def test_slopes_of_powers_are_sharp() -> None:
    sizes = [10.0, 30.0, 100.0, 300.0, 1000.0]
    found = slope(sizes, [7 * size**1.5 for size in sizes], [0.0] * 5, 0.999)
    assert found.value == pytest.approx(1.5) and found.high - found.low < 0.01


# -- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "options", "told"),
    [
        ({"k": 4, "l": 3}, {}, "no number is given for m_u"),
        ({**BLOCKS, "x": 1}, {}, "no parameter is called 'x'"),
        ({**BLOCKS, "k": 10**7}, {}, "side by side"),
        ({**BLOCKS, "k": 10**6}, {"runs": 10**6}, "take too long"),
        ({**BLOCKS, "k": "5/2"}, {}, "must be a whole number"),
        (BLOCKS, {"runs": 0}, "0 runs"),
        (BLOCKS, {"runs": 10**8}, "100000000 runs"),
        (BLOCKS, {"workers": 0}, "0 workers"),
        (BLOCKS, {"level": 1.0}, "level of confidence"),
        ({**BLOCKS, "k": 10**5}, {"workers": 3}, "schedules of more than"),
        (BLOCKS, {"sweep": ("k", (1, 2, 3))}, "both set and swept"),
        ({"l": 3, "m_u": 2}, {"sweep": ("k", (1, 2))}, "at least three sizes"),
        ({"l": 3, "m_u": 2}, {"sweep": ("k", (3, 2, 1))}, "smallest first"),
        ({"l": 3, "m_u": 2}, {"sweep": ("n", (1, 2, 3))}, "no parameter is called 'n'"),
    ],
)
def test_what_cannot_be_done_is_refused(at: dict[str, object], options: dict[str, object], told: str) -> None:
    given = {name: Fraction(str(value)) for name, value in at.items()}
    with pytest.raises(ProblemError, match=told):
        simulate(load("evolution"), "block-by-block", at=given, **{"runs": 1000, **options})  # type: ignore[arg-type]


def test_a_design_that_takes_for_ever_is_refused() -> None:
    with pytest.raises(ProblemError, match="attempts would be made"):
        simulate(load("evolution"), "mutate-all", at={**BLOCKS, "k": 100}, runs=10)


def test_an_unknown_design_is_refused() -> None:
    with pytest.raises(DesignError, match="no hand design is called 'nobody'"):
        simulate(load("evolution"), "nobody", at=BLOCKS)


def test_more_items_than_places() -> None:
    at = {"k": 2, "l": 3, "b": 3, "m_q": 1, "m_d": 1}
    with pytest.raises(ProblemError, match="hold 2 at most"):
        simulate(load("debugging"), "focused", at=at)


def test_broken_assumptions_are_told() -> None:
    at = {"k": 9, "n": 3, "m_s": 1, "m_d": 1}
    assert simulate(load("k-task"), "generalist", at=at, runs=2).notes == (
        "k <= n is assumed, and does not hold at these numbers",
    )


# -- results --------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_answer() -> None:
    problem = load("evolution")
    one, same, other = (
        simulate(problem, "block-by-block", at=BLOCKS, runs=50, seed=seed).to_dict() for seed in (7, 7, 8)
    )
    assert one == same and one["points"] != other["points"]


def test_batches_count_every_run(monkeypatch: pytest.MonkeyPatch) -> None:
    from decomposer.process import run

    monkeypatch.setattr(run, "BATCH", 16)
    told: list[tuple[str, int, int]] = []
    found = simulate(
        load("evolution"), "block-by-block", at=BLOCKS, runs=10, progress=lambda *given: told.append(given)
    )
    assert told == [("runs", 4, 10), ("runs", 8, 10), ("runs", 10, 10)]
    assert found.points[0].line("calls").counted.value * 10 == pytest.approx(
        round(found.points[0].line("calls").counted.value * 10)
    )


def test_specialists_are_drawn() -> None:
    at = {"k": 6, "n": 30, "m_s": 1, "m_d": 1}
    assert simulate(load("k-task"), "delegator", at=at, runs=500).points[0].specialists == (("solve", 6),)


def test_plain_data_is_json() -> None:
    import json

    data = simulate(load("evolution"), "optimum", at=BLOCKS, runs=1, workers=2).to_dict()
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    assert data["points"][0]["lines"][0]["low"] is None
