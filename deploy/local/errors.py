"""What can go wrong with the embedded stack, as sentences for the person at the terminal."""


class StackError(Exception):
    """Something a person can act on. Its text is one plain sentence; no traceback is ever needed to understand it.

    StackError
    ├── PartitionCountError   a topic exists with another number of partitions than its ledger has shards
    ├── AlreadyRunningError   this home's stack is up already
    └── ProgramError          a child ended, or was not ready in time; the text ends with its last words
    """


class PartitionCountError(StackError):
    pass


class AlreadyRunningError(StackError):
    pass


class ProgramError(StackError):
    pass
