"""The folder of an embedded stack: its ports, its secrets, and what a stack that was killed left behind."""

from collections.abc import Iterator
from pathlib import Path

from cli.doctor.findings import Finding
from deploy.errors import StackError
from deploy.local.home import Home
from deploy.local.ports import is_free
from deploy.local.postgres import processes_working_in
from shared.runtime.keys import ISSUERS, SigningKey, read_public


def look_at_folder(home: Home, *, up: bool) -> Iterator[Finding]:
    try:
        yield from _ports(home, up=up)
        yield from secrets(home)
        yield from _keys(home)
        if not up:
            yield from left_behind(home)
    except StackError as error:  # a file that cannot be read as what it is
        yield Finding("the stack's folder", str(error).rstrip("."), "Restore it from a backup, or: ./ascertain reset")


def _ports(home: Home, *, up: bool) -> Iterator[Finding]:
    if up or not (home.path / "home.json").exists():
        return
    taken = {name: port for name, port in home.remembered().ports.items() if not is_free(port)}
    for name, port in taken.items():
        yield Finding(
            "ports",
            f"{port}, which {name} had, is taken",
            f"End what listens there (ss -ltnp 'sport = :{port}'), or go on: the next start takes another one.",
        )
    if not taken:
        yield Finding("ports", "those of the last start are free")


def secrets(home: Home) -> Iterator[Finding]:
    """Whether nobody but the owner of the folder may read what is secret in it."""
    named = ("home.json", "state.json", "operator.json", "roster.key", "district.key", "keys/*.pem", "issuer/*")
    files = [file for name in named for file in home.path.glob(name) if file.is_file()]
    open_to_others = [file for file in files if file.stat().st_mode & 0o077]
    for file in open_to_others:
        yield Finding("secrets", f"{file} may be read by others", f"Close it: chmod 600 {file}")
    if files and not open_to_others:
        yield Finding("secrets", f"{len(files)} files, readable by their owner alone")


def _keys(home: Home) -> Iterator[Finding]:
    """Whether each service's signing key is one, and the others know it."""
    wrong = 0
    for name in ISSUERS if home.keys.exists() else ():
        try:
            kid = SigningKey.read(home.keys, name).kid
            known = kid in read_public(home.trusted / f"{name}.jwks.json")
        except (OSError, ValueError) as error:
            wrong += 1
            yield Finding(
                "signing keys", f"{name}'s cannot be read ({error})", _MAKE_AGAIN.format(home=home, name=name)
            )
        else:
            if not known:
                wrong += 1
                said = f"{name}'s is not the one that the others trust"
                yield Finding("signing keys", said, _MAKE_AGAIN.format(home=home, name=name))
    if home.keys.exists() and not wrong:
        yield Finding("signing keys", "every service's is trusted by the others")


_MAKE_AGAIN = "Remove {home.keys}/{name}.pem and start again: a new one is made, and told to the others."


def left_behind(home: Home) -> Iterator[Finding]:
    """What a stack that did not end in order leaves: its note of itself, and processes that still work in its data."""
    if home.state.exists():
        yield Finding(
            "left behind", f"{home.state} of a stack that was killed", "It is written anew by: ./ascertain up"
        )
    folders = [home.path / "postgres" / "data", home.kafka]
    if (home.path / "home.json").exists():
        folders.append(Path("/var/lib/ascertain") / home.remembered().id / "data")
    for folder in folders:
        for pid in processes_working_in(folder.resolve()):
            yield Finding("left behind", f"process {pid} still works in {folder}", f"End it: kill {pid}")
