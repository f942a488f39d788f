"""A program that tells as JSON what it was started with, and ends as it is told: `code N`, `raise` or `wait`."""

import json
import os
import signal
import sys
import threading


def main() -> None:
    told = {
        "arguments": sys.argv[1:],
        "environment": dict(os.environ),
        "folder": os.getcwd(),  # noqa: PTH109 - the bare fact
        "session": os.getsid(0) == os.getpid(),
        "threads": threading.active_count(),
        "open": sorted(int(name) for name in os.listdir("/proc/self/fd")),  # noqa: PTH208 - the bare fact
        "interrupt": signal.getsignal(signal.SIGINT) is signal.default_int_handler,
        "children": signal.getsignal(signal.SIGCHLD) == signal.SIG_DFL,
        "imported": "colorsys" in sys.modules,
        "main": sys.modules["__main__"].__file__,
    }
    sys.stdout.write(json.dumps(told) + "\n")
    match sys.argv[1:]:
        case ["code", number]:
            sys.exit(int(number))
        case ["raise"]:
            raise ValueError("as told")
        case ["wait"]:
            signal.pause()


if __name__ == "__main__":
    main()
