"""Bodies of relearning and redoing: one cycle at a time for a learner and a competency (DESIGN §6). Version 1 each.

A cycle is named by the event that began it, offered or asked for. Relearning is logged, once or more; the redo is
opened; and an attempt or a score with `redo_of` does over what the opening names. Nothing here counts attempts, and
nothing has a date by which it must be done.
"""

from shared.contracts.values import Code, Contract, Digest, Id


class RedoOffered(Contract):
    """Somebody who may record offers a learner to do something over; `evidence` is the piece, where it is one."""

    learner: Id
    competency: Id
    evidence: Id | None = None
    note_ref: Digest | None = None


class RedoRequested(Contract):
    """A learner, or who speaks for her, asks to do something over; `evidence` is the piece, where it is one."""

    learner: Id
    competency: Id
    evidence: Id | None = None
    note_ref: Digest | None = None


class RelearnLogged(Contract):
    """What was done to learn it before it is done over: `kind` is practice, reflection, conference or another code.

    `evidence` is the practice or the reflection itself, where it was recorded.
    """

    learner: Id
    competency: Id
    cycle: Id
    kind: Code
    evidence: Id | None = None
    note_ref: Digest | None = None


class RedoOpened(Contract):
    """The learner may do it over: `evidence` is the piece that the redo names as `redo_of`, `task` what she may do.

    Both may be left out where the competency is to be shown anew, in whatever way. `work` is that of the piece: what is
    added to it from now on is handed in for the redo.
    """

    learner: Id
    competency: Id
    cycle: Id
    evidence: Id | None = None
    task: Id | None = None
    work: Id | None = None
    note_ref: Digest | None = None
