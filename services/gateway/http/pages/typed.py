"""What was typed in a form, or stands in its hidden fields, as the API is asked for it. Pure.

Line ends are those of every text here already (`visiting.fields_of`, `uploads`).
"""

from collections.abc import Mapping
from uuid import UUID

from services.gateway.http.pages.refusing import wrong
from shared.runtime.problems import Problem


def no_form(field: str | None = None) -> Problem:
    """What is answered to what none of our forms sends."""
    return wrong("This is no form of ours.", field=field)


def version_of(fields: Mapping[str, str]) -> int:
    """The version that a form is bound to. Raises `no_form`."""
    version = fields.get("version", "")
    if not (version.isascii() and version.isdecimal() and len(version) < 10):
        raise no_form("/version")
    return int(version)


def id_of(text: str) -> str:
    """An id of a form. Raises `no_form`."""
    try:
        return str(UUID(text))
    except ValueError:
        raise no_form() from None
