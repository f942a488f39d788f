"""Bayesian knowledge tracing, forwards: how probable it is that the learner knows, after each answer (RULES.md 7).

Decimals of 40 digits with + − × ÷, rounded to six places where a value leaves; nothing is rounded between the steps.
Parameters come from `./ascertain rules fit`, which is no part of the rulebook.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Context, Decimal
from typing import Any

from shared.ledger.decimals import SCALE
from shared.rulebook.method import DecimalParameter, Method, ParameterError, Piece, Takes

EXACTLY = Context(prec=40)
NO_ANSWER = "checkpoint"
"""The kind of a piece without an answer: only the transition happens."""

_ONE = Decimal(1)


def forward(  # noqa: PLR0913 - the model's parameters
    pieces: Sequence[Piece],
    *,
    top: int,
    prior: int,
    learn: int,
    forget: int,
    guess: int,
    slip: int,
    correct_at: int,
    templates: Mapping[str, Mapping[str, int]],
) -> Iterator[int]:
    """After each answer, `top ×` the probability of knowing at the next one."""
    usual = {"learn": learn, "forget": forget, "guess": guess, "slip": slip}
    shares = {name: _shares({**usual, **own}) for name, own in templates.items()}
    plain, scale = _shares(usual), Decimal(top)
    known = _share(prior)
    for piece in pieces:
        learns, forgets, guesses, slips = plain if piece.template is None else shares.get(piece.template, plain)
        if piece.kind != NO_ANSWER:
            known = posterior(known, _is_right(piece, top, correct_at), guesses, slips)
        known = transition(known, learns, forgets)
        yield round(EXACTLY.multiply(known, scale))


def right_from(_: Sequence[int], *, top: int, correct_at: int, **_model: Any) -> tuple[int]:
    """From where on an answer is right: between that and the ends, all answers say the same."""
    return (-(-correct_at * top // SCALE),)


def posterior(known: Decimal, right: bool, guess: Decimal, slip: Decimal) -> Decimal:
    """What an answer says of whether the learner knew. Where it could not have been, it says nothing."""
    if_known, if_not = (_not(slip), guess) if right else (slip, _not(guess))
    of_knowing = EXACTLY.multiply(known, if_known)
    whole = EXACTLY.fma(_not(known), if_not, of_knowing)
    return EXACTLY.divide(of_knowing, whole) if whole else known


def transition(known: Decimal, learn: Decimal, forget: Decimal) -> Decimal:
    """L′(1 − F) + (1 − L′)T."""
    return EXACTLY.fma(known, _not(forget), EXACTLY.multiply(_not(known), learn))


def _is_right(piece: Piece, top: int, correct_at: int) -> bool:
    return piece.value * SCALE >= correct_at * top


def _not(probability: Decimal) -> Decimal:
    return EXACTLY.subtract(_ONE, probability)


def _shares(own: Mapping[str, int]) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    return _share(own["learn"]), _share(own["forget"]), _share(own["guess"]), _share(own["slip"])


def _share(scaled: int) -> Decimal:
    return EXACTLY.divide(Decimal(scaled), Decimal(SCALE))


def identifiable(parameters: Mapping[str, Any]) -> None:
    """G + S < 1, also for each template: else a right answer would speak against knowing."""
    for template, own in ({"": {}} | parameters["templates"]).items():
        guess, slip = own.get("guess", parameters["guess"]), own.get("slip", parameters["slip"])
        if guess + slip >= SCALE:
            of = f"slip.{template}" if "slip" in own else f"guess.{template}" if template else "slip"
            raise ParameterError(f"/{of}", "leave guess + slip below 1")


BKT = (
    Method(
        "bkt.forward@1",
        Takes.PIECES,
        forward,
        formula="L₁ = prior; right: L′ = L(1−S) ÷ (L(1−S) + (1−L)G); wrong: L′ = LS ÷ (LS + (1−L)(1−G)); "
        "next L = L′(1−F) + (1−L′)T; the value is top·L after the answer, six places",
        source="Bayesian knowledge tracing as in CAHLR/pyBKT; RULES.md 7",
        why="For practice with many short answers: says how sure it is, and a slip or a lucky guess moves it by what "
        "slips and guesses were found to be worth.",
        words="How probable it is that the learner knows this, from every answer in order, sets the value.",
        parameters=(
            DecimalParameter("prior", 0, SCALE, "how probable it is that the learner knew before the first answer"),
            DecimalParameter("learn", 0, SCALE, "how probable it is to learn between two answers"),
            DecimalParameter("forget", 0, SCALE, "how probable it is to forget between two answers", default=0),
            DecimalParameter("guess", 0, SCALE, "how probable a right answer is without knowing"),
            DecimalParameter("slip", 0, SCALE, "how probable a wrong answer is in spite of knowing; guess + slip < 1"),
            DecimalParameter(
                "correct_at", 0, SCALE, "the share from which on a piece is right", above=True, default=SCALE
            ),
        ),
        scale=("top",),
        check=identifiable,
        prefixes=("learn", "forget", "guess", "slip"),
        turns=right_from,
        probable=True,
    ),
)
