"""``python -m decomposer``."""

from __future__ import annotations

import sys

from decomposer.cli.main import run

if __name__ == "__main__":
    sys.exit(run())
