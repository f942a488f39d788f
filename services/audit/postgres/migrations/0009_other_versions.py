"""Versions that do not serve go where somebody is forgotten."""

from shared.runtime.migrate import apply_shared

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    apply_shared("0006_other_versions")
