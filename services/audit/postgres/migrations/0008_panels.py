"""Who scores what an exhibition shows."""

from shared.runtime.migrate import apply_shared

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    apply_shared("0005_panels")
