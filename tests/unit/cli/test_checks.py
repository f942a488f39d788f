"""`test --containers` on a machine without Docker."""

import os
import subprocess
import sys
from pathlib import Path

from deploy.local.home import ROOT


def test_without_docker_it_is_said_in_one_sentence(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "cli", "test", "--containers"],
        env={**os.environ, "PATH": str(tmp_path), "PYTHONPATH": str(ROOT), "ASCERTAIN_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr == "--containers needs Docker, and there is none on this machine that answers.\n"
