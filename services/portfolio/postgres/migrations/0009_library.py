"""What names which task and rubric."""

from pathlib import Path

from shared.runtime.migrate import apply

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    apply(Path(__file__).with_suffix(".sql"))
