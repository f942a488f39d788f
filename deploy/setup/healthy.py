"""`python deploy/setup/healthy.py [PORT [PATH]]`: whether the service in this container answers as it should.

`GET /health` must tell how it is; of another path it is enough that it is answered.

A container's health check, every few seconds: so it imports next to nothing. Degraded is healthy here: a database that
is away comes back, and to start the service again would only make its clients wait longer.
"""

import json
import sys
from http.client import HTTPConnection


def main() -> int:
    """0 where the answer is 200 and the status is not `down`."""
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8080
    path = sys.argv[2] if len(sys.argv) > 2 else "/health"
    connection = HTTPConnection("127.0.0.1", port, timeout=8)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        status = json.loads(body).get("status") if path == "/health" else "ok"
    except (OSError, ValueError) as error:
        sys.stdout.write(f"no answer: {error}\n")
        return 1
    finally:
        connection.close()
    sys.stdout.write(f"{answer.status} {status}\n")
    return 0 if answer.status == 200 and status in {"ok", "degraded"} else 1


if __name__ == "__main__":
    sys.exit(main())
