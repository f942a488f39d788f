"""What tests of a folder share ends with the last of them: a district that stands by takes a sixth of a processor."""

from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
SHARING = [file for file in TESTS.rglob("conftest.py") if 'scope="package"' in file.read_text()]


@pytest.mark.parametrize("conftest", SHARING, ids=lambda file: str(file.parent.relative_to(TESTS)))
def test_a_folder_whose_tests_share_something_is_a_package(conftest: Path) -> None:
    """To pytest a folder is one by its `__init__.py` alone; else what it shares ends with the whole run.

    And so are those around it: else `tests/integration/cli` would be taken for `cli`.
    """
    for folder in (conftest.parent, *conftest.parent.parents):
        assert (folder / "__init__.py").exists(), folder
        if folder == TESTS:
            break


def test_only_servers_are_shared_by_all() -> None:
    shared = [file for file in TESTS.rglob("conftest.py") if 'scope="session"' in file.read_text()]
    assert shared == [TESTS / "conftest.py"]
