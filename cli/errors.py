"""How a command says that it could not do what was asked."""


class CommandError(Exception):
    """One plain sentence for the person at the terminal, and the exit code that goes with it."""

    def __init__(self, sentence: str, code: int = 1) -> None:
        super().__init__(sentence)
        self.code = code


class Refused(CommandError):  # noqa: N818 - named for what happened
    """The platform refused a request; `problem` is the RFC 9457 document that it answered with."""

    def __init__(self, problem: dict[str, object]) -> None:
        super().__init__(str(problem.get("detail") or problem.get("title") or "The request was refused."))
        self.problem = problem
        self.status = int(str(problem.get("status", 0)))
