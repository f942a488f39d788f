"""The pages' words for what stands in the record: entries of a learner, words of a grade, and who did it."""

from collections.abc import Mapping

from services.gateway.http.pages.languages import later as _

ENTRIES: Mapping[str, str] = {
    "LearnerEnrolled": _("Enrolled in a section"),
    "LearnerWithdrawn": _("Left a section"),
    "GuardianLinked": _("A guardian was linked"),
    "GuardianUnlinked": _("A guardian was unlinked"),
    "ForgettingRequested": _("Forgetting was asked for"),
    "LearnerForgotten": _("Forgotten"),
    "AttemptRecorded": _("Attempt"),
    "RubricScored": _("Rubric score"),
    "ObservationRecorded": _("Observation"),
    "ReflectionRecorded": _("Reflection"),
    "PriorMasteryAttested": _("Prior mastery"),
    "EvidenceVoided": _("Evidence was withdrawn"),
    "EvidenceSuperseded": _("Evidence was corrected"),
    "LevelOverridden": _("A teacher set a level"),
    "OverrideCleared": _("A set level was taken back"),
    "ReviewRequested": _("A question was asked"),
    "ReviewAnswered": _("A question was answered"),
    "RedoOffered": _("A redo was offered"),
    "RedoRequested": _("A redo was asked for"),
    "RelearnLogged": _("Relearning was logged"),
    "RedoOpened": _("A redo was opened"),
    "AudienceTallied": _("An audience's votes were counted"),
    "ExhibitChosen": _("A work was chosen for the portfolio"),
    "ExhibitWithdrawn": _("A work was taken out of the portfolio"),
    "ExhibitsArranged": _("The portfolio was put in order"),
    "PortfolioShared": _("The portfolio was shared"),
    "ShareRevoked": _("A share was ended"),
    "GradeReleased": _("A grade was released"),
    "GradeAmended": _("A grade was amended"),
    "GradeUpheld": _("A grade was upheld"),
}
"""By type of an entry of a learner's."""

SPOKEN: Mapping[str, str] = {
    "released": _("Released"),
    "amended": _("Amended"),
    "upheld": _("Upheld"),
}
"""What was said of a grade."""

DIFFERENCES: Mapping[str, str] = {
    "missing": _("One side has no entry here."),
    "differs": _("Both sides have an entry here, and it is not the same."),
    "unexpected": _("There is an entry where the record has none yet."),
    "out_of_sequence": _("An entry is not the next one of its stream."),
    "wrong_shard": _("Entries of one owner lie in two places."),
    "unreadable": _("What stands here cannot be read."),
    "state_differs": _("A level is not what the record comes to."),
    "state_missing": _("The record says something for which there is no level."),
    "state_kept": _("There is a level of a learner who is forgotten."),
    "state_behind": _("A level rests on less than was recorded, and does not catch up."),
    "kept_differs": _("What is kept beside the levels is not what the record says."),
    "kept_missing": _("The record says something that is not kept beside the levels."),
    "kept_unexpected": _("Something is kept beside the levels that the record does not say."),
    "grade_differs": _("A grade is not what the record comes to."),
}
"""By the kind of a difference that a check found."""

PHASES: Mapping[str, str] = {
    "ledger": _("Entries of the ledger"),
    "topic": _("Records of the topic"),
    "states": _("Levels, folded again"),
    "learners": _("Learners’ schools"),
    "grades": _("Grades"),
    "reviews": _("Questions"),
    "redos": _("Redos"),
    "feedback": _("Feedback"),
}
"""What a verification or an audit compares."""
