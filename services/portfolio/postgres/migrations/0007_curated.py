"""What learners chose to show."""

from pathlib import Path

from shared.runtime.migrate import apply

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    apply(Path(__file__).with_suffix(".sql"))
