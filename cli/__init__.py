"""`ascertain`, the command line: starts the embedded stack, and talks to the gateway as any client would."""
