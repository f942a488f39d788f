"""The ledger: tables, the functions that append, and who may use them."""

from pathlib import Path

from shared.runtime.migrate import apply

revision = "0001"
down_revision = None


def upgrade() -> None:
    for name in ("ledger", "heads", "facts", "append", "roles"):
        apply(Path(__file__).with_name(f"0001_{name}.sql"))
