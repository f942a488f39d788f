"""How the golden files were made: from DESIGN §11 alone, with nothing of the platform's code.

    python tests/replay/golden/make.py

The files are what counts; they were read against the page, and they do not change. This script is kept so that anyone
can see where each byte comes from.
"""

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

HERE = Path(__file__).parent

TENANT = "5f8a4a2e-3c1f-4d55-8a52-0d9c7f1f2b10"
TEACHER = "0c7b0f7e-93a1-4c0e-9a43-6f3f5a3b1d22"
LEARNER = "8e1f2a3b-4c5d-4e6f-8a7b-9c0d1e2f3a4b"
SCHOOL = "11111111-2222-4333-8444-555555555555"
SECTION = "66666666-7777-4888-8999-aaaaaaaaaaaa"
COURSE = "bbbbbbbb-cccc-4ddd-8eee-ffffffffffff"
WORK = "31415926-5358-4979-8238-462643383279"
GROUP = "27182818-2845-4904-8235-360287471352"
TASK = "16180339-8874-4989-8848-204586834365"
ANALYSE = "14142135-6237-4309-8048-801688724209"
ARGUE = "17320508-0756-4887-8293-527446341505"
FRAMEWORK = "22360679-7749-4978-8696-409173668731"
EVIDENCE = "a1b2c3d4-e5f6-4a7b-8c9d-0e1f2a3b4c5d"
EARLIER = "d4c3b2a1-f6e5-4b7a-9d8c-5d4c3b2a1f0e"
GUARDIAN = "33166247-9035-4998-8551-492735682064"
PERIOD = "36055512-7546-4989-8293-119532157224"
OVERRIDE = "38729833-4620-4741-8885-138219871655"
REVIEW = "41231056-2561-4766-8054-982140985597"
GRADE = "43588989-4354-4067-8355-223698198385"
REQUEST = "46904157-5982-4429-8553-370154395321"
CYCLE = "50990195-1359-4278-8483-018938234242"
FEEDBACK = "53851648-0713-4450-8031-018938234243"
EXHIBITION = "56568542-4949-4238-8019-520673820871"
PANELIST = "59160797-8309-4961-8042-567328291561"
EXHIBIT = "61644140-0296-4897-8645-142163856001"
SHARE = "64031242-3743-4281-8650-001234567890"
SEALED = "00ff" * 16
REF = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# RFC 8785: keys by their UTF-16 code units; of the characters below U+0020 the five short escapes, else \u00xx.
SHORT = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}


def text(value: str) -> str:
    return '"' + "".join(SHORT.get(ord(c), f"\\u{ord(c):04x}" if ord(c) < 32 else c) for c in value) + '"'


def canonical(value: Any) -> str:
    if value is None or value is True or value is False:
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return text(value)
    if isinstance(value, list):
        return "[" + ",".join(canonical(item) for item in value) + "]"
    ordered = sorted(value, key=lambda key: [unit for c in key for unit in units(c)])
    return "{" + ",".join(f"{text(key)}:{canonical(value[key])}" for key in ordered) + "}"


def units(character: str) -> list[int]:
    """The UTF-16 code units of a character, by the definition of surrogate pairs."""
    point = ord(character)
    if point < 0x10000:
        return [point]
    return [0xD800 + (point - 0x10000 >> 10), 0xDC00 + (point - 0x10000 & 0x3FF)]


def shard(owner: str) -> int:
    first_eight = hashlib.sha256(bytes.fromhex((TENANT + owner).replace("-", ""))).digest()[:8]
    return int.from_bytes(first_eight, "big") % 64


def roster(key: bytes, kind: str, sourced_id: str) -> str:
    number = int.from_bytes(hmac.new(key, f"{kind}:{sourced_id}".encode(), "sha256").digest()[:16], "big")
    number = number & ~(0xF << 76) | 8 << 76  # version 8
    number = number & ~(0x3 << 62) | 2 << 62  # variant 10
    return str(UUID(int=number))


def ids() -> dict[str, Any]:
    route = "/v1/evidence"
    item = [
        (TEACHER, "POST", route, "a key", 0),
        (TEACHER, "POST", route, "a key", 10),
        (TEACHER, "POST", "/v1/evidence/{id}/void", "Schlüssel 7", 0),
        (LEARNER, "POST", route, "", 999),
    ]
    key = bytes(range(32))
    return {
        "item_id": [
            {"actor": a, "method": m, "route": r, "key": k, "index": i, "id": str(uuid5(UUID(a), f"{m} {r}\n{k}\n{i}"))}
            for a, m, r, k, i in item
        ],
        "further_event_id": [{"item": EVIDENCE, "n": n, "id": str(uuid5(UUID(EVIDENCE), str(n)))} for n in (1, 2, 10)],
        "service_actor": [
            {"tenant": TENANT, "name": name, "id": str(uuid5(UUID(TENANT), f"service/{name}"))}
            for name in ("evidence", "mastery", "audit", "gateway")
        ],
        "definitions_owner": [
            {"tenant": TENANT, "stream": stream, "id": str(uuid5(UUID(TENANT), stream))}
            for stream in ("policy/district", f"policy/school/{SCHOOL}", f"document/{DIGEST}", f"section/{SECTION}")
        ],
        "roster_id": [
            {"key": key.hex(), "kind": kind, "sourced_id": name, "id": roster(key, kind, name)}
            for kind in ("user", "org", "course", "class", "academicSession")
            for name in ("12345", "Müller:7")
        ],
        "shard": [
            {"tenant": TENANT, "owner": owner, "shard": shard(owner)}
            for owner in (LEARNER, TEACHER, WORK, GROUP, TASK, ANALYSE, SCHOOL, SECTION, COURSE)
        ],
    }


def numbers() -> dict[str, Any]:
    """Written by hand: a decimal and its one writing, times 10^6; an instant, its milliseconds and its one writing."""
    return {
        "decimals": [
            {"written": written, "canonical": one, "scaled": scaled}
            for written, one, scaled in (
                ("0", "0", 0),
                ("0.0", "0", 0),
                ("3", "3", 3_000_000),
                ("3.50", "3.5", 3_500_000),
                ("2.000000000", "2", 2_000_000),
                ("-1.25", "-1.25", -1_250_000),
                ("-0.000001", "-0.000001", -1),
                ("0.000001", "0.000001", 1),
                ("10", "10", 10_000_000),
                ("100.10", "100.1", 100_100_000),
                ("999999999999.999999", "999999999999.999999", 999_999_999_999_999_999),
            )
        ],
        "refused_decimals": [
            *("", " 3", "3 ", "+3", "03", "-03.5", "-0", "-0.0", ".5", "5.", "1e3", "1E-3", "NaN", "Infinity", "-inf"),
            *("0.0000001", "1234567890123", "1,5", "1_000", "٣", "0x10", "3.5.1", "--1", "9" * 400),
        ],
        "instants": [
            {"written": written, "text": one, "milliseconds": milliseconds}
            for written, one, milliseconds in (
                ("1970-01-01T00:00:00.000Z", "1970-01-01T00:00:00.000Z", 0),
                ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z", 0),
                ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z", -1),
                ("2000-01-01T00:00:00Z", "2000-01-01T00:00:00.000Z", 946_684_800_000),
                ("2000-03-01T01:00:00.5+01:00", "2000-03-01T00:00:00.500Z", 951_868_800_500),
                ("2026-11-24T09:30:00.000Z", "2026-11-24T09:30:00.000Z", 1_795_512_600_000),
                ("2026-11-24T04:30:00.12000-05:00", "2026-11-24T09:30:00.120Z", 1_795_512_600_120),
                ("2026-11-24t09:30:00z", "2026-11-24T09:30:00.000Z", 1_795_512_600_000),
            )
        ],
        "refused_instants": [
            *("", "2026-11-24", "2026-11-24T09:30:00", "2026-11-24 09:30:00Z", "2026-11-24T09:30Z", "1795512600000"),
            *("2026-02-30T00:00:00Z", "2026-11-24T24:30:00Z", "2026-11-24T09:30:60Z", "2026-11-24T09:30:00.0001Z"),
            *("0000-01-01T00:00:00Z", "2026-11-24T09:30:00+25:00", "٢026-11-24T09:30:00Z"),
        ],
    }


def documents() -> dict[str, Any]:
    values: list[Any] = [
        {},
        [],
        "",
        None,
        {"b": 1, "a": [True, False, None], "B": -1},
        [0, -0, 9007199254740991, -9007199254740991],
        {"10": 1, "9": 2, "": 3, "é": 4, "e\u0301": 5},
        {"\U0001f600": "beyond the first plane: D83D DE00", "\ufb33": "FB33", "\ue000": "E000", "a": "61"},
        {"\u20ac": "Euro", "\r": "return", "\u0080": "control", "1": "one", "\ufb33": "dalet", "\U0001f602": "joy"},
        '\x00\x07\b\t\n\x0b\f\r\x1f "\\/\x7f\u2028\u2029<>&',
        {"nested": [{"z": {"y": [{"x": "w"}]}}]},
    ]
    return {
        "canonical": [
            {"json": json.dumps(value), "canonical": canonical(value).encode().hex(), "text": canonical(value)}
            for value in values
        ],
        "refused": [
            *("1.0", "1e2", "-0.0", "NaN", "Infinity", "-Infinity", "9007199254740992", "-9007199254740992"),
            *('{"a":1,"a":2}', '"\\ud800"', '{"\\udc00":1}', "[" * 40 + "]" * 40, "[1,]", "{'a':1}", "", "1 2"),
            *("1" * 400, '{"a":{"b":1,"b":1}}', "nul", '"\t"'),
        ],
    }


def entries() -> list[dict[str, Any]]:
    """One of each event: what a client might hand in, and each byte of what becomes of it."""
    district = "policy/district"
    samples: list[Sample] = [
        (
            "DocumentPublished",
            f"document/{DIGEST}",
            None,
            {"digest": DIGEST, "format": "ascertain.framework@1", "id": FRAMEWORK, "size": 2048},
            {},
        ),
        ("PolicyAdopted", district, None, {"scope": "district", "policy": DIGEST, "mode": "keep_attained"}, {}),
        (
            "SectionOpened",
            f"section/{SECTION}",
            None,
            {"section": SECTION, "course": COURSE, "school": SCHOOL, "begins_at": "2026-08-24T08:00:00+02:00"},
            {"begins_at": "2026-08-24T06:00:00.000Z"},
        ),
        (
            "RoleGranted",
            f"person/{TEACHER}",
            None,
            {"person": TEACHER, "role": "teacher", "scope": f"section/{SECTION}", "ends_at": "2027-06-30T00:00:00Z"},
            {"ends_at": "2027-06-30T00:00:00.000Z"},
        ),
        (
            "RoleRevoked",
            f"person/{TEACHER}",
            None,
            {"person": TEACHER, "role": "administrator", "scope": f"school/{SCHOOL}"},
            {},
        ),
        (
            "LearnerEnrolled",
            f"learner/{LEARNER}",
            LEARNER,
            {"learner": LEARNER, "school": SCHOOL, "section": SECTION, "course": COURSE},
            {},
        ),
        ("LearnerWithdrawn", f"learner/{LEARNER}", LEARNER, {"learner": LEARNER, "school": SCHOOL}, {}),
        (
            "AttemptRecorded",
            f"evidence/{EVIDENCE}",
            LEARNER,
            {
                "learner": LEARNER,
                "task": TASK,
                "purpose": "practice",
                "redo_of": EARLIER,
                "results": [{"earned": "3.50", "possible": "4.0", "competency": ANALYSE}],
            },
            {"results": [{"competency": ANALYSE, "earned": "3.5", "possible": "4"}]},
        ),
        (
            "RubricScored",
            f"evidence/{EVIDENCE}",
            LEARNER,
            {
                "learner": LEARNER,
                "rubric": DIGEST,
                "task": TASK,
                "work": WORK,
                "group": GROUP,
                "course": COURSE,
                "purpose": "performance",
                "redo_of": EARLIER,
                "feedback_ref": DIGEST,
                "results": [
                    {"competency": ANALYSE, "criterion": "use-of-symbols", "earned": "0", "possible": "4"},
                    {"competency": ARGUE, "criterion": "claim.1", "earned": "2.25", "possible": "3"},
                ],
            },
            {},
        ),
        (
            "EvidenceVoided",
            f"evidence/{EARLIER}",
            LEARNER,
            {"learner": LEARNER, "evidence": EARLIER, "reason_ref": DIGEST},
            {},
        ),
        *of_the_record(),
        *of_performances(),
    ]
    return [
        entry(number, *sample[:3], handed_in=sample[3], body=sample[3] | sample[4])
        for number, sample in enumerate(samples, start=1)
    ]


CLOSING = {
    *("EvidenceVoided", "EvidenceSuperseded", "LearnerForgotten", "ReviewAnswered"),
    *("ExhibitionVoteCast", "ExhibitionClosed", "TallyPublished", "PanelConcluded"),
}

Sample = tuple[str, str, str | None, dict[str, Any], dict[str, Any]]


def of_the_record() -> list[Sample]:
    """The events that came with the record: pieces, judgement, works, grades, guardians and forgetting."""
    learner, grade = f"learner/{LEARNER}", f"grade/{LEARNER}/{COURSE}/{PERIOD}"
    override = f"override/{LEARNER}/{ANALYSE}"
    about = {"learner": LEARNER, "course": COURSE, "period": PERIOD}
    pins = [
        {"ledger": "definitions", "shard": 0, "position": 7},
        {"ledger": "evidence", "shard": shard(LEARNER), "position": 345},
    ]
    levels = [
        {
            "competency": ANALYSE,
            "status": "mastered",
            "at": "3.50",
            "policy": DIGEST,
            "override": OVERRIDE,
            "state": REF,
        },
        {"competency": ARGUE, "status": "not_enough", "state": DIGEST},
    ]
    levels_stored = [levels[0] | {"at": "3.5"}, levels[1]]
    result = {"competency": ANALYSE, "earned": "1", "possible": "4"}
    return [
        ("GuardianLinked", learner, LEARNER, {"learner": LEARNER, "guardian": GUARDIAN}, {}),
        ("GuardianUnlinked", learner, LEARNER, {"learner": LEARNER, "guardian": GUARDIAN}, {}),
        ("ForgettingRequested", learner, LEARNER, {"learner": LEARNER, "reason_ref": REF}, {}),
        ("LearnerForgotten", learner, LEARNER, {"learner": LEARNER, "request": REQUEST}, {}),
        (
            "ObservationRecorded",
            f"evidence/{EVIDENCE}",
            LEARNER,
            {
                "learner": LEARNER,
                "rubric": DIGEST,
                "task": TASK,
                "work": WORK,
                "group": GROUP,
                "course": COURSE,
                "purpose": "performance",
                "redo_of": EARLIER,
                "note_ref": REF,
                "results": [result | {"criterion": "builds-on-peers"}],
            },
            {},
        ),
        (
            "ReflectionRecorded",
            f"evidence/{EVIDENCE}",
            LEARNER,
            {
                "learner": LEARNER,
                "task": TASK,
                "work": WORK,
                "course": COURSE,
                "evidence": EARLIER,
                "text_ref": REF,
            },
            {"ratings": []},
        ),
        (
            "PriorMasteryAttested",
            f"evidence/{EVIDENCE}",
            LEARNER,
            {
                "learner": LEARNER,
                "basis": "transfer",
                "course": COURSE,
                "purpose": "performance",
                "note_ref": REF,
                "results": [result],
            },
            {},
        ),
        (
            "EvidenceSuperseded",
            f"evidence/{EARLIER}",
            LEARNER,
            {"learner": LEARNER, "evidence": EARLIER, "by": EVIDENCE, "reason_ref": REF},
            {},
        ),
        (
            "LevelOverridden",
            override,
            LEARNER,
            {"learner": LEARNER, "competency": ANALYSE, "policy": DIGEST, "at": "3.0", "reason_ref": REF},
            {"at": "3"},
        ),
        (
            "OverrideCleared",
            override,
            LEARNER,
            {"learner": LEARNER, "competency": ANALYSE, "override": OVERRIDE, "reason_ref": REF},
            {},
        ),
        (
            "ReviewRequested",
            f"review/{EVIDENCE}",
            LEARNER,
            {"learner": LEARNER, "grade": GRADE, "reason_ref": REF},
            {},
        ),
        (
            "ReviewAnswered",
            f"review/{REVIEW}",
            LEARNER,
            {"learner": LEARNER, "review": REVIEW, "outcome": "changed", "change": EVIDENCE, "answer_ref": REF},
            {},
        ),
        (
            "WorkStarted",
            f"work/{WORK}",
            WORK,
            {"work": WORK, "members": [LEARNER, GUARDIAN], "task": TASK, "courses": [COURSE], "title_ref": REF},
            {},
        ),
        (
            "WorkVersionAdded",
            f"work/{WORK}",
            WORK,
            {"work": WORK, "artefacts": [{"kind": "text", "content_ref": REF}], "note_ref": DIGEST},
            {},
        ),
        ("GradeReleased", grade, LEARNER, {**about, "levels": levels, "pins": pins}, {"levels": levels_stored}),
        (
            "GradeAmended",
            grade,
            LEARNER,
            {**about, "grade": GRADE, "levels": levels, "pins": pins, "reason_ref": REF},
            {"levels": levels_stored},
        ),
        (
            "GradeUpheld",
            grade,
            LEARNER,
            {
                **about,
                "grade": GRADE,
                "states": [{"competency": level["competency"], "state": level["state"]} for level in levels],
                "pins": pins,
                "reason_ref": REF,
            },
            {},
        ),
    ]


def of_performances() -> list[Sample]:
    """The events that came with performances: redos, feedback, exhibitions, portfolios."""
    redo, portfolio = f"redo/{LEARNER}/{ANALYSE}", f"portfolio/{LEARNER}"
    of_redo = {"learner": LEARNER, "competency": ANALYSE}
    return [
        ("RedoOffered", redo, LEARNER, {**of_redo, "evidence": EARLIER, "note_ref": REF}, {}),
        ("RedoRequested", redo, LEARNER, {**of_redo, "evidence": EARLIER, "note_ref": REF}, {}),
        (
            "RelearnLogged",
            redo,
            LEARNER,
            {**of_redo, "cycle": CYCLE, "kind": "conference", "evidence": EVIDENCE, "note_ref": REF},
            {},
        ),
        (
            "RedoOpened",
            redo,
            LEARNER,
            {**of_redo, "cycle": CYCLE, "evidence": EARLIER, "task": TASK, "note_ref": REF},
            {},
        ),
        (
            "FeedbackGiven",
            f"feedback/{EVIDENCE}",
            WORK,
            {"work": WORK, "version": EARLIER, "rubric": DIGEST, "criterion": "thesis", "text_ref": REF},
            {},
        ),
        ("FeedbackRead", f"feedback/{FEEDBACK}", WORK, {"work": WORK, "feedback": FEEDBACK}, {}),
        *exhibitions(),
        (
            "ExhibitChosen",
            portfolio,
            LEARNER,
            {"learner": LEARNER, "work": WORK, "version": EARLIER, "competencies": [ANALYSE], "reason_ref": REF},
            {},
        ),
        ("ExhibitWithdrawn", portfolio, LEARNER, {"learner": LEARNER, "exhibit": EXHIBIT}, {}),
        ("ExhibitsArranged", portfolio, LEARNER, {"learner": LEARNER, "exhibits": [EXHIBIT, EVIDENCE]}, {}),
        (
            "PortfolioShared",
            portfolio,
            LEARNER,
            {
                "learner": LEARNER,
                "token": DIGEST,
                "audience": "college",
                "exhibits": [EXHIBIT],
                "pins": [{"shard": 7, "position": 118}],
                "expires_at": "2027-01-31T12:00:00+01:00",
            },
            {"expires_at": "2027-01-31T11:00:00.000Z"},
        ),
        ("ShareRevoked", portfolio, LEARNER, {"learner": LEARNER, "share": SHARE}, {}),
    ]


def exhibitions() -> list[Sample]:
    """What an exhibition's entries say: it owns all but what its audience gave a member's work."""
    own, ballot = f"exhibition/{EXHIBITION}", f"ballot/{EXHIBITION}/{DIGEST}"
    panel = f"panel/{EXHIBITION}/{WORK}"
    result = {"competency": ANALYSE, "criterion": "voice", "earned": "1", "possible": "4"}
    asked = [
        {"question": "citizen", "kind": "choice", "options": ["boxer", "snowball"]},
        {"question": "poster", "kind": "rating", "work": WORK, "options": ["0", "0.5", "1"]},
    ]
    counts = [{"option": "boxer", "count": 7}, {"option": "snowball", "count": 0}]
    told = {"answers": 7, "abstained": 2, "counts": counts}
    tallied = [
        {"question": "citizen", **told},
        {"question": "citizen", "role": "family", **told},
        {"question": "poster", "work": WORK, "answers": 4, "abstained": 5},
    ]
    stored = [*tallied[:2], {**tallied[2], "counts": []}]
    score = {"exhibition": EXHIBITION, "work": WORK, "rubric": DIGEST, "results": [result]}
    rated = {"question": "poster", "competencies": [ANALYSE], "answers": 6, "earned": "0.750", "possible": "1"}
    return [
        (
            "ExhibitionPlanned",
            own,
            EXHIBITION,
            {
                "exhibition": EXHIBITION,
                "school": SCHOOL,
                "section": SECTION,
                "works": [WORK],
                "roles": ["family", "staff"],
                "questions": DIGEST,
                "panel": {"rubric": DIGEST, "discuss_from": 2},
                "planned_for": "2026-12-11T18:30:00-08:00",
                "title_ref": REF,
            },
            {"planned_for": "2026-12-12T02:30:00.000Z"},
        ),
        ("ExhibitionOpened", own, EXHIBITION, {"exhibition": EXHIBITION, "commitment": REF, "asked": asked}, {}),
        ("BallotIssued", ballot, EXHIBITION, {"exhibition": EXHIBITION, "ballot": DIGEST, "role": "family"}, {}),
        (
            "ExhibitionVoteCast",
            ballot,
            EXHIBITION,
            {"exhibition": EXHIBITION, "ballot": DIGEST, "sealed": SEALED},
            {},
        ),
        ("ExhibitionClosed", own, EXHIBITION, {"exhibition": EXHIBITION}, {}),
        (
            "TallyPublished",
            f"tally/{EXHIBITION}",
            EXHIBITION,
            {"exhibition": EXHIBITION, "issued": 12, "voted": 9, "key": REF, "tallied": tallied},
            {"tallied": stored},
        ),
        (
            "AudienceTallied",
            f"evidence/{EVIDENCE}",
            LEARNER,
            {"learner": LEARNER, "exhibition": EXHIBITION, "work": WORK, "tally": EARLIER, "ratings": [rated]},
            {"ratings": [{**rated, "earned": "0.75"}]},
        ),
        (
            "PanelistAppointed",
            f"panelist/{EXHIBITION}/{PANELIST}",
            EXHIBITION,
            {
                "exhibition": EXHIBITION,
                "panelist": PANELIST,
                "role": "community",
                "ends_at": "2026-12-13T00:00:00.000Z",
            },
            {},
        ),
        (
            "PanelistDismissed",
            f"panelist/{EXHIBITION}/{PANELIST}",
            EXHIBITION,
            {"exhibition": EXHIBITION, "panelist": PANELIST},
            {},
        ),
        (
            "PanelScored",
            f"{panel}/{PANELIST}",
            EXHIBITION,
            {**score, "panelist": PANELIST, "calibration": True, "note_ref": REF},
            {},
        ),
        ("PanelConcluded", panel, EXHIBITION, {**score, "scores": [EARLIER], "resolution_ref": REF}, {}),
    ]


def entry(
    number: int, name: str, stream: str, owner: str | None, *, handed_in: dict[str, Any], body: dict[str, Any]
) -> dict[str, Any]:
    stored = canonical(body)
    ledger = "evidence" if owner else "definitions"
    owner = owner or str(uuid5(UUID(TENANT), stream))
    own = stream.endswith(EVIDENCE) and stream.startswith(("evidence/", "review/", "feedback/"))
    occurred_ms, recorded_ms = 1_795_512_600_000 + number, 1_795_512_660_000 + 7 * number
    envelope = {
        "actor": TEACHER,
        "body_digest": digest(stored.encode()),
        "epoch": 1 + number % 2,
        "id": EVIDENCE if own else str(UUID(int=number, version=4)),
        "ledger": ledger,
        "occurred_at": f"2026-11-24T09:30:00.{number:03d}Z",
        "owner": owner,
        "position": 100 * number,
        "recorded_at": f"2026-11-24T09:31:00.{7 * number:03d}Z",
        "schema": f"urn:ascertain:{name}:1",
        "shard": shard(owner) if ledger == "evidence" else 0,
        "stream": stream,
        "tenant": TENANT,
        "type": f"ascertain.{name}",
        "version": 1 if own else number,
    }
    of_several = digest(b"of several") if number % 3 == 0 else None
    headers = [
        ("ce_specversion", "1.0"),
        ("ce_id", envelope["id"]),
        ("ce_source", f"urn:ascertain:{TENANT}"),
        ("ce_type", envelope["type"]),
        ("ce_dataschema", envelope["schema"]),
        ("ce_time", envelope["occurred_at"]),
        ("ce_recordedtime", envelope["recorded_at"]),
        ("ce_subject", stream),
        ("ce_partitionkey", owner),
        ("ce_tenant", TENANT),
        ("ce_ledger", ledger),
        ("ce_shard", str(envelope["shard"])),
        ("ce_position", str(envelope["position"])),
        ("ce_epoch", str(envelope["epoch"])),
        ("ce_streamversion", str(envelope["version"])),
        ("ce_actor", TEACHER),
        ("ce_bodydigest", envelope["body_digest"]),
        ("content-type", "application/json"),
    ]
    if of_several:
        headers.append(("ce_requestdigest", of_several))
    return {
        "event": name,
        "handed_in": handed_in,
        "body": stored,
        "occurred_ms": occurred_ms,
        "recorded_ms": recorded_ms,
        "request_digest": of_several,
        "envelope": envelope,
        "envelope_canonical": canonical(envelope),
        "leaf": digest(b"\x00" + canonical(envelope).encode()),
        "key": owner,
        "headers": headers,
        "closes": name in CLOSING,
    }


def requests() -> list[dict[str, Any]]:
    first = ["ascertain.RubricScored", LEARNER, f"evidence/{EVIDENCE}", "2026-11-24T09:30:00.000Z", DIGEST]
    second = ["ascertain.RubricScored", GROUP, f"evidence/{EARLIER}", None, digest(b"{}")]
    return [
        {"events": events, "digest": digest(canonical(events).encode())}
        for events in ([first, second], [second, first], [second])
    ]


def states() -> list[dict[str, Any]]:
    """Records of `mastery.state`: one with everything, one with what may be null, and one that drops a state."""
    place = shard(LEARNER)
    full: dict[str, Any] = {
        "as_of": [
            {"ledger": "definitions", "position": 9, "shard": 0},
            {"ledger": "evidence", "position": 400, "shard": place},
        ],
        "changed_at": "2026-11-24T09:31:00.007Z",
        "competency": ANALYSE,
        "counted": 2,
        "digest": DIGEST,
        "evidence": 3,
        "learner": LEARNER,
        "level": "Übertrifft «das»",
        "method": "ascertain.decaying_average@1",
        "pins": [
            {"ledger": "definitions", "position": 7, "shard": 0},
            {"ledger": "evidence", "position": 345, "shard": place},
        ],
        "policy": REF,
        "scope": f"school/{SCHOOL}",
        "seq": 118,
        "shard": place,
        "status": "mastered",
        "value": "3.3",
    }
    nothing = dict.fromkeys(("level", "method", "policy", "scope", "value"))
    bare = full | nothing | {"seq": 1, "status": "no_policy", "counted": 0, "evidence": 1, "pins": full["pins"][1:]}
    return [_state(full, full), _state(bare, bare), _state(full | {"seq": 119}, None)]


def _state(about: dict[str, Any], value: dict[str, Any] | None) -> dict[str, Any]:
    key = f"{LEARNER}/{ANALYSE}"
    kind = {"ce_type": "ascertain.StateDropped"}
    last = {}
    if value is not None:
        kind = {"ce_type": "ascertain.StateChanged", "ce_dataschema": "urn:ascertain:StateChanged:1"}
        last = {"content-type": "application/json"}
    headers = {
        "ce_specversion": "1.0",
        "ce_id": f"state/{about['shard']}/{about['seq']}",
        "ce_source": f"urn:ascertain:{TENANT}",
        **kind,
        "ce_time": about["changed_at"],
        "ce_subject": f"state/{key}",
        "ce_partitionkey": key,
        "ce_tenant": TENANT,
        "ce_shard": str(about["shard"]),
        "ce_seq": str(about["seq"]),
        **last,
    }
    return {
        "about": about,
        "key": key,
        "value": None if value is None else canonical(value),
        "headers": list(headers.items()),
    }


def main() -> None:
    for name, value in (
        *(("ids", ids()), ("numbers", numbers()), ("canonical", documents())),
        *(("entries", entries()), ("requests", requests()), ("states", states())),
    ):
        (HERE / f"{name}.json").write_text(json.dumps(value, indent=2, ensure_ascii=True) + "\n")


if __name__ == "__main__":
    main()
