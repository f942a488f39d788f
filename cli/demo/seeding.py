"""Fills the demo district from its files, through the public API as any client would."""

from pathlib import Path

from cli.errors import CommandError
from cli.gateway import Gateway
from cli.importing import record as recording
from cli.importing.commands import adopt_policy, publish, record_rows
from cli.importing.references import read_json, resolved
from cli.importing.roster import read_roster
from cli.importing.tables import table
from shared.contracts.roster_files import chunks

FILES = Path(__file__).parents[2] / "deploy" / "local" / "demo"

FRAMEWORKS = ("framework-english.json", "framework-history.json", "framework-art.json", "framework-mathematics.json")
PRACTICE = ("practice.csv", "practice-mathematics.csv")
DOCUMENTS = (
    *FRAMEWORKS,
    "rubric-literary-analysis.json",
    "rubric-revolution-essay.json",
    "rubric-symbols-poster.json",
    "rubric-presentation.json",
    "rubric-seminar.json",
    "moves-seminar.json",
    "questions-animal-farm.json",
    "task-literary-analysis.json",
    "task-revolution-essay.json",
    "task-symbols-poster.json",
)


async def seed(gateway: Gateway) -> dict[str, int]:
    """Seed roster, documents, policy and scores; how many of each. Raises CommandError where any is refused."""
    roster, _ = read_roster(FILES / "roster")
    for chunk in chunks(roster):
        _, answer = await gateway.post("/v1/rosters", chunk)
        if answer["refused"]:
            raise CommandError(f"The demo's roster was refused: {answer['refused'][0]['detail']}")
    for name in DOCUMENTS:
        await publish(gateway, await resolved(gateway, read_json(FILES / name), FILES))
    await adopt_policy(gateway, await publish(gateway, read_json(FILES / "policy.json")), "district")
    practice = sum([await _practice(gateway, FILES / name) for name in PRACTICE])
    works = await resolved(gateway, read_json(FILES / "works.json"), FILES)
    for work in works:
        await gateway.post("/v1/works", work)
    scores = await resolved(gateway, read_json(FILES / "scores.json"), FILES)
    status, results = await gateway.post("/v1/evidence", scores)
    if status not in {200, 201}:
        refusal = next(result for result in results if "outcome" not in result)
        raise CommandError(f"The demo's rubric scores were refused: {refusal['detail']}")
    return {
        "people": len(roster["users"]),
        "sections": len(roster["classes"]),
        "documents": len(DOCUMENTS) + 1,
        "works": len(works),
        "quiz scores": practice,
        "rubric scores": len(scores),
    }


async def _practice(gateway: Gateway, file: Path) -> int:
    with table(file, required=recording.REQUIRED) as lines:
        learners = await recording.learner_ids(gateway, lines)
    names = recording.Names(learners, recording.competency_codes(FILES / name for name in FRAMEWORKS))
    tally = await record_rows(
        gateway, file, recording.COLUMNS, recording.FIELDS, lambda lines: recording.rows(lines, names)
    )
    if tally.refused:
        raise CommandError(f"The demo's quiz scores were refused; see {file.name}.rejected.csv.")
    return tally.total
