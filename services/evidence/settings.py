"""What `evidence` is told beyond what every service is."""

from pathlib import Path

from shared.runtime.settings import Settings


class EvidenceSettings(Settings):
    """`database_relay` is the DSN of the relay's role; `roster_key_file` holds 32 bytes as 64 hex digits."""

    database_relay: str | None = None
    roster_key_file: Path

    def roster_key(self) -> bytes:
        """The district's roster key. Raises OSError where the file is missing, ValueError where it holds none."""
        key = bytes.fromhex(self.roster_key_file.read_text().strip())
        if len(key) != 32:
            raise ValueError(f"{self.roster_key_file} must hold 32 bytes as 64 hex digits.")
        return key
