"""The public contract: the bodies of events and the documents they refer to, as Pydantic models.

Downstream consumers read these; every change is checked for breaking them. `events.EVENTS` is the one table of what
exists.
"""
