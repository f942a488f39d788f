"""Who may see whom."""

from shared.runtime.migrate import apply_shared

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    apply_shared("0002_access")
