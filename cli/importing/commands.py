"""The commands that bring a district's data in, all through the public API: `import …`, `record`, `adopt`."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.connection import connect
from cli.errors import CommandError
from cli.gateway import Gateway
from cli.importing import record as recording
from cli.importing import responses as answers
from cli.importing.frameworks import read_framework
from cli.importing.pieces import record_pieces
from cli.importing.references import read_json, resolved
from cli.importing.roster import read_roster
from cli.importing.sending import Row, Tally, send
from cli.importing.tables import Line, RejectedRows, count_lines, table
from cli.naming import roster_ids
from cli.progress import bar, console
from shared.contracts.documents import document_digest
from shared.contracts.roster_files import chunks
from shared.ledger.canonical import canonical

POLICY = Path(__file__).parent / "responses_policy.json"
"""The policy that `import responses` adopts for its framework: Canvas' usual decaying average, in our exact form."""

TOO_MANY_CELLS = "The row has {} cells more than the header has columns; put cells with commas between quotes."

importing = typer.Typer(help="Bring a district's data in.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(help="The file to read.")]


@importing.command("roster")
def import_roster(folder: Annotated[Path, typer.Argument(help="A folder of OneRoster 1.2 CSV files.")]) -> None:
    """Sections, teachers, learners and guardians from OneRoster 1.2 CSV. Names go into the vault, and nowhere else."""
    asyncio.run(_import_roster(folder))


@importing.command("framework")
def import_framework(
    file: File,
    prerequisites: Annotated[
        Path | None, typer.Option(help="A table source,target[,relationship]: by code, target rests on source.")
    ] = None,
    write: Annotated[Path | None, typer.Option(help="Also write the document that is published to this file.")] = None,
) -> None:
    """Publish a framework of competencies: ascertain.framework@1, or a CASE package (1EdTech CASE 1.0, JSON).

    Says what a package has that is left out. Prints the document's digest.
    """
    asyncio.run(_import_framework(file, prerequisites, write))


@importing.command("document")
def import_document(file: File) -> None:
    """Publish any document: a framework, rubric, task or policy (JSON). Prints its digest."""
    asyncio.run(_publish(file))


@importing.command("task")
def import_task(file: File) -> None:
    """Publish a task for everybody who teaches (JSON, ascertain.task@1 or @2); its rubric may be document:FILE."""
    asyncio.run(_publish(file, "task"))


@importing.command("rubric")
def import_rubric(file: File) -> None:
    """Publish a rubric for everybody who teaches (JSON, ascertain.rubric@1 or @2). Prints its digest."""
    asyncio.run(_publish(file, "rubric"))


@importing.command("responses")
def import_responses(
    file: File, limit: Annotated[int | None, typer.Option(help="Only the first N rows.")] = None
) -> None:
    """The ASSISTments 2009–2010 answers: enrols their learners, makes their framework, adopts a policy, records."""
    asyncio.run(_import_responses(file, limit))


def record(
    file: File,
    mapping: Annotated[list[str] | None, typer.Option("--map", help="'their header=our column'; repeatable.")] = None,
    framework: Annotated[
        list[Path] | None, typer.Option(help="A framework file whose codes the competency column uses; repeatable.")
    ] = None,
) -> None:
    """Record evidence: a CSV table of scores, a row an attempt, or a JSON file with evidence of any kind.

    What is bad is refused, a row of a table into FILE.rejected.csv; all the rest is recorded.
    """
    if file.suffix == ".json":
        asyncio.run(_record_pieces(file))
        return
    asyncio.run(_record(file, recording.column_mapping(mapping or []), framework or []))


def adopt(
    policy: Annotated[Path, typer.Argument(help="A policy document (ascertain.policy@1 or @2, JSON).")],
    scope: Annotated[
        str, typer.Option(help="district, school/ID, framework/ID, competency/ID or learner/ID.")
    ] = "district",
    *,
    keep_attained: Annotated[bool, typer.Option(help="What was attained before stays attained.")] = False,
) -> None:
    """Publish a policy and adopt it for a scope."""
    asyncio.run(_adopt(policy, scope, keep_attained=keep_attained))


async def _import_roster(folder: Path) -> None:
    roster, lines = read_roster(folder)
    appended = unchanged = 0
    refused: dict[tuple[str, str], tuple[Line | None, dict[str, Any]]] = {}
    async with connect() as gateway:
        with bar("Importing the roster", len(roster["enrollments"])) as progress:
            for chunk in chunks(roster):
                _, answer = await gateway.post("/v1/rosters", chunk)
                appended += answer["appended"]
                unchanged += answer["unchanged"]
                for problem in answer["refused"]:
                    place = problem.get("file", ""), problem.get("sourcedId", "")
                    refused[place] = lines.get(place), problem
                progress(len(chunk["enrollments"]))
    console.print(f"{appended} events recorded, {unchanged} rows unchanged, {len(refused)} refused.")
    for (name, sourced_id), (line, problem) in sorted(refused.items(), key=str):
        where = f"line {line.number}" if line else sourced_id
        console.print(f"  {name}.csv, {where}: {problem.get('detail')}", markup=False)
    if refused:
        raise typer.Exit(1)


async def _import_framework(file: Path, prerequisites: Path | None, write: Path | None) -> None:
    framework = read_framework(file, prerequisites)
    if write is not None:
        _write(write, framework.document)
    async with connect() as gateway:
        print(await publish(gateway, framework.document))
    console.print(framework.summary())
    for sentence in framework.left_out:
        console.print(f"  left out: {sentence}", markup=False)


def _write(file: Path, document: dict[str, Any]) -> None:
    try:
        file.write_bytes(canonical(document))
    except OSError as error:
        raise CommandError(f"{file} cannot be written: {error.strerror}.") from error


async def _publish(file: Path, kind: str | None = None) -> None:
    document = read_json(file)
    format_ = str(document.get("format")) if isinstance(document, dict) else "no document"
    if kind is not None and not format_.startswith(f"ascertain.{kind}@"):
        raise CommandError(f"{file} is no {kind}: its format is {format_}.")
    async with connect() as gateway:
        print(await publish(gateway, await resolved(gateway, document, file.parent)))


async def _adopt(file: Path, scope: str, *, keep_attained: bool) -> None:
    document = read_json(file)
    async with connect() as gateway:
        digest = await publish(gateway, document)
        receipt = await adopt_policy(gateway, digest, scope, mode_of(document, keep_attained=keep_attained))
    console.print(f"{scope} is under policy {digest} from position {receipt['position']['position']} on.")


def mode_of(document: Any, *, keep_attained: bool) -> str:
    """How a policy is adopted, or tried: as the option says, else as it says itself. What is wrong is for the judge."""
    own = document.get("mode") if isinstance(document, dict) else None
    return "keep_attained" if keep_attained or own == "keep_attained" else "recompute"


async def publish(gateway: Gateway, document: Any) -> str:
    """Publish a document and give its digest; one that is known already is left as it is."""
    digest = document_digest(document)
    await gateway.put(f"/v1/documents/{digest}", document)
    return digest


async def adopt_policy(
    gateway: Gateway, digest: str, scope: str, mode: str = "recompute", reason: str | None = None
) -> dict[str, Any]:
    """Adopt a published policy for a scope, unless it is in force there already; the receipt or what is in force."""
    in_force = await gateway.get("/v1/adoptions", scope=scope)
    for adoption in in_force["adoptions"]:
        if adoption["scope"] == scope and adoption["policy"] == digest and adoption["mode"] == mode:
            return dict(adoption)
    versions = [adoption["version"] for adoption in in_force["adoptions"] if adoption["scope"] == scope]
    body = {"scope": scope, "policy": digest, "mode": mode, "expected_version": max(versions, default=0)}
    if reason is not None:
        body["reason"] = reason
    _, receipt = await gateway.post("/v1/adoptions", body, key=f"adopt/{scope}/{digest}/{max(versions, default=0)}")
    return dict(receipt)


async def _import_responses(file: Path, limit: int | None) -> None:
    with table(file, required=answers.COLUMNS) as rows:
        found = answers.contents(rows)
    async with connect() as gateway:
        digest = await publish(gateway, answers.framework(found.skills))
        console.print(f"Framework of {len(found.skills)} skills: {digest}")
        policy = await publish(gateway, read_json(POLICY))
        await adopt_policy(gateway, policy, f"framework/{answers.FRAMEWORK}")
        roster = answers.roster(found.learners)
        with bar("Enrolling the learners", len(found.learners)) as progress:
            for chunk in chunks(roster):
                await gateway.post("/v1/rosters", chunk)
                progress(len(chunk["enrollments"]))
        by_name = await roster_ids(gateway, "user", [answers.sourced_id(name) for name in found.learners])
        learners = {name: by_name[answers.sourced_id(name)] for name in found.learners}
        tally = await record_rows(
            gateway, file, answers.COLUMNS, answers.FIELDS, lambda lines: answers.rows(lines, learners), limit=limit
        )
    report(file, tally)


async def _record(file: Path, renamed: Mapping[str, str], frameworks: list[Path]) -> None:
    codes = recording.competency_codes(frameworks)
    async with connect() as gateway:
        with table(file, required=recording.REQUIRED, renamed=renamed) as lines:
            learners = await recording.learner_ids(gateway, lines)
        names = recording.Names(learners, codes)
        tally = await record_rows(
            gateway,
            file,
            recording.COLUMNS,
            recording.FIELDS,
            lambda lines: recording.rows(lines, names),
            renamed=renamed,
        )
    report(file, tally)


async def _record_pieces(file: Path) -> None:
    async with connect() as gateway:
        tally = await record_pieces(gateway, file)
    _told(tally)


async def record_rows(  # noqa: PLR0913 - a file, its columns and how its rows become evidence
    gateway: Gateway,
    file: Path,
    columns: tuple[str, ...],
    fields: Mapping[str, str],
    rows: Callable[[Iterable[Line]], Iterable[Row[Line]]],
    *,
    renamed: Mapping[str, str] | None = None,
    limit: int | None = None,
) -> Tally:
    """Send a file's rows as evidence with a bar; refused rows go to FILE.rejected.csv with line, field and reason."""
    total = count_lines(file) if limit is None else min(limit, count_lines(file))
    tally = Tally()
    with (
        table(file, required=(), renamed=renamed) as lines,
        RejectedRows(file, columns) as rejected,
        bar(f"Recording {file.name}", total) as progress,
    ):

        def refuse(line: Line, problem: dict[str, Any]) -> None:
            field = str(problem.get("field") or "")
            rejected.add(line, {**problem, "field": fields.get(field, field)})

        def fitting(lines: Iterable[Line]) -> Iterator[Line]:
            for line in lines:
                if not line.surplus:
                    yield line
                    continue
                tally.refused += 1
                rejected.add(line, {"detail": TOO_MANY_CELLS.format(line.surplus)})
                progress(1)

        wanted = (line for _, line in zip(range(limit), lines, strict=False)) if limit is not None else lines
        return await send(gateway, rows(fitting(wanted)), tally, refuse=refuse, progress=progress)


def report(file: Path, tally: Tally) -> None:
    """Say how a table fared; exit with 1 where rows were refused."""
    if tally.refused:
        console.print(f"The refused rows, each with its line, field and reason: {file.name}.rejected.csv", markup=False)
    _told(tally)


def _told(tally: Tally) -> None:
    console.print(f"{tally.appended:,} recorded, {tally.repeated:,} known before, {tally.refused:,} refused.")
    if tally.refused:
        raise typer.Exit(1)
