"""How a command says that it could not do what was asked."""


class CommandError(Exception):
    """One plain sentence for the person at the terminal, and the exit code that goes with it."""

    def __init__(self, sentence: str, code: int = 1) -> None:
        super().__init__(sentence)
        self.code = code
