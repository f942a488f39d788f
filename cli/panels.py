"""`panel`: who scores what an exhibition shows, what each gives, and what they conclude.

A panelist without an account sets ASCERTAIN_URL, and ASCERTAIN_TOKEN to her pass.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any
from uuid import uuid4

import typer

from cli.connection import connect
from cli.errors import CommandError
from cli.listing import table
from cli.naming import roster_id
from cli.receipts import out, print_json, print_receipt
from shared.ledger.instants import instant, instant_text

panel = typer.Typer(help="Panels: appoint, pass, dismiss, score, conclude, show.", no_args_is_help=True)

Exhibition = Annotated[str, typer.Argument(help="The exhibition's id.")]
Work = Annotated[str, typer.Argument(help="The id of a work that it shows.")]
Panelist = Annotated[str, typer.Argument(help="The panelist's id, as `panel appoint` said it.")]
Levels = Annotated[list[str], typer.Option("--level", help="CRITERION=EARNED, each criterion of the rubric once.")]
Until = Annotated[
    str | None, typer.Option(help="An instant, 2026-11-28T21:00:00-06:00, or a day: to its midnight, UTC.")
]
AsJson = Annotated[bool, typer.Option("--json", help="The answer as JSON.")]


@panel.command("appoint")
def appoint(  # noqa: PLR0913, PLR0917 - who, as what, until when
    exhibition: Exhibition,
    role: Annotated[str, typer.Option(help="teacher, community, work or another code.")],
    person: Annotated[str | None, typer.Option(help="Somebody with an account: her id, or sourcedId.")] = None,
    given: Annotated[str | None, typer.Option(help="The given name of somebody without an account.")] = None,
    family: Annotated[str | None, typer.Option(help="Her family name.")] = None,
    until: Until = None,
    *,
    json: AsJson = False,
) -> None:
    """Let somebody score. Who has no account becomes known by her name, which the vault keeps, and needs a pass."""
    if (person is None) == (given is None and family is None) or (given is None) != (family is None):
        raise CommandError("Say who: --person, or --given and --family of somebody without an account.")
    name = {} if given is None else {"name": {"given": given, "family": family}}
    asyncio.run(_appoint(exhibition, person, {"role": role, **name, **_until(until)}, json))


@panel.command("dismiss")
def dismiss(exhibition: Exhibition, panelist: Panelist, *, json: AsJson = False) -> None:
    """Let somebody score no longer, and be shown nothing more. What she scored stays."""
    asyncio.run(_write(f"/v1/exhibitions/{exhibition}/panelists/{panelist}/dismiss", {}, json))


@panel.command("pass")
def make_pass(exhibition: Exhibition, panelist: Panelist, until: Until = None, *, json: AsJson = False) -> None:
    """Make a pass for a panelist without an account, and print it. It is shown this once, and ends by itself."""
    asyncio.run(_pass(exhibition, panelist, _until(until), json))


@panel.command("revoke")
def revoke(pass_: Annotated[str, typer.Argument(metavar="PASS", help="The pass's id.")]) -> None:
    """Revoke a pass."""
    asyncio.run(_revoke(pass_))


@panel.command("score")
def score(  # noqa: PLR0913 - what she gives, and how it is meant
    exhibition: Exhibition,
    work: Work,
    level: Levels,
    note: Annotated[str | None, typer.Option(help="What is to be said of it.")] = None,
    *,
    calibration: Annotated[
        bool, typer.Option("--calibration", help="It is a sample to agree on the rubric by.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Score a work as a panelist, without seeing the others; again, to replace it until the panel has concluded."""
    said = {} if note is None else {"note": note}
    body = {"levels": _levels(level), "calibration": calibration, **said}
    asyncio.run(_write(f"/v1/exhibitions/{exhibition}/works/{work}/panel-scores", body, json))


@panel.command("conclude")
def conclude(  # noqa: PLR0913, PLR0917 - what was agreed on, and of what occasion
    exhibition: Exhibition,
    work: Work,
    level: Levels,
    resolution: Annotated[str | None, typer.Option(help="What the discussion came to, where panelists differ.")] = None,
    purpose: Annotated[str, typer.Option(help="practice, performance or diagnostic.")] = "performance",
    at: Annotated[
        str | None, typer.Option(help="When it was presented: an instant; now, where it is not said.")
    ] = None,
    *,
    json: AsJson = False,
) -> None:
    """Conclude on a work, out of the scores that there are now: one score a member, all or none."""
    said = {} if resolution is None else {"resolution": resolution}
    when = at or instant_text(int(datetime.now(UTC).timestamp() * 1000))
    asyncio.run(
        _conclude(exhibition, work, {"levels": _levels(level), "purpose": purpose, "occurred_at": when, **said}, json)
    )


@panel.command("show")
def show(exhibition: Exhibition, *, json: AsJson = False) -> None:
    """The panel: its people, the scores that are yours to see, what was concluded, and how far panelists agree."""
    asyncio.run(_show(exhibition, json))


def _levels(given: Sequence[str]) -> dict[str, str]:
    """Raises CommandError where one is none, or a criterion stands twice."""
    pairs = [text.partition("=") for text in given]
    if not all(code and sign and earned for code, sign, earned in pairs):
        raise CommandError("Give each level as CRITERION=EARNED, such as --level thesis=3.")
    levels = {code: earned for code, _, earned in pairs}
    if len(levels) < len(pairs):
        raise CommandError("A criterion is given twice.")
    return levels


def _until(text: str | None) -> dict[str, str]:
    """`ends_at`, where it is said. A day ends at midnight UTC: nothing here knows the district's time zone.

    Raises CommandError where it is no moment.
    """
    if text is None:
        return {}
    try:
        if len(text) == len("2026-11-28"):
            ends = datetime.combine(date.fromisoformat(text) + timedelta(days=1), time(), UTC)
            return {"ends_at": instant_text(int(ends.timestamp() * 1000))}
        return {"ends_at": instant_text(instant(text))}
    except ValueError as error:
        raise CommandError(f"{text} is neither a day nor an instant such as 2026-11-28T21:00:00-06:00.") from error


async def _appoint(exhibition: str, person: str | None, body: dict[str, Any], json: bool) -> None:
    async with connect() as gateway:
        if person is not None:
            body["panelist"] = await roster_id(gateway, "user", person)
        _, receipt = await gateway.post(f"/v1/exhibitions/{exhibition}/panelists", {"id": str(uuid4()), **body})
    print_receipt(receipt, json=json)
    if not json:
        until = f", until {body['ends_at']} (UTC)" if "ends_at" in body else ""
        out.print(f"panelist {receipt['panelist']}{until}", soft_wrap=True)


async def _write(path: str, body: dict[str, Any], json: bool) -> None:
    async with connect() as gateway:
        _, receipt = await gateway.post(path, {"id": str(uuid4()), **body})
    print_receipt(receipt, json=json)


async def _pass(exhibition: str, panelist: str, until: dict[str, str], json: bool) -> None:
    async with connect() as gateway:
        _, made = await gateway.post(
            "/v1/passes", {"exhibition": exhibition, "panelist": panelist, **until}, key=str(uuid4())
        )
    if json:
        print_json(made)
        return
    out.print(f"pass {made['id']}, until {made['ends_at']}; she sets ASCERTAIN_TOKEN to:", soft_wrap=True)
    out.print(made["pass"], soft_wrap=True)


async def _revoke(pass_: str) -> None:
    async with connect() as gateway:
        await gateway.delete(f"/v1/passes/{pass_}")
    out.print("Revoked: it signs nobody in any more.")


async def _conclude(exhibition: str, work: str, body: dict[str, Any], json: bool) -> None:
    async with connect() as gateway:
        panel = await gateway.get(f"/v1/exhibitions/{exhibition}/panel")
        shown = [one for one in panel["works"] if one["work"] == work]
        if not shown:
            raise CommandError(f"The exhibition does not show the work {work}.")
        if shown[0]["hidden"]:
            raise CommandError("You sit on this panel: score the work first, then conclude.")
        scores = [
            one["score"] for one in shown[0]["scores"] if not one["calibration"] and one["rubric"] == panel["rubric"]
        ]
        if not scores:
            raise CommandError("Nobody has scored this work yet.")
        path = f"/v1/exhibitions/{exhibition}/works/{work}/panel"
        _, receipt = await gateway.post(path, {"id": str(uuid4()), "scores": scores, **body})
    if json:
        print_json(receipt)
        return
    out.print(f"Concluded out of {len(scores)} {'score' if len(scores) == 1 else 'scores'}.")
    for one in receipt["receipts"]:
        place = one["position"]
        out.print(f"{one['learner']}: {one['id']}, {place['ledger']}:{place['shard']}:{place['position']}")


async def _show(exhibition: str, json: bool) -> None:
    async with connect() as gateway:
        answer = await gateway.get(f"/v1/exhibitions/{exhibition}/panel")
    if json:
        print_json(answer)
    else:
        show_panel(answer)


def show_panel(answer: dict[str, Any]) -> None:
    """Its people, then each work, then how far panelists agree."""
    rows = table("panelist", "role", "", "until", whole=("panelist",))
    for one in answer["panelists"]:
        state = f"{one['state']}, by a pass" if one["guest"] else one["state"]
        rows.add_row(one["panelist"], one["role"], state, one.get("ends_at", ""))
    out.print(rows)
    for one in answer["works"]:
        _print_work(one)
    for name, what in (("agreement", "Agreement"), ("calibration", "Calibration")):
        if name in answer and (name == "agreement" or answer[name]["n"]):
            out.print(f"{what}: {answer[name]['sentence']}", soft_wrap=True)


def _print_work(one: dict[str, Any]) -> None:
    out.print(f"[bold]work {one['work']}[/bold]", soft_wrap=True)
    for score in one["scores"]:
        note = " (calibration)" if score["calibration"] else ""
        out.print(f"  {score['panelist']}: {_told(score['levels'])}{note}", soft_wrap=True)
    if one["hidden"]:
        out.print(f"  {one['hidden']} scores are shown once you have given your own.")
    for apart in one["differences"]:
        out.print(f"  to be talked about: {apart['criterion']}, from {apart['lowest']} to {apart['highest']}")
    if "conclusion" in one:
        out.print(f"  concluded: {_told(one['conclusion']['levels'])}", soft_wrap=True)


def _told(levels: dict[str, str]) -> str:
    return ", ".join(f"{criterion} {earned}" for criterion, earned in levels.items())
