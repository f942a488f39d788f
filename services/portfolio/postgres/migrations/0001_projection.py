"""How far this service's tables have come."""

from shared.runtime.migrate import apply_shared

revision = "0001"
down_revision = None


def upgrade() -> None:
    apply_shared("0001_projection")
