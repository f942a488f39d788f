"""The gateway: the one address that people and their programs know. Tokens, limits, routing; no domain logic.

`domain` has the table of routes, the texts of tokens and the merging of OpenAPI documents; `flows` what is done with
personal tokens; `http` everything that touches a request.
"""

SERVICE = "gateway"
ROLES = ("http", "projector")
"""What a process of it may be told to do with `--run`."""
