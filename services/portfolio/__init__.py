"""`portfolio`: works, and what evidence shows."""

SERVICE = "portfolio"
ROLES = ("http", "projector")
"""What a process of it may be told to do with `--run`."""
