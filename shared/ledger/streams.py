"""Names of streams: the smallest thing about which a decision can be stale (DESIGN §2.2)."""


def evidence_stream(evidence: str) -> str:
    return f"evidence/{evidence}"


def learner_stream(learner: str) -> str:
    return f"learner/{learner}"


def document_stream(digest: str) -> str:
    return f"document/{digest}"


def policy_stream(scope: str) -> str:
    return f"policy/{scope}"


def section_stream(section: str) -> str:
    return f"section/{section}"


def person_stream(person: str) -> str:
    return f"person/{person}"


def work_stream(work: str) -> str:
    return f"work/{work}"


def override_stream(learner: str, competency: str) -> str:
    return f"override/{learner}/{competency}"


def review_stream(review: str) -> str:
    return f"review/{review}"


def grade_stream(learner: str, course: str, period: str) -> str:
    return f"grade/{learner}/{course}/{period}"


def feedback_stream(feedback: str) -> str:
    return f"feedback/{feedback}"


def redo_stream(learner: str, competency: str) -> str:
    return f"redo/{learner}/{competency}"


def portfolio_stream(learner: str) -> str:
    return f"portfolio/{learner}"


def exhibition_stream(exhibition: str) -> str:
    return f"exhibition/{exhibition}"


def tally_stream(exhibition: str) -> str:
    return f"tally/{exhibition}"


def ballot_stream(exhibition: str, ballot: str) -> str:
    """`ballot` is the digest of the ballot's token."""
    return f"ballot/{exhibition}/{ballot}"


def panelist_stream(exhibition: str, panelist: str) -> str:
    return f"panelist/{exhibition}/{panelist}"


def panel_stream(exhibition: str, work: str) -> str:
    return f"panel/{exhibition}/{work}"


def panel_score_stream(exhibition: str, work: str, panelist: str) -> str:
    return f"panel/{exhibition}/{work}/{panelist}"
