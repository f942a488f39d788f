"""`evidence`: the only writer of events: judges commands, appends them, relays them."""

SERVICE = "evidence"
ROLES = ("http", "projector", "relay")
"""What a process of it may be told to do with `--run`."""
