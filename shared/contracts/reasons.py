"""Why something was refused, as a code, for whoever tells people in words of her own.

`detail` of a problem is one sentence in English, and may be said better one day. The code stays: a client that knows it
can say the same in another language. `figures` beside it are the numbers of the sentence. Not every refusal has a code:
those have one that a person may meet who did nothing but use a form.
"""

from typing import Literal, TypeAlias, get_args

FieldReason: TypeAlias = Literal[
    "field-missing",
    "field-empty",
    "field-too-long",
    "field-too-few",
    "field-too-many",
    "word-unknown",
    "number-too-small",
    "number-too-large",
    "date-wrong",
    "text-unclean",
]
"""What may be wrong with any field, whatever it is of."""

Reason: TypeAlias = Literal[
    FieldReason,
    # a row of a roster
    "row-twice",
    "class-unknown",
    "school-unknown",
    "school-of-another",
    "term-unknown",
    "orgs-no-schools",
    # a redo
    "redo-is-over",
    "redo-under-way",
    "redo-is-open",
    "relearning-missing",
    "piece-withdrawn",
    "piece-of-another",
    # questions, and what was forgotten
    "asked-by-oneself",
    "change-not-found",
    "approved-by-oneself",
    "request-not-found",
    # a portfolio and its shares
    "share-too-long",
    "nothing-to-share",
    "exhibit-not-shown",
    "exhibit-shown-already",
    "exhibits-full",
    "share-is-over",
    # what is written and scored
    "reflection-empty",
    "later-than-now",
    "not-a-member",
    "member-forgotten",
    "rubric-not-found",
    # a file
    "file-empty",
    "file-too-large",
    "file-kind",
    "file-other-kind",
    "file-unreadable",
    "file-locked",
    "file-with-programs",
    "file-name",
    "files-waiting",
    # an exhibition, its ballots and its panel
    "exhibition-closed",
    "exhibition-opened",
    "exhibition-not-open",
    "plan-fixed",
    "no-questions",
    "no-works",
    "too-many-answers",
    "no-such-role",
    "no-panel",
    "panel-full",
    "panel-in-the-past",
    "passes-full",
    "pass-made",
    "panel-concluded",
    "oneself-dismissed",
    "guest-elsewhere",
    "own-work",
    "criteria-missing",
    "scored-meanwhile",
    "score-first",
    "say-what-was-agreed",
    # the district
    "batch-not-ready",
    "batch-released",
    "course-unknown",
    "period-unknown",
    "competency-unknown",
    "accommodation-too-wide",
    "policy-not-found",
    "scope-unknown",
    "one-at-a-time",
    "too-many-waiting",
]


class WordedError(ValueError):
    """What is wrong with a value, and why as a code. Pydantic tells it as any ValueError, with this one beside it."""

    def __init__(self, detail: str, reason: Reason) -> None:
        super().__init__(detail)
        self.reason: Reason = reason


REASONS: frozenset[str] = frozenset(get_args(Reason))
