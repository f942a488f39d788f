"""Which redo of a competency is the latest."""

from pathlib import Path

from shared.runtime.migrate import apply

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    apply(Path(__file__).with_suffix(".sql"))
