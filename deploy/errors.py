"""What can go wrong with a deployment, as sentences for the person at the terminal."""

from typing import ClassVar


class StackError(Exception):
    """Something a person can act on. Its text is one plain sentence; no traceback is ever needed to understand it.

    StackError
    ├── PartitionCountError   a topic exists with another number of partitions than its ledger has shards
    ├── AlreadyRunningError   this home's stack is up already
    └── ProgramError          a child ended, or was not ready in time; the text ends with its last words

    `code` is the exit code of a command that ends with it.
    """

    code: ClassVar[int] = 1


class PartitionCountError(StackError):
    pass


class AlreadyRunningError(StackError):
    code = 3


class ProgramError(StackError):
    pass
