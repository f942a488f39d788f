"""Adopting knowingly: whom it concerns first, then the adoption with its reason, then the refold to its end."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.table import Column, Table

from cli.connection import connect
from cli.errors import CommandError
from cli.gateway import Gateway
from cli.importing.commands import adopt_policy, mode_of, publish
from cli.naming import scope_named
from cli.policy.judging import sound
from cli.progress import bar
from cli.receipts import out, print_json
from shared.rulebook.policy import read_policy
from shared.rulebook.policy_words import sentences

_EVERY = 0.2


async def adopted(file: Path, scope: str, reason: str | None, *, keep_attained: bool, yes: bool) -> None:
    """Tell whom it concerns; with `yes` adopt, and follow the refold. Raises CommandError, Refused."""
    document = sound(file)
    if yes and not (reason or "").strip():
        raise CommandError('Say why, for whoever asks later: --reason "…". It is kept in the vault.')
    mode = mode_of(document, keep_attained=keep_attained)
    async with connect() as gateway:
        named, scope = scope, await scope_named(gateway, scope)
        concerned = await gateway.get("/v1/policies/preview", scope=scope)
        if scope != named and not concerned["learners"]:  # every word has an id in a roster, also one that was mistyped
            raise CommandError(f"Nobody has evidence in {named}; if it is no slip, adopt for {scope}.")
        show_concerned(concerned, mode)
        if not yes:
            out.print(
                f"Nothing is adopted yet. Where everyone would stand: ./ascertain what-if {file} --scope {scope}\n"
                "To adopt it, say the same with --yes.",
                soft_wrap=True,
                markup=False,
            )
            return
        digest = await publish(gateway, document)
        receipt = await adopt_policy(gateway, digest, scope, mode, reason)
        if "outcome" not in receipt:  # no receipt: it is what is in force
            out.print(f"{scope} is under this policy already, in this mode: nothing was adopted.", soft_wrap=True)
            return
        position = receipt["position"]["position"]
        staying = sum(row["states"] for row in concerned["under"] if row["stays"])
        await followed(gateway, scope, position, concerned["states"] - staying)
    out.print(f"{scope} is under policy {digest} from position {position} on.", soft_wrap=True)


async def followed(gateway: Gateway, scope: str, position: int, states: int) -> None:
    """Wait with a bar until every state that an adoption concerns is folded again."""
    with bar("Folding again", states) as progress:
        done = 0
        while True:
            line = await gateway.get("/v1/policies", scope=scope, at_least=f"definitions:0:{position}")
            here = line["adopted"] and line["adopted"][0]["position"] >= position
            refolded = line["refolded"] if here else 0
            now = states if refolded is None else min(int(refolded), states)
            progress(max(0, now - done))
            done = max(done, now)
            if refolded is None:
                return
            await asyncio.sleep(_EVERY)


def show_concerned(concerned: dict[str, Any], mode: str) -> None:
    """Whom an adoption would concern, by the policies under which they are now."""
    out.print(
        f"{concerned['scope']}: {concerned['states']:,} states of {concerned['learners']:,} learners. "
        + ("What was attained stays." if mode == "keep_attained" else "What was attained before is not kept."),
        soft_wrap=True,
    )
    table = Table("now under", Column("adopted for", overflow="fold"), "states", "learners", "then", box=None)
    for row in concerned["under"]:
        title = row["title"] or "no policy"
        then = "stays: its scope is more specific" if row["stays"] else "under this policy"
        table.add_row(title, row["scope"] or "", f"{row['states']:,}", f"{row['learners']:,}", then)
    if concerned["under"]:
        out.print(table)


async def shown(scope: str, *, json: bool) -> None:
    """Print the policy in force for a scope itself, and the line of those before it."""
    async with connect() as gateway:
        scope = await scope_named(gateway, scope)
        line = await gateway.get("/v1/policies", scope=scope)
        why = await _why(gateway, scope)
    if json:
        print_json(line)
        return
    for text in _told(line):
        out.print(text, soft_wrap=True, markup=False)
    if why:
        out.print(f"Why: {why}", soft_wrap=True, markup=False)
    if len(line["adopted"]) > 1:
        table = Table("version", "since", "policy", "method", "mode", box=None)
        for one in line["adopted"]:
            table.add_row(str(one["version"]), one["recorded_at"], one["title"], one["method"], one["mode"])
        out.print(table)


async def _why(gateway: Gateway, scope: str) -> str | None:
    """Why the policy in force was adopted, where that was said and is ours to read."""
    in_force = (await gateway.get("/v1/adoptions", scope=scope))["adoptions"]
    refs = [one["reason_ref"] for one in in_force if one["scope"] == scope and "reason_ref" in one]
    if not refs:
        return None
    _, answer = await gateway.post("/v1/reveal", {"purpose": "administration", "texts": refs, "names": []})
    return next(iter(answer["texts"].values()), None)


def _told(line: dict[str, Any]) -> Iterator[str]:
    if not line["adopted"]:
        yield f"Nothing was adopted for {line['scope']} itself: a wider scope's policy holds there, if any does."
        return
    now = line["adopted"][0]
    kept = ", keeping what was attained" if now["mode"] == "keep_attained" else ""
    yield f"{line['scope']}: {now['title']}\nsince {now['recorded_at']}, version {now['version']}{kept}\n"
    for sentence in sentences(read_policy(line["policy"])):
        yield f"  {sentence}"
    yield f"\ndigest {now['policy']}"
    if line["refolded"] is not None:
        yield f"Being folded again: {line['refolded']:,} states so far."
