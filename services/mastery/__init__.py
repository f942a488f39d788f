"""`mastery`: states, why they are so, and grades."""

SERVICE = "mastery"
ROLES = ("http", "projector")
"""What a process of it may be told to do with `--run`."""
