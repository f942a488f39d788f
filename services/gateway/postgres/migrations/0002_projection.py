"""How far this service's tables have come."""

from shared.runtime.migrate import apply_shared

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    apply_shared("0001_projection")
