"""The owners' keys."""

from pathlib import Path

from shared.runtime.migrate import apply

revision = "0001"
down_revision = None


def upgrade() -> None:
    apply(Path(__file__).with_suffix(".sql"))
