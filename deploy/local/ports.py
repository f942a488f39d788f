"""Free ports on the loopback."""

import random
import socket

# Below the range from which systems hand out ports for outgoing connections, so that a remembered one stays free.
LOWEST, HIGHEST = 15_000, 31_999
LOOPBACK = "127.0.0.1"


def is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def is_open(port: int) -> bool:
    """Whether something accepts connections there."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((LOOPBACK, port)) == 0


def free_port(taken: frozenset[int] = frozenset()) -> int:
    """A port that is free now and not in `taken`, drawn at random so that two stacks hardly meet."""
    for _ in range(1000):
        port = random.randint(LOWEST, HIGHEST)  # noqa: S311  (nothing rests on its secrecy)
        if port not in taken and is_free(port):
            return port
    raise OSError("no free port was found on the loopback")
