"""A process of `evidence` and its district's key: another one than before is refused loudly, and no key is quoted."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from services.evidence.settings import EvidenceSettings
from tests.support.evidence import prepared
from tests.support.servers import District
from tests.support.vault import opened_vault, text


def started(settings: EvidenceSettings, **more: str) -> subprocess.CompletedProcess[str]:
    """The service, run until it ends by itself."""
    told = {f"ASCERTAIN_{name.upper()}": str(value) for name, value in settings.model_dump().items() if value}
    return subprocess.run(
        [sys.executable, "-m", "services.evidence", "--run", "http"],
        env={**os.environ, **told, **more},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.long
@pytest.mark.stack
async def test_another_districts_key_stops_the_service_before_it_serves(district: District, tmp_path: Path) -> None:
    settings = await prepared(district, tmp_path)
    async with opened_vault(district, key=settings.read_district_key()) as opened:
        await opened.vault.keep([text("Words.")])
    assert settings.district_key_file is not None
    settings.district_key_file.write_text("ef" * 64)
    ended = started(settings)
    assert ended.returncode != 0
    assert "WrongDistrictKeyError: The district's key is not the one" in ended.stderr
    assert "efefef" not in ended.stderr


@pytest.mark.parametrize("written", ["", "zz" * 64, "ab" * 32, "ab" * 65])
def test_what_is_no_key_is_refused_and_not_quoted(tmp_path: Path, written: str) -> None:
    (tmp_path / "district.key").write_text(written)
    with pytest.raises(ValueError, match="must be 64 bytes") as refused:
        settings(tmp_path, district_key_file=tmp_path / "district.key").read_district_key()
    assert not written or written[:8] not in str(refused.value)


def test_a_key_may_come_in_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASCERTAIN_DISTRICT_KEY", "0a" * 64)
    told = settings(tmp_path)
    assert told.read_district_key() == bytes([10]) * 64
    assert "0a0a" not in repr(told)
    monkeypatch.delenv("ASCERTAIN_DISTRICT_KEY")
    with pytest.raises(ValueError, match="ASCERTAIN_DISTRICT_KEY_FILE"):
        settings(tmp_path).read_district_key()


def settings(folder: Path, **more: Any) -> EvidenceSettings:
    return EvidenceSettings(
        tenant="5f0c6c0e-2d0b-4b55-9a53-0a2f6b1e7a01",
        database="postgresql://nobody@localhost/nothing",
        database_vault="postgresql://nobody@localhost/nothing",
        database_keys="postgresql://nobody@localhost/keys",
        keys=folder,
        trusted=folder,
        roster_key_file=folder / "roster.key",
        **more,
    )
