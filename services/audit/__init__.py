"""`audit`: its own copy, and what it proves."""

SERVICE = "audit"
ROLES = ("http", "projector")
"""What a process of it may be told to do with `--run`."""
