"""Who speaks for whom."""

from shared.runtime.migrate import apply_shared

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    apply_shared("0004_guardians")
