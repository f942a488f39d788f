"""Give a panelist without an account a pass, which is shown this once."""

from services.gateway.domain.passes import MAX_LIVE, Pass, end_of, pass_text
from services.gateway.domain.personal_tokens import token_digest
from services.gateway.ports import PassKeeping
from shared.ledger.instants import Instant
from shared.runtime.problems import conflict, invalid, not_found


async def make_pass(  # noqa: PLR0913 - who gives whom what, until when
    id_: str,
    exhibition: str,
    panelist: str,
    by: str,
    ends_at: Instant | None,
    *,
    random: bytes,
    passes: PassKeeping,
    now: Instant,
) -> tuple[Pass, str]:
    """The pass, and its text made of `random`.

    Raises `problems.not_found` for whoever does not hold the exhibition, and for anybody but a panelist of it who
    became known by her appointment alone: a pass never lets anybody be somebody who was there before.
    `problems.invalid` where it would never end, or is over; `problems.conflict` for an id that is taken.
    """
    guests = await passes.panels.guests(by, exhibition)
    if guests is None or panelist not in guests or await passes.relations.has_any_relation(panelist):
        raise not_found("panelist without an account")
    end = end_of(ends_at, guests[panelist], now)
    if end is None:
        raise invalid(
            "ends_at must lie ahead, by a year at most, where the appointment does not say it.",
            field="/ends_at",
            reason="panel-in-the-past",
        )
    live = [
        one for one in await passes.passes.of_exhibition(exhibition) if one.revoked_at is None and one.ends_at > now
    ]
    if len(live) >= MAX_LIVE:
        raise conflict(
            f"An exhibition may have {MAX_LIVE} passes; revoke one that is no longer used.",
            reason="passes-full",
            figures={"number": MAX_LIVE},
        )
    made, text = Pass(id_, exhibition, panelist, by, now, end), pass_text(random)
    if not await passes.passes.add(made, token_digest(text)):
        raise conflict(
            "This request has made a pass already, and a pass is shown only once; revoke it, and make another one"
            " with a new Idempotency-Key.",
            id=id_,
            reason="pass-made",
        )
    return made, text
