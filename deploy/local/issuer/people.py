"""Whom the embedded issuer knows: a file in the stack's home, read anew for every page, so anyone may add people."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlencode

from deploy.errors import StackError
from deploy.local.home import Home, read_json, write_secret


@dataclass(frozen=True, slots=True)
class Person:
    """`subject` is what an id token names, `label` what stands on the button."""

    subject: str
    label: str


OPERATOR = Person("operator", "The administrator, who operates this")


def people_in(file: Path) -> list[Person]:
    """The people of a file, nobody where there is none. Raises StackError where it is damaged."""
    if not file.exists():
        return []
    try:
        return [Person(str(entry["subject"]), str(entry["label"])) for entry in read_json(file)]
    except (TypeError, KeyError) as error:
        raise StackError(f"{file} must hold a list of objects with subject and label.") from error


def add_people(home: Home, people: Iterable[Person]) -> None:
    """Let these people sign in at the embedded issuer; a known subject gets the new label.

    Who they are to the district says `PUT /v1/accounts`, with the stack's `urls["issuer"]` as the issuer.
    """
    known = {person.subject: person for person in people_in(home.issuer_people)}
    known |= {person.subject: person for person in people}
    write_secret(home.issuer_people, json.dumps([asdict(person) for person in known.values()], indent=1))


def sign_in_url(gateway: str, subject: str, return_to: str = "/") -> str:
    """Where a person of this subject signs in: her button is the first. `gateway` is its base URL."""
    return f"{gateway}/sign-in?{urlencode({'login_hint': subject, 'return_to': return_to})}"
