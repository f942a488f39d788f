"""The embedded issuer as a program of the stack."""

import sys

from deploy.local.home import ROOT, Home
from deploy.local.issuer.registration import CALLBACK, registration
from deploy.local.ports import LOOPBACK
from deploy.local.programs import Program, bare_environment
from deploy.local.services import is_healthy

NAME = "issuer"


def issuer_program(home: Home, *, port: int, gateway: str) -> Program:
    """It listens on `port`, and answers the gateway whose base URL this is."""
    registered = registration(home)
    return Program(
        name=NAME,
        arguments=(
            *(sys.executable, "-P", "-m", "deploy.local.issuer"),
            *("--port", str(port)),
            *("--people", str(home.issuer_people)),
            *("--key", str(registered.key)),
            *("--client-secret", str(registered.client_secret)),
            *("--redirect-uri", gateway + CALLBACK),
        ),
        environment=bare_environment(PYTHONPATH=str(ROOT), PYTHONUNBUFFERED="1"),
        folder=home.path,
        log=home.log_of(NAME),
        ready=lambda: is_healthy(f"http://{LOOPBACK}:{port}"),
        stop_seconds=3,
    )
