"""Why something was refused, in the reader's language. Pure.

By what a page of ours said itself, by the reason that a service gives, or by the kind of problem. What has none of
these is told in general, with the service's English sentence after it, unless that speaks to programs.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from services.gateway.http.pages.fields import place_in_words
from services.gateway.http.pages.languages import Gettext
from services.gateway.http.pages.languages import later as _
from shared.contracts.reasons import FieldReason, Reason
from shared.runtime.problems import Problem, invalid, too_large

REASONS: Mapping[Reason, str] = {
    "field-missing": _("Something is missing that is needed."),
    "field-empty": _("Something is empty that has to be filled in."),
    "field-too-long": _("This is too long: at most %(number)s characters."),
    "field-too-few": _("These are too few: at least %(number)s."),
    "field-too-many": _("These are too many: at most %(number)s."),
    "word-unknown": _("This is none of the words that can stand here."),
    "number-too-small": _("This number is too small: at least %(number)s."),
    "number-too-large": _("This number is too large: at most %(number)s."),
    "date-wrong": _("This is no date. Write it as 2026-08-31."),
    "text-unclean": _("There is a space at the beginning or the end, or a sign that cannot be seen."),
    "row-twice": _("A row before this one has the same sourcedId."),
    "class-unknown": _("This class is in no roster yet. Add its row to classes.csv."),
    "school-unknown": _("This school is in no roster yet. Add its row to orgs.csv, with the type school."),
    "school-of-another": _("The school is another one than that of the class."),
    "term-unknown": _("A term of this class is in no roster yet. Add its row to academicSessions.csv."),
    "orgs-no-schools": _("This person belongs to something that is no school of the rosters."),
    "redo-is-over": _("This redo is over: it was done. You can ask for another one."),
    "redo-under-way": _("It is being done over already."),
    "redo-is-open": _("This redo is open already."),
    "relearning-missing": _("Something is still to be relearned before this can be opened. The page says what."),
    "piece-withdrawn": _("This piece of evidence was withdrawn. Choose another one."),
    "piece-of-another": _("This is no piece of this learner's evidence. Choose one of the list."),
    "asked-by-oneself": _("You asked this yourself, so somebody else has to answer it."),
    "change-not-found": _("Choose what was changed, of the list."),
    "approved-by-oneself": _("You asked for this yourself, so another administrator has to approve it."),
    "request-not-found": _("There is no such request for this learner any more. Open the page again."),
    "share-too-long": _("Choose a day after today, and within a year."),
    "nothing-to-share": _("There is nothing to share yet. Choose a work for the portfolio first."),
    "exhibit-not-shown": _("This is not in the portfolio any more. Open the page again."),
    "exhibit-shown-already": _("This draft is in the portfolio already. Take it out to say it anew."),
    "exhibits-full": _("A portfolio has room for %(number)s works. Take one out first."),
    "share-is-over": _("This link was ended before."),
    "reflection-empty": _("Please write a few words."),
    "later-than-now": _("This lies in the future. Check the date and the time."),
    "not-a-member": _("Somebody whom you chose did not make this work. Open the page again."),
    "member-forgotten": _("Somebody of this work was forgotten. Open the page again; the others are still there."),
    "rubric-not-found": _("This rubric is not there any more. Choose another one."),
    "file-empty": _("The file is empty."),
    "file-too-large": _("The file is too large."),
    "file-kind": _("Files of this kind are not taken. Save it as PDF, as a picture or as a text, and try again."),
    "file-other-kind": _("The file is something else than its name says. Save it once more, and try again."),
    "file-unreadable": _("The file cannot be read. Save it once more, and try again."),
    "file-locked": _("The file is locked by a password. Send one without."),
    "file-with-programs": _("There are macros or programs in the file. Send one without."),
    "file-name": _("The name of the file cannot be taken. Give it a short and plain name."),
    "files-waiting": _("Too many files wait to become part of a draft. Hand in a draft first."),
    "exhibition-closed": _("The exhibition is closed."),
    "exhibition-opened": _("The exhibition is open already, or was."),
    "exhibition-not-open": _("The exhibition is not open yet."),
    "plan-fixed": _("The exhibition was opened or closed, so its plan stays as it is."),
    "no-questions": _("The plan has no questions, so there is nothing to vote on."),
    "no-works": _("The questions are about works, and no work is shown. Choose at least one."),
    "too-many-answers": _("These are too many questions for one ballot. Ask fewer, or of fewer works."),
    "no-such-role": _("Nobody with this part votes in this exhibition."),
    "no-panel": _("This exhibition was planned without a panel. Plan it again, with a rubric for one."),
    "panel-full": _("A panel has room for %(number)s people."),
    "panel-in-the-past": _("The end must lie in the future."),
    "passes-full": _("An exhibition has room for %(number)s passes. End one that nobody needs any more."),
    "pass-made": _("This pass was made already, and is shown only once. End it, and make another one."),
    "panel-concluded": _("The panel has concluded on this work."),
    "oneself-dismissed": _("You cannot leave the panel by yourself. Ask somebody else who holds the exhibition."),
    "guest-elsewhere": _("This guest belongs to another exhibition. Appoint her by her name."),
    "own-work": _("You made this work yourself, so others judge it."),
    "criteria-missing": _("Please choose a level for each part of the rubric."),
    "scored-meanwhile": _("Somebody scored this work meanwhile. Look at the scores again."),
    "score-first": _("Score the work yourself first, then conclude."),
    "say-what-was-agreed": _("The scores lie apart. Say what you agreed on, and why."),
    "batch-not-ready": _("The grades are still being prepared. Look at them first, then release them."),
    "batch-released": _("These grades were released already, with other learners left out."),
    "course-unknown": _("This course is in no roster."),
    "period-unknown": _("This term is in no roster."),
    "competency-unknown": _("This skill is in no published framework."),
    "accommodation-too-wide": _("The policy in force allows less of a difference for one learner."),
    "policy-not-found": _("This policy is not there any more. Try it again."),
    "scope-unknown": _("There is nothing with this id for which a policy could be in force."),
    "one-at-a-time": _("You try another policy at this moment. Wait until it is done."),
    "too-many-waiting": _("Many policies are being tried at this moment. Try again later."),
}
"""By the reason that a service gives. No word of blame; what to do next where there is something to do."""

OF_A_FIELD: frozenset[Reason] = frozenset(get_args(FieldReason))
"""Reasons that are the same for any field: which one it is stands behind the sentence, as forms call it."""

KINDS: Mapping[str, str] = {
    "stale-version": _("Something changed here meanwhile. Look at it again, then send it again."),
    "stale-states": _("Some levels changed meanwhile. Look at them again, then release them."),
    "already-voided": _("This piece of evidence was withdrawn before."),
    "already-released": _("This grade was released before."),
    "mismatch": _("This form was sent before, with something else in it. Open the page again."),
    "not-reached": _("What you ask for cannot be shown yet. Try again soon."),
    "gone": _("What was recorded of this learner was forgotten, as was asked for."),
    "not-found": _("It does not exist, or it is not yours to see."),
    "cross-site": _("This form is too old, or it came from another page. Open the page again."),
    "unavailable": _("Not possible at the moment. Send it again soon: it counts once."),
    "too-slow": _("It did not come in time. Send it again; a faster connection helps."),
    "no-room": _("There is no room for files at the moment. Please tell your school."),
    "fault": _("Something went wrong on our side. Please try again later."),
}
"""By the kind of problem, where the service says no more."""

BETTER = frozenset({"stale-version", "mismatch", "cross-site", "not-reached"})
"""Kinds of which a service's sentence speaks of versions, keys and headers: ours is plainer in English too."""


UNCLEAR = _("Something that was sent cannot be taken as it is. Check it, then send it again.")
"""Where the service's sentence is for programs."""

FOR_PROGRAMS = re.compile(r"[a-z]_[a-z]|(?:^|\s)/[a-z]|[0-9a-f]{8}-[0-9a-f]{4}|RFC|JSON|Idempotency-Key")
"""What stands in sentences of the API that speak of names in requests, and not of anything on a page."""


@dataclass(frozen=True, slots=True)
class Why:
    """What is said; `english` is the service's own sentence after it, for a reader of another language."""

    text: str
    english: str | None = None


def wrong(message: str, *, field: str | None = None, **figures: object) -> Problem:
    """What a page of ours refuses itself, in words that are in the catalogues."""
    return invalid(message % figures if figures else message, field=field, message=message, figures=figures)


def too_much(message: str, **figures: object) -> Problem:
    """As `wrong`, of what is too large."""
    return too_large(message % figures if figures else message, message=message, figures=figures)


def why_not(problem: Problem, words: Gettext, *, english: bool) -> Why:
    """Why, in the reader's language, of which `english` says whether it is that."""
    reason: Any = problem.more.get("reason")
    message = problem.more.get("message") or REASONS.get(reason)
    if message is None and (not english or problem.code in BETTER):
        message = KINDS.get(problem.code)
    if message is not None:
        figures = problem.more.get("figures")
        told = words.gettext(str(message))
        told = told % figures if isinstance(figures, Mapping) and figures else told
        return Why(_with_place(told, problem, words) if reason in OF_A_FIELD else told)
    said = problem.detail or problem.title
    if FOR_PROGRAMS.search(said):
        general = KINDS["stale-version"] if problem.status == 409 else UNCLEAR
        return Why(_with_place(words.gettext(general), problem, words))
    return Why(said) if english else Why(words.gettext("That did not work."), said)


def _with_place(told: str, problem: Problem, words: Gettext) -> str:
    """A sentence, and which field it speaks of: a column of a file by its own name (`column`)."""
    place = problem.more.get("column") or place_in_words(problem.field, words)
    return f"{told} ({place})" if place else told
