"""Settings of the whole suite."""

from __future__ import annotations

import sys
from pathlib import Path

from hypothesis import settings

# Makers shared by tests, and the benchmarks, lie beside the package; last, so that they never hide what is installed.
sys.path.append(str(Path(__file__).parents[1]))

# Machines that run tests are busy: how long an example takes says nothing about the code.
settings.register_profile("decomposer", deadline=None, derandomize=True)
settings.load_profile("decomposer")
