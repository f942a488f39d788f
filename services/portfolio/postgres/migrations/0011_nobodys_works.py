"""Of works whose every member is forgotten nothing is kept."""

from pathlib import Path

from shared.runtime.migrate import apply

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    apply(Path(__file__).with_suffix(".sql"))
