"""Fit every skill on its own, to the learners who are not held back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cli.fitting import em
from cli.fitting.answers import Answers, BySkill, held_back


@dataclass(frozen=True, slots=True)
class Fitted:
    """The fit of one skill, the names of its templates, and how often its answers were right."""

    skill: str
    fit: em.Fit
    templates: tuple[str, ...]
    mean: float
    answers: int

    def parameters(self) -> dict[str, str]:
        """As bkt.forward@1 takes them: six places; of several templates, the usual ones are their plain means."""
        own = self.fit.parameters
        told = {"prior": _six(own.prior[0]), "forget": "0"}
        for name, row in (("learn", own.learn[0]), ("guess", own.guess[0]), ("slip", own.slip[0])):
            told[name] = _six(row.mean())
            if len(self.templates) > 1:
                told |= {f"{name}.{template}": _six(row[index]) for index, template in enumerate(self.templates)}
        return told


def fit_skills(answers: BySkill, *, share: float, restarts: int, seed: int) -> Iterator[Fitted]:
    """The fit of each skill to the learners who are not held back; a skill of none of them is passed over."""
    for skill, sequences in answers.items():
        own = [each for each in sequences if not held_back(each.learner, share, seed)]
        if own:
            templates = tuple(sorted({template for each in own for template in each.templates}))
            data = data_of(own, templates)
            given = sum(len(each.right) for each in own)
            mean = sum(sum(each.right) for each in own) / given
            yield Fitted(skill, em.fit(data, restarts=restarts, seed=seed), templates, mean, given)


def data_of(sequences: Sequence[Answers], templates: Sequence[str]) -> em.Data:
    """The answers as the fit takes them; a template that it did not see is as the first."""
    places = {template: index for index, template in enumerate(templates)}
    kinds = [[places.get(template, 0) for template in each.templates] for each in sequences]
    return em.Data.of([each.right for each in sequences], kinds, len(templates))


def _six(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")
