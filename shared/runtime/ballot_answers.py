"""What is answered on a ballot, as people write it, and as it is sent."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


class UnaskedError(ValueError):
    """Something was answered that a ballot does not ask, or by none of its options. It says what, in words.

    `written` is what was answered, by the name it came with; `word` the answer, None where nothing of this name is
    asked; `instead` is what could stand in its place.
    """

    def __init__(self, detail: str, *, written: str, word: str | None, instead: str) -> None:
        super().__init__(detail)
        self.written, self.word, self.instead = written, word, instead


@dataclass(frozen=True, slots=True)
class Ballot:
    """A ballot as its door shows it. Its token is not told on."""

    token: str
    shown: Mapping[str, Any]

    def names(self) -> dict[str, Mapping[str, str]]:
        """What may stand before an answer, and which option each of its words means.

        A question's code; for a rating that and the number of the work, as `well-made/2`, or the work's id.
        """
        found: dict[str, Mapping[str, str]] = {}
        for question in self.shown["questions"]:
            options = _options(question["options"])
            if question["kind"] == "choice":
                found[question["question"]] = options
                continue
            for work in self.shown["works"]:
                found[f"{question['question']}/{work['work']}"] = options
        return found

    def full_name(self, name: str) -> str:
        """`question/number` as `question/work`; any other is left as it is."""
        question, _, number = name.partition("/")
        works = {str(work["number"]): work["work"] for work in self.shown["works"]}
        return f"{question}/{works[number]}" if number in works else name

    def answers(self, given: Iterable[tuple[str, str]]) -> dict[str, str]:
        """Answers as they are sent; an empty one is left out. Raises UnaskedError for what is not asked."""
        known, answers = self.names(), {}
        for written, word in given:
            name = self.full_name(written)
            if name not in known:
                asked = ", ".join(sorted(known))
                detail = f"This ballot does not ask {written!r}; it asks {asked}."
                raise UnaskedError(detail, written=written, word=None, instead=asked)
            if not word:
                continue
            option = known[name].get(word.casefold())
            if option is None:
                options = ", ".join(dict.fromkeys(known[name].values()))
                detail = f"{word!r} is no answer to {written}; it is one of {options}."
                raise UnaskedError(detail, written=written, word=word, instead=options)
            answers[name] = option
        return answers


def _options(options: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Codes, and titles in every language, each leading to its option. A code goes before a title."""
    titled = {title.casefold(): one["option"] for one in options for title in one["title"].values()}
    return titled | {one["option"].casefold(): one["option"] for one in options}
