"""`python -m deploy.local.issuer`: run it on a port of the loopback until SIGTERM."""

import argparse
from pathlib import Path

import uvicorn
from joserfc.jwk import RSAKey

from deploy.local.issuer.app import Client, Issuer
from deploy.local.issuer.registration import CLIENT_ID
from deploy.local.ports import LOOPBACK


def main() -> None:
    arguments = _arguments()
    client = Client(CLIENT_ID, arguments.client_secret.read_text().strip(), arguments.redirect_uri)
    issuer = Issuer(
        url=f"http://{LOOPBACK}:{arguments.port}",
        people=arguments.people,
        key=RSAKey.import_key(arguments.key.read_bytes()),
        client=client,
    )
    uvicorn.run(
        issuer.app(),
        host=LOOPBACK,
        port=arguments.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,
        ws="none",
        lifespan="off",
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.local.issuer")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--people", type=Path, required=True, metavar="FILE", help="who can sign in")
    parser.add_argument("--key", type=Path, required=True, metavar="FILE", help="what tokens are signed with")
    parser.add_argument("--client-secret", type=Path, required=True, metavar="FILE", help="the client's secret")
    parser.add_argument("--redirect-uri", required=True, metavar="URL", help="where the client is answered")
    return parser.parse_args()


main()
