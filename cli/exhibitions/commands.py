"""`exhibition`: plan one, open it, print ballots, vote, enter ballots that were filled in on paper, close, results."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from cli.exhibitions import holding, telling, voting
from cli.exhibitions.entering import enter_ballots
from shared.runtime.ballot_sheets import PaperSize

exhibition = typer.Typer(help="Show works to an audience that votes: plan, open, ballots, vote, enter, close, results.")

Exhibition = Annotated[str, typer.Argument(help="The exhibition's id.")]
Section = Annotated[str | None, typer.Option(help="A section's id or sourcedId.")]
School = Annotated[str | None, typer.Option(help="A school's id or sourcedId.")]
AsJson = Annotated[bool, typer.Option("--json", help="The answer as JSON.")]


@exhibition.command("plan")
def plan(
    file: Annotated[
        Path, typer.Argument(help="{school, works, roles?, questions?, section?, panel?, title?} as JSON.")
    ],
    exhibition: Annotated[str | None, typer.Option(help="Plan this one anew, until it is opened.")] = None,
    *,
    json: AsJson = False,
) -> None:
    """Plan an exhibition; the receipt's id is the exhibition's. Its questions are published by `import document`."""
    asyncio.run(holding.plan(file, exhibition, json=json))


@exhibition.command("open")
def open_(exhibition: Exhibition, *, json: AsJson = False) -> None:
    """Fix what is asked, and take votes from now on."""
    asyncio.run(holding.change(exhibition, "open", json=json))


@exhibition.command("close")
def close(exhibition: Exhibition, *, json: AsJson = False) -> None:
    """Take no vote any more, and publish what the audience said."""
    asyncio.run(holding.change(exhibition, "close", json=json))


@exhibition.command("ballots")
def ballots(  # noqa: PLR0913, PLR0917 - what stands on a ballot
    exhibition: Exhibition,
    role: Annotated[str, typer.Option(help="Who gets them: family, community, staff, learner, as planned.")],
    count: Annotated[int, typer.Option(min=1, max=10_000, help="How many.")],
    to: Annotated[Path, typer.Option(help="The PDF to make; it must not be there yet.")],
    language: Annotated[str, typer.Option(help="en or es.")] = "en",
    paper: Annotated[PaperSize, typer.Option(help="a4 or us-letter.")] = "a4",
    title: Annotated[str | None, typer.Option(help="What stands on them, instead of the exhibition's title.")] = None,
    address: Annotated[
        str | None, typer.Option(help="How people reach the platform, where that is not ASCERTAIN_URL.")
    ] = None,
    titles: Annotated[
        bool, typer.Option(help="Whether the titles of works that are rated (at most eight) stand on them.")
    ] = True,
) -> None:
    """Issue ballots and print them, six a sheet. Their tokens are in the PDF and nowhere else: keep it like a key."""
    wish = holding.Ballots(role, count, to, language, paper, title, address, titles)
    asyncio.run(holding.print_ballots(exhibition, wish))


@exhibition.command("vote")
def vote(
    ballot: Annotated[list[str], typer.Argument(help="The token under the QR code's address, or the twelve words.")],
    answer: Annotated[
        list[str] | None, typer.Option(help="question=option, or question/number=option of a work; repeatable.")
    ] = None,
) -> None:
    """Vote with a ballot, as nobody in particular. Without --answer it shows what is asked."""
    asyncio.run(voting.vote(" ".join(ballot), answer or []))


@exhibition.command("enter")
def enter(
    exhibition: Exhibition,
    file: Annotated[Path, typer.Argument(help="CSV: ballot (token or words), and a column a question.")],
) -> None:
    """Vote with ballots that were filled in on paper. Says of each line whether it was counted, now or before.

    What is bad goes to FILE.rejected.csv with its line and reason; sending the file again counts nothing twice.
    """
    asyncio.run(enter_ballots(exhibition, file))


@exhibition.command("show")
def show(exhibition: Exhibition, *, json: AsJson = False) -> None:
    """How far an exhibition has come, and how many have voted: never what they say before it is closed."""
    asyncio.run(telling.show(exhibition, json=json))


@exhibition.command("results")
def results(exhibition: Exhibition, *, json: AsJson = False) -> None:
    """What the audience said, once it is closed: with how many answered, and how many left it blank."""
    asyncio.run(telling.results(exhibition, json=json))


@exhibition.command("list")
def list_(
    section: Section = None,
    school: School = None,
    learner: Annotated[str | None, typer.Option(help="A learner's id or sourcedId.")] = None,
    *,
    json: AsJson = False,
) -> None:
    """The exhibitions of a section, a school or a learner, the one planned last first."""
    asyncio.run(telling.list_exhibitions({"section": section, "school": school, "learner": learner}, json=json))


@exhibition.command("due")
def due(section: Section = None, school: School = None, *, json: AsJson = False) -> None:
    """The learners of a section or school of whom nothing was exhibited in this school year, by their names."""
    asyncio.run(telling.due({"section": section, "school": school}, json=json))
