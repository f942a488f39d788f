"""Becomes another program that ends when its parent ends. Run as a file by a bare interpreter: standard library alone.

    python -I -S tether.py SIGNAL PARENT UID GID PROGRAM ARGUMENT...

The kernel sends SIGNAL to the program when the process PARENT ends, even by kill -9. UID and GID of -1 keep the
caller's user; otherwise the program runs as that user with no further groups. The order matters: a change of user
clears the wish, so it is made last, and a parent that was gone before it was made is noticed by its id.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    signal, parent, uid, gid = (int(number) for number in sys.argv[1:5])
    program = sys.argv[5:]
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0) != 0:
        sys.exit(f"the kernel refused to tie {program[0]} to its parent: {os.strerror(ctypes.get_errno())}")
    if os.getppid() != parent:
        sys.exit(f"the parent of {program[0]} ended before it could start")
    os.execv(program[0], program)  # noqa: S606  (no shell is the point)


main()
