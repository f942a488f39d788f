"""`python -m cli`, which the launcher `ascertain` hands over to."""

import signal
import sys

INTERRUPTED = 130


def run() -> int:
    """Run the command, and answer a Ctrl-C with a word from the very first moment on.

    The launcher holds a Ctrl-C back until somebody is there who can answer it.
    """
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        from cli.app import main  # noqa: PLC0415  (takes a moment, in which somebody may press Ctrl-C)

        return main(sys.argv[1:])
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return INTERRUPTED


sys.exit(run())
