"""`python deploy/setup/healthy.py [PORT]`: whether the service in this container answers `GET /health` as it should.

A container's health check, every few seconds: so it imports next to nothing. Degraded is healthy here: a database that
is away comes back, and to start the service again would only make its clients wait longer.
"""

import json
import sys
from http.client import HTTPConnection


def main() -> int:
    """0 where the answer is 200 and the status is not `down`."""
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8080
    connection = HTTPConnection("127.0.0.1", port, timeout=8)
    try:
        connection.request("GET", "/health")
        answer = connection.getresponse()
        status = json.loads(answer.read()).get("status")
    except (OSError, ValueError) as error:
        sys.stdout.write(f"no answer: {error}\n")
        return 1
    finally:
        connection.close()
    sys.stdout.write(f"{answer.status} {status}\n")
    return 0 if answer.status == 200 and status in {"ok", "degraded"} else 1


if __name__ == "__main__":
    sys.exit(main())
