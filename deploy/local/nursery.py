"""Imports once what many programs need, and forks a child that becomes one for each request of its parent.

    python -P nursery.py FD MODULE...

A file with the standard library alone, run by its path: it starts whatever `PYTHONPATH` holds. FD is a socket to its
parent, `deploy.local.forking`. A request is a packet of JSON with three open files: where the program's output goes,
where its complaints go, and a socket of the child's own, on which its number is told at once and later its exit code.
The child leaves the loop below and runs its module as `python -P -m` would.

A child that has ended stays a zombie until its parent closes that socket, so a number is never another process's
while the parent may still send a signal to it. When the parent's socket closes, the nursery ends, and by the kernel's
hand its children with it.
"""

import contextlib
import ctypes
import gc
import importlib
import json
import os
import runpy
import selectors
import signal
import socket
import sys
import time
from dataclasses import dataclass

PR_SET_PDEATHSIG = 1
PR_SET_NAME = 15
REQUEST_BYTES_MAX = 200_000


@dataclass(slots=True)
class Born:
    """A child: `told` is whether our parent knows its exit code, `left` whether it has stopped to ask."""

    pid: int
    told: bool = False
    left: bool = False


def main() -> None:
    parent = socket.socket(fileno=int(sys.argv[1]))
    for name in sys.argv[2:]:
        with contextlib.suppress(ModuleNotFoundError):
            importlib.import_module(name)
    gc.collect()
    gc.freeze()  # what was imported stays one copy for all children
    parent.send(b"ready")
    if (wanted := _serve(parent)) is not None:
        _become(*wanted)


def _serve(parent: socket.socket) -> tuple[dict[str, object], tuple[int, int]] | None:
    """Answer requests until the parent is gone; in a forked child, what it is to become."""
    woken, waker = os.pipe()
    for end in (woken, waker):
        os.set_blocking(end, False)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
    mine = os.getpid()
    born: dict[socket.socket, Born] = {}
    with selectors.DefaultSelector() as selector:
        selector.register(parent, selectors.EVENT_READ)
        selector.register(woken, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is parent:
                    packet, given, _, _ = socket.recv_fds(parent, REQUEST_BYTES_MAX, 3)
                    if not packet:
                        return None
                    channel = socket.socket(fileno=given[2])
                    if (pid := os.fork()) == 0:
                        _let_go(parent, channel, *born)
                        _let_go_of_signals(woken, waker)
                        return json.loads(packet) | {"parent": mine}, (given[0], given[1])
                    os.close(given[0])
                    os.close(given[1])
                    _tell(channel, pid)
                    born[channel] = Born(pid)
                    selector.register(channel, selectors.EVENT_READ)
                elif key.fileobj == woken:
                    with contextlib.suppress(BlockingIOError):
                        os.read(woken, 4096)
                elif isinstance(key.fileobj, socket.socket):  # nothing is sent on it: its other end was closed
                    born[key.fileobj].left = True
                    selector.unregister(key.fileobj)
            for channel in _ended(born):
                channel.close()
                del born[channel]


def _let_go(*sockets: socket.socket) -> None:
    for each in sockets:
        each.close()


def _let_go_of_signals(*pipe: int) -> None:
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for end in pipe:
        os.close(end)


def _ended(born: dict[socket.socket, Born]) -> list[socket.socket]:
    """Tell the exit codes of those that have ended; those that can be forgotten, as nobody asks for them any more."""
    done = []
    for channel, child in born.items():
        if not child.told:
            ended = os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if ended is not None:
                child.told = True
                _tell(channel, ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status)
        if child.told and child.left:
            os.waitpid(child.pid, 0)
            done.append(channel)
    return done


def _tell(channel: socket.socket, number: int) -> None:
    with contextlib.suppress(OSError):  # nobody asks any more
        channel.send(str(number).encode())


def _become(wanted: dict[str, object], outputs: tuple[int, int]) -> None:
    """Be the process that `python -P -m MODULE ARGUMENT...` would be, tied to the nursery as `tether` ties others."""
    os.setsid()
    kernel = ctypes.CDLL(None)
    kernel.prctl(PR_SET_PDEATHSIG, wanted["death_signal"], 0, 0, 0)
    if os.getppid() != wanted["parent"]:
        os._exit(1)  # the nursery ended before this could start
    module, arguments = str(wanted["module"]), wanted["arguments"]
    kernel.prctl(PR_SET_NAME, module.rpartition(".")[2].encode(), 0, 0, 0)
    for output, place in zip(outputs, (1, 2), strict=True):
        os.dup2(output, place)
        os.close(output)
    os.chdir(str(wanted["folder"]))
    os.environ.clear()
    os.environ.update(wanted["environment"])  # type: ignore[call-overload]
    time.tzset()
    sys.argv = [module, *arguments]  # type: ignore[misc]
    for name in (module, f"{module}.__main__"):  # what it runs is made anew, and runpy warns where it is there already
        if not hasattr(sys.modules.get(name), "__path__"):
            sys.modules.pop(name, None)
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
