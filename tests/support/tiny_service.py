"""A service as small as can be, to try the stack that keeps it: `python -m tests.support.tiny_service`.

It answers /health and knows the commands that a start asks for. Of its roles, `broken` ends at once, `stubborn` does
not heed SIGTERM, and `parent` has a child of its own.
"""

import http.server
import json
import os
import signal
import subprocess
import sys
import threading


class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        settings = {name: text for name, text in os.environ.items() if name.startswith("ASCERTAIN_")}
        body = json.dumps({"service": "tiny", "status": "ok", "settings": settings}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        pass


def run(roles: list[str]) -> None:
    if "broken" in roles:
        sys.exit("this service is broken on purpose")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["ASCERTAIN_PORT"])), Health)
    asked = signal.SIG_IGN if "stubborn" in roles else lambda *_: threading.Thread(target=server.shutdown).start()
    signal.signal(signal.SIGTERM, asked)
    if "parent" in roles:
        subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    server.serve_forever()
    sys.stdout.write("ended in order\n")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--run", roles]:
            run(roles.split(","))
        case ["--personal-token", person]:
            sys.stdout.write(f"ascp_{person}\n")
        case ["--bootstrap", _] | ["--migrate"] | ["--link", _, _, _]:
            pass
        case other:
            sys.exit(f"no such command: {other}")
