"""Documents, adoptions and placements."""

from shared.runtime.migrate import apply_shared

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    apply_shared("0003_definitions")
