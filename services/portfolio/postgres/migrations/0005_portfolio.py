"""Works, pieces of evidence, and who is forgotten."""

from pathlib import Path

from shared.runtime.migrate import apply

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    apply(Path(__file__).with_suffix(".sql"))
