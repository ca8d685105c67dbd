"""Settings of the whole suite."""

from __future__ import annotations

from hypothesis import settings

# Machines that run tests are busy: how long an example takes says nothing about the code.
settings.register_profile("decomposer", deadline=None, derandomize=True)
settings.load_profile("decomposer")
