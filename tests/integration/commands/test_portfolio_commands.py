"""A portfolio by terminal: chosen, put in order, shared, taken back; and a transcript written to a file and checked."""

from pathlib import Path

import httpx
import pytest

from deploy.local.stack import Stack
from tests.integration.commands.test_record_commands import FILES, SYMBOLS, is_one_sentence, said, told
from tests.support.commands import run
from tests.support.paper import Paper
from tests.support.running import until_applied

pytestmark = pytest.mark.stack


async def test_what_a_learner_does_with_her_portfolio(stack: Stack, tmp_path: Path) -> None:
    for arguments in (
        ("import", "roster", FILES / "roster"),
        ("import", "framework", FILES / "framework-art.json"),
        ("adopt", FILES / "policy.json"),
    ):
        await said(stack, *arguments)
    await until_applied(stack)
    draft, pdf, html = tmp_path / "draft.txt", tmp_path / "transcript.pdf", tmp_path / "transcript.html"
    draft.write_text("Left the barn.")
    work = (await told(stack, "work", "start", "--member", "learner-esther", "--title", "Barns"))["id"]
    version = (await told(stack, "work", "version", work, "--text", draft))["id"]
    await until_applied(stack)
    learner = (await told(stack, "portfolio", "show", "learner-esther"))["learner"]
    own = await stack.personal_token(learner)

    async def hers(*arguments: str | Path) -> str:
        ran = await run(stack, *arguments, ASCERTAIN_TOKEN=own)
        assert ran.code == 0, ran.err
        return ran.out

    chosen = await hers("portfolio", "choose", learner, version, "--shows", SYMBOLS, "--reason", "So.")
    exhibit = chosen.split()[1].rstrip(":")
    await until_applied(stack)
    assert "ExhibitsArranged" in await hers("portfolio", "order", learner, exhibit)
    assert is_one_sentence(await run(stack, "portfolio", "order", learner, work, ASCERTAIN_TOKEN=own))
    assert "by an exhibit" in await hers("portfolio", "coverage", learner)
    shared = await hers("portfolio", "share", learner, "--audience", "college", "--days", "7")
    share, address = shared.split()[1].rstrip(":"), shared.strip().splitlines()[-1]
    async with httpx.AsyncClient(trust_env=False, timeout=60) as college:
        assert (await college.get(address)).json()["exhibits"][0]["title"] == "Barns"
        await hers("portfolio", "revoke", learner, share)
        assert (await college.get(address)).status_code == 404
    await hers("portfolio", "withdraw", learner, exhibit)
    assert "Code" in await hers("transcript", learner)
    await hers("transcript", learner, "--to", pdf)
    await said(stack, "transcript", learner, "--to", html, "--purpose", "family")
    assert Paper(pdf.read_bytes()).is_marked
    assert "How to check this" in html.read_text()
    code = (await told(stack, "transcript", learner))["code"]
    assert (await hers("transcript", code, "--check")).startswith("valid")
    assert (await hers("transcript", code.lower().replace("-", " "), "--check")).startswith("valid")
    assert is_one_sentence(await run(stack, "transcript", learner, "--to", tmp_path / "x.doc"))
