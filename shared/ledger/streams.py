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
