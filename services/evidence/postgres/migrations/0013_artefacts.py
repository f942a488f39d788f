"""Files of works, beside the vault's texts."""

from pathlib import Path

from shared.runtime.migrate import apply

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    apply(Path(__file__).with_suffix(".sql"))
