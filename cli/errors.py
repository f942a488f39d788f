"""What a command may tell its user instead of an answer: one plain sentence, and a non-zero exit."""


class CliError(Exception):
    """The command cannot go on; the message is the one sentence that the user reads."""


class Refused(CliError):  # noqa: N818 - named for what happened
    """The platform refused a request; `problem` is the RFC 9457 document that it answered with."""

    def __init__(self, problem: dict[str, object]) -> None:
        super().__init__(str(problem.get("detail") or problem.get("title") or "The request was refused."))
        self.problem = problem
        self.status = int(str(problem.get("status", 0)))
