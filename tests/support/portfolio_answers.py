"""What `portfolio` would answer a page: a learner with two works, one of them shown."""

from typing import Any

SHOWN, OTHER = "e69e6ade-47d3-5ea7-94af-84363a66160d", "0a4f2b3c-5a7b-4c0c-9a53-2f9a3ad7b9c1"
LETTER, POSTER = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
FIRST, SECOND = "33333333-3333-4333-8333-333333333333", "44444444-4444-4444-8444-444444444444"
EXHIBIT, SECOND_EXHIBIT = "55555555-5555-4555-8555-555555555555", "66666666-6666-4666-8666-666666666666"
SHARE, FEEDBACK = "77777777-7777-4777-8777-777777777777", "88888888-8888-4888-8888-888888888888"
TITLE, REASON, TEXT, FILE, SAID = (f"{n}" * 64 for n in "abcde")

SKILL = {"competency": SHOWN, "code": "english.theme", "statement": "Traces how a theme grows.", "framework": OTHER}
RECEIPT = {
    "status": 201,
    "id": EXHIBIT,
    "position": {"ledger": "evidence", "shard": 12, "position": 345},
    "version": 4,
    "outcome": "appended",
}
POSITION = "evidence:12:345"


def draft(number: int, event: str, **more: Any) -> dict[str, Any]:
    parts = [{"kind": "text", "content_ref": TEXT}, {"kind": "file", "content_ref": FILE}]
    return {
        "event": event,
        "number": number,
        "by": OTHER,
        "artefacts": parts,
        "occurred_at": f"2026-10-0{number}T09:30:00.000Z",
        "feedback": [],
        **more,
    }


def feedback() -> dict[str, Any]:
    return {"event": FEEDBACK, "by": OTHER, "text_ref": SAID, "occurred_at": "2026-10-03T09:30:00.000Z", "read": []}


def work(*members: str, **more: Any) -> dict[str, Any]:
    return {
        "work": LETTER,
        "version": 3,
        "members": list(members),
        "others": 1,
        "by": OTHER,
        "courses": [],
        "title_ref": TITLE,
        "occurred_at": "2026-09-30T09:30:00.000Z",
        "versions": [draft(1, FIRST), draft(2, SECOND, feedback=[feedback()])],
        "evidence": [],
        "connections": [],
        "beside": [],
        "pieces": [],
        **more,
    }


def portfolio(learner: str) -> dict[str, Any]:
    exhibits = [
        {
            "exhibit": exhibit,
            "work": LETTER,
            "version": SECOND,
            "number": 2,
            "shows": [SKILL],
            "reason_ref": REASON,
            "chosen_at": "2026-11-01T09:30:00.000Z",
        }
        for exhibit in (EXHIBIT, SECOND_EXHIBIT)
    ]
    share = {
        "share": SHARE,
        "audience": "college",
        "exhibits": [EXHIBIT],
        "shared_at": "2026-11-02T09:30:00.000Z",
        "expires_at": "2126-11-02T09:30:00.000Z",
        "revoked": False,
    }
    poster = {**work(learner), "work": POSTER, "versions": []}
    del poster["title_ref"]
    return {
        "learner": learner,
        "works": [work(learner), poster],
        "evidence": [],
        "portfolio": {"version": 3, "exhibits": exhibits, "shares": [share]},
    }


def coverage(learner: str) -> dict[str, Any]:
    shown = [
        {"competency": SHOWN, "code": "english.theme", "statement": "Traces how a theme grows.", "shown": "exhibit"},
        {"competency": OTHER, "code": "english.cite", "statement": "Cites a text.", "shown": "evidence"},
        {"competency": LETTER, "code": "english.ask", "statement": "Asks of a text.", "shown": "not_yet"},
    ]
    area = {"title": "Reading", "competencies": [{**one, "exhibits": [], "evidence": 3} for one in shown]}
    return {"learner": learner, "frameworks": [{"framework": OTHER, "title": "English", "areas": [area]}]}


SUGGESTIONS = {
    "suggestions": [
        {
            "why": "grown",
            "work": LETTER,
            "version": {"event": SECOND, "number": 2},
            "before": {"event": FIRST, "number": 1},
            "competency": SHOWN,
            "in_words": "…",
            "at": "2026-11-02T09:30:00.000Z",
        }
    ]
}


def revealed(learner: str, **texts: str) -> dict[str, Any]:
    """The door's answer: these texts, by the names of their references here, and her name."""
    refs = {"title": TITLE, "reason": REASON, "text": TEXT, "file": FILE, "said": SAID}
    file = '{"key":"k","media_type":"application/pdf","name":"poster.pdf","sha256":"f","size":1234567}'
    words = {"title": "A letter to Napoleon", "reason": "It took me three drafts.", "said": "Say why.", **texts}
    words = {"text": "Dear Napoleon,\nyou promised us the mill.", "file": file, **words}
    return {
        "texts": [
            {"ref": refs[name], "text": text, "owner": learner, "learners": [learner]} for name, text in words.items()
        ],
        "names": [{"person": learner, "given": "Amara", "family": "Okafor", "learner": True}],
    }
