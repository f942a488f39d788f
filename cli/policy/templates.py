"""Templates of policies, as they are asked for at the command line."""

from typing import Any

from cli.errors import CommandError
from shared.runtime.policy_templates import FOLDER, WHEN, text_of
from shared.runtime.policy_templates import template as stored

__all__ = ["FOLDER", "WHEN", "template", "text_of"]


def template(name: str) -> dict[str, Any]:
    """The policy document of a template. Raises CommandError, which names the templates that there are."""
    if name not in WHEN:
        raise CommandError(f"There is no template {name}. There are: {', '.join(WHEN)}.")
    return stored(name)
