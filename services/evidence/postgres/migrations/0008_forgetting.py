"""Forgetting: whose keys are to be destroyed, and a ledger that answers for the forgotten before anything else."""

from pathlib import Path

from shared.runtime.migrate import apply

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    apply(Path(__file__).with_suffix(".sql"))
    apply(Path(__file__).with_name("0008_append.sql"))
