"""`portfolio LEARNER` shows, as it always did; every other word is a command."""

import typer
from typer.testing import CliRunner

from cli.curating import ShowByDefault, _ends
from shared.ledger.instants import instant
from shared.runtime.clock import now

YEAR = 366 * 24 * 60 * 60 * 1000


def app() -> typer.Typer:
    made = typer.Typer(cls=ShowByDefault)

    @made.command("show")
    def show(learner: str) -> None:
        typer.echo(f"shown {learner}")

    @made.command("coverage")
    def coverage(learner: str) -> None:
        typer.echo(f"covered {learner}")

    return made


def test_a_learner_alone_is_shown() -> None:
    runner = CliRunner()
    assert runner.invoke(app(), ["learner-amara"]).output == "shown learner-amara\n"
    assert runner.invoke(app(), ["show", "learner-amara"]).output == "shown learner-amara\n"
    assert runner.invoke(app(), ["coverage", "learner-amara"]).output == "covered learner-amara\n"


def test_a_share_ends_after_the_days_that_were_said_and_within_a_year() -> None:
    for days in (1, 30, 366):
        left = instant(_ends(days)) - now()
        assert 0 < left < YEAR
        assert left > (min(days, 365) - 1) * 24 * 60 * 60 * 1000 - 1000
