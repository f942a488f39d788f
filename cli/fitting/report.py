"""`rules fit --report`: the page that says how far the fits, and the words for how sure a level is, hold on answers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.errors import CommandError
from cli.fitting.answers import BySkill, held_back
from cli.fitting.calibration import Tenth, calibrated, error, plot
from cli.fitting.fitting import Fitted
from cli.fitting.foretelling import Condition, Foretold, Together, conditions, foretold
from cli.fitting.measures import auc, rmse
from cli.fitting.resting import MOST_ANSWERS, Resting, resting
from cli.policy.templates import template
from shared.rulebook.certainty import Rests
from shared.rulebook.policy import Policy, read_policy

PROSE = Path(__file__).with_name("certainty_page.md")
TEMPLATES = ("canvas", "canvas-decaying", "marzano", "practice-bkt")
TRACING = "practice-bkt"


@dataclass(frozen=True, slots=True)
class Report:
    """The page and its plot, as texts; the plot lies beside the page under `plot_name`."""

    page: str
    plot: str


def write_report(page: Path, answers: BySkill, fits: Sequence[Fitted], how: Mapping[str, Any]) -> None:
    """Write the page, and its plot beside it. `how` says with which file, share, seed and restarts.

    Raises CommandError where nobody was held back.
    """
    svg = page.with_suffix(".svg")
    report = reported(answers, fits, how, svg.name)
    page.write_text(report.page)
    svg.write_text(report.plot)


def reported(answers: BySkill, fits: Sequence[Fitted], how: Mapping[str, Any], plot_name: str) -> Report:
    share, seed = how["share"], how["seed"]
    told = foretold(answers, fits, share=share, seed=seed)
    if not told:
        raise CommandError("A report needs learners who are held back: --hold-back 0.2.")
    together = Together.of(list(told.values()))
    traced, plain = calibrated(together.right, together.traced), calibrated(together.right, together.plain)
    held = {skill: [each for each in answers[skill] if held_back(each.learner, share, seed)] for skill in told}
    found = {name: resting(held, policies(name, fits)) for name in TEMPLATES}
    parts = {
        "ANSWERS": f"{sum(len(each.right) for own in answers.values() for each in own):,}",
        "HOW": _how(how, answers, held, together),
        "FIGURES": "\n".join(_figures(together, traced, plain)),
        "PLOT": plot_name,
        "CALIBRATION": "\n".join(_calibration(traced, plain)),
        "NO_BETTER": _no_better(told),
        "CONDITIONS": "\n".join(_conditions(list(conditions(told)))),
        "MOST": str(MOST_ANSWERS),
        "WORDS": "\n".join(_words(found)),
        "VERDICT": "\n".join(_verdict(found)),
    }
    page = PROSE.read_text()
    for name, text in parts.items():
        page = page.replace(f"{{{{{name}}}}}", text)
    return Report(page, plot(traced, plain))


def policies(name: str, fits: Sequence[Fitted]) -> Any:
    """By skill, the policy of a template; under knowledge tracing with the parameters fitted to the skill."""
    document = template(name)
    if name != TRACING:
        policy = read_policy(document)
        return lambda _skill: policy
    own = {each.skill: {**document, "parameters": each.parameters()} for each in fits}

    def of_skill(skill: str) -> Policy:
        return read_policy(own[skill])

    return of_skill


def _how(how: Mapping[str, Any], answers: BySkill, held: BySkill, together: Together) -> str:
    learners = len({each.learner for own in held.values() for each in own})
    everyone = len({each.learner for own in answers.values() for each in own})
    return (
        f"{len(answers)} skills, {everyone:,} learners; {learners:,} of them, with {len(together.right):,} answers, "
        f"held back; {how['restarts']} starts, seed {how['seed']}"
    )


def _figures(together: Together, traced: Sequence[Tenth], plain: Sequence[Tenth]) -> Iterator[str]:
    yield "| | AUC | RMSE | off in the mean |\n|---|---|---|---|"
    for name, predicted, tenths in (
        ("fitted parameters", together.traced, traced),
        ("each skill's mean", together.plain, plain),
    ):
        right = together.right
        yield f"| {name} | {auc(right, predicted):.3f} | {rmse(right, predicted):.3f} | {error(tenths):.3f} |"


def _calibration(traced: Sequence[Tenth], plain: Sequence[Tenth]) -> Iterator[str]:
    yield "| Foretold | fits: answers | foretold | right | means: answers | foretold | right |"
    yield "|---|---|---|---|---|---|---|"
    rows = [{each.low: each for each in tenths} for tenths in (traced, plain)]
    for low in sorted({*rows[0], *rows[1]}):
        cells = [_tenth(own.get(low)) for own in rows]
        yield f"| {low:.1f} to {low + 0.1:.1f} | {cells[0]} | {cells[1]} |"


def _tenth(tenth: Tenth | None) -> str:
    return "0 | | " if tenth is None else f"{tenth.answers:,} | {tenth.foretold:.3f} | {tenth.right:.3f}"


def _no_better(told: Mapping[str, Foretold]) -> str:
    worse = {skill: each for skill, each in told.items() if not each.better}
    part = sum(len(each.right) for each in worse.values()) / sum(len(each.right) for each in told.values())
    named = sorted(worse, key=lambda skill: (-worse[skill].fitted_to, skill))[:5]
    listed = ", ".join(f"*{skill}* ({worse[skill].fitted_to:,})" for skill in named)
    most = f" Those with the most answers to fit to: {listed}." if listed else ""
    return f"{len(worse)} skills of {len(told)}, with {part * 100:.1f} % of the answers held back.{most}"


def _conditions(parted: Sequence[Condition]) -> Iterator[str]:
    yield "| Skills | how many | no better than the mean | AUC of fits | of means | RMSE of fits | of means |"
    yield "|---|---|---|---|---|---|---|"
    for each in parted:
        right, traced, plain = Together.of(each.told)
        figures = [f"{measure(right, of):.3f}" for measure in (auc, rmse) for of in (traced, plain)]
        yield f"| {each.what} | {len(each.told)} | {each.no_better} | {' | '.join(figures)} |"


def _words(found: Mapping[str, Resting]) -> Iterator[str]:
    yield "| Template | | states | share of them | moved by the next answer |"
    yield "|---|---|---|---|---|"
    for name, own in found.items():
        for word in Rests:
            share = own.states[word] / max(1, own.states.total())
            moved = own.share_moved(word)
            told = "none seen" if moved is None else f"{moved * 100:.1f} %"
            yield f"| `{name}` | {word.value} | {own.states[word]:,} | {share * 100:.1f} % | {told} |"


def _verdict(found: Mapping[str, Resting]) -> Iterator[str]:
    """Whether firm states were moved less often than open ones, and leaning ones something between."""
    for name, own in found.items():
        there = [(word, moved) for word in Rests for moved in [own.share_moved(word)] if moved is not None]
        shares = ", ".join(f"{word.value} {moved * 100:.1f} %" for word, moved in there)
        yield f"- `{name}`: {_order([moved for _, moved in there])} ({shares})."


def _order(moved: Sequence[float]) -> str:
    if moved[0] >= moved[-1]:
        return "**they are not**"
    return "they are" if list(moved) == sorted(moved) else "they are, but leaning ones do not lie between"
