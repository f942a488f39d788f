"""What `evidence` is told beyond what every service is."""

from pathlib import Path

from pydantic import SecretStr

from shared.runtime.settings import Settings


class EvidenceSettings(Settings):
    """`database_relay` and `database_vault` are the DSNs of two further roles of the service's database.

    `database_keys` is the DSN of the database of the owners' keys, `database_keys_migrator` its owner's.
    `roster_key_file` holds 32 bytes as 64 hex digits. The district's key is 64 bytes as 128 hex digits, in
    `district_key_file` or as `district_key` itself. `peer_feedback` lets learners give feedback on works of those who
    are in a section with them. Files lie encrypted in `artefact_folder`, of whose disk `artefact_reserve` bytes are
    left to others; without it none are taken.
    """

    database_relay: str | None = None
    database_vault: str
    database_keys: str
    database_keys_migrator: str | None = None
    roster_key_file: Path
    district_key_file: Path | None = None
    district_key: SecretStr | None = None
    peer_feedback: bool = False
    artefact_folder: Path | None = None
    artefact_reserve: int = 512 * 1024 * 1024

    def roster_key(self) -> bytes:
        """The district's roster key. Raises OSError where the file is missing, ValueError where it holds none."""
        key = bytes.fromhex(self.roster_key_file.read_text().strip())
        if len(key) != 32:
            raise ValueError(f"{self.roster_key_file} must hold 32 bytes as 64 hex digits.")
        return key

    def read_district_key(self) -> bytes:
        """The district's key. Raises OSError where the file is missing, ValueError where there is none; quotes none."""
        if self.district_key_file is not None:
            written = self.district_key_file.read_text()
        elif self.district_key is not None:
            written = self.district_key.get_secret_value()
        else:
            raise ValueError("The vault needs ASCERTAIN_DISTRICT_KEY_FILE or ASCERTAIN_DISTRICT_KEY.")
        try:
            key = bytes.fromhex(written.strip())
        except ValueError:
            key = b""
        if len(key) != 64:
            raise ValueError("The district's key must be 64 bytes as 128 hex digits.")
        return key
