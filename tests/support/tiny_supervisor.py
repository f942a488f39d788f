"""The stack's own process with the tiny services in it: `python -m tests.support.tiny_supervisor`."""

import sys

from deploy.local.services import Service
from deploy.local.supervisor import main

TINY_SERVICES = tuple(Service(name, ("http",), "tests.support.tiny_service") for name in ("evidence", "gateway"))

if __name__ == "__main__":
    sys.exit(main(TINY_SERVICES))
