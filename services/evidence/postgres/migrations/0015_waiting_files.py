"""How much waits for one person."""

from pathlib import Path

from shared.runtime.migrate import apply

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    apply(Path(__file__).with_suffix(".sql"))
