"""The copy of both ledgers, and verifications."""

from pathlib import Path

from shared.runtime.migrate import apply

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    apply(Path(__file__).with_suffix(".sql"))
