"""What processes say that differ in how Python orders sets and dictionaries' keys."""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[2]


def said_under(*arguments: str, seeds: Iterable[str] = ("0", "4242")) -> set[str]:
    """What `python ARGUMENT...` prints, under each hash seed. Raises CalledProcessError where it fails."""
    return {
        subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout
        for seed in seeds
    }
