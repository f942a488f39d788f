"""The secrets of exhibitions."""

from pathlib import Path

from shared.runtime.migrate import apply

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    apply(Path(__file__).with_suffix(".sql"))
