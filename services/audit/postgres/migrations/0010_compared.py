"""How far a verification compared the record."""

from pathlib import Path

from shared.runtime.migrate import apply

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    apply(Path(__file__).with_suffix(".sql"))
