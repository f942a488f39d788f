"""`rules fit FILE`: answers in, a document of parameters out."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.errors import CommandError
from cli.fitting.answers import read_answers

if TYPE_CHECKING:
    from cli.fitting.fitting import Fitted

FORMAT = "ascertain.fit@1"


def fit(  # noqa: PLR0913, PLR0917 - options of a command
    file: Annotated[Path, typer.Argument(help="CSV or .csv.gz: learner, order, skill, correct (0 or 1)")],
    out: Annotated[
        Path | None, typer.Option(help="where the document goes; standard output without it and --report")
    ] = None,
    template: Annotated[str | None, typer.Option(help="a column: learn, guess and slip are its values' own")] = None,
    hold_back: Annotated[float, typer.Option(min=0, max=0.9, help="share of learners to measure by, not fit to")] = 0.0,
    restarts: Annotated[int, typer.Option(min=1, max=100, help="random starts for each skill; the best stands")] = 5,
    seed: Annotated[int, typer.Option(min=0, help="of the starts, and of who is held back")] = 7,
    report: Annotated[Path | None, typer.Option(help="a page of how far they hold, and its plot beside it")] = None,
) -> None:
    """Fit bkt.forward@1 to answers, each skill for itself, and write a document of parameters.

    The same file, seed and options give the same document. With --hold-back it also says how well answers of learners
    who were held back are predicted, beside each skill's mean; --report writes that down as a page.
    """
    try:
        from cli.fitting.fitting import fit_skills  # noqa: PLC0415 - numpy is asked for here alone
        from cli.fitting.foretelling import measured  # noqa: PLC0415 - as above
    except ImportError as error:
        raise CommandError("Fitting needs numpy, which is not in this environment: uv sync --group fit.") from error
    answers = read_answers(file, template)
    fits: list[Fitted] = []
    making = fit_skills(answers, share=hold_back, restarts=restarts, seed=seed)
    with typer.progressbar(making, length=len(answers), label="skills", file=sys.stderr) as bar:
        fits.extend(bar)
    document = _document(fits, {"seed": seed, "restarts": restarts, "file": file.name})
    if hold_back:
        document["held_back"] = measured(answers, fits, share=hold_back, seed=seed)
    if report is not None:
        from cli.fitting.report import write_report  # noqa: PLC0415 - as above

        write_report(report, answers, fits, {"share": hold_back, "seed": seed, "restarts": restarts})
        typer.echo(f"The page: {report}", err=True)
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    if out is not None:
        out.write_text(text)
        told = document.get("held_back", {})
        typer.echo(f"{len(fits)} skills: {out}", err=True)
        for name, value in told.items():
            typer.echo(f"  {name} {len(value) if isinstance(value, list) else value}", err=True)
    elif report is None:
        typer.echo(text, nl=False)


def _document(fits: "Sequence[Fitted]", how: dict[str, Any]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "method": "bkt.forward@1",
        "how": how,
        "skills": {
            each.skill: {
                "parameters": each.parameters(),
                "answers": each.answers,
                "log_likelihood": f"{each.fit.likelihood:.3f}",
            }
            for each in fits
        },
    }
