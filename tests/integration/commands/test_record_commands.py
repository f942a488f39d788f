"""The commands of the record, as people would use them, one after another on a running district."""

import json
import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from deploy.local.stack import Stack
from deploy.setup.subscribers import Subscribers
from tests.support.commands import Ran, run
from tests.support.paper import Paper
from tests.support.running import until_applied

pytestmark = pytest.mark.stack

FILES = Path(__file__).parents[3] / "deploy" / "local" / "demo"
THEME = "e69e6ade-47d3-5ea7-94af-84363a66160d"
SYMBOLS = "34fd0566-67cb-5b21-b604-963f2f184c19"
QUIZ = "f9d9e8a8-edf5-5ab9-a7b5-57b95a77f0c5"
"""Chiara's first quiz."""

ART = ("--course", "course-art-10")
GRADE = ("--course", "course-english-10", "--period", "year-2026", "--competency", THEME)


@pytest.fixture(scope="module")
async def district(stack: Stack) -> Stack:
    """The demo's people, documents and quiz scores."""
    framework = FILES / "framework-english.json"
    for arguments in (
        ("import", "roster", FILES / "roster"),
        ("import", "framework", framework),
        ("import", "framework", FILES / "framework-art.json"),
        ("import", "document", FILES / "rubric-symbols-poster.json"),
        ("adopt", FILES / "policy.json"),
        ("record", FILES / "practice.csv", "--framework", framework),
    ):
        await said(stack, *arguments)
    await until_applied(stack)
    return stack


async def said(stack: Stack, *arguments: str | Path) -> str:
    """What a command says, which must succeed."""
    ran = await run(stack, *arguments)
    assert ran.code == 0, ran.err
    return ran.out


async def told(stack: Stack, *arguments: str | Path) -> dict[str, Any]:
    """The same, for a program."""
    return dict(json.loads(await said(stack, *arguments, "--json")))


def is_one_sentence(ran: Ran) -> bool:
    return ran.code != 0 and len(ran.err.strip().splitlines()) == 1 and "Traceback" not in ran.err


async def test_a_work_from_its_start_to_the_portfolio(district: Stack, tmp_path: Path) -> None:
    draft, score = tmp_path / "draft.txt", tmp_path / "score.json"
    draft.write_text("Left the barn, right the barn and a whip.")
    members = ("--member", "learner-dmitri", "--member", "learner-esther")
    work = (await told(district, "work", "start", *members, "--title", "Two barns", *ART))["id"]
    version = await told(district, "work", "version", work, "--text", draft, "--link", "https://example.org/poster")
    assert (version["type"], version["version"]) == ("WorkVersionAdded", 2)
    result = {"competency": SYMBOLS, "criterion": "symbols", "earned": "3", "possible": "4"}
    request = {
        "rubric": f"document:{FILES / 'rubric-symbols-poster.json'}",
        "purpose": "performance",
        "occurred_at": "2026-11-20T14:00:00.000Z",
        "results": [result],
        "feedback": "Clear, and dark.",
    }
    score.write_text(json.dumps(request))
    scored = await said(district, "work", "score", work, score)
    assert len(scored.strip().splitlines()) == 2
    await until_applied(district)
    shown = await told(district, "work", "show", work)
    assert ([one["kind"] for one in shown["versions"][0]["artefacts"]], len(shown["pieces"])) == (["text", "link"], 2)
    portfolio = await said(district, "portfolio", "learner-esther")
    assert f"work {work}: 2 members, 1 version" in portfolio
    assert "art.symbols" in portfolio
    ref = shown["versions"][0]["artefacts"][0]["content_ref"]
    assert "Left the barn" in await said(district, "reveal", ref, "--name", "learner-esther")
    log = await told(district, "disclosures", "learner-esther")
    assert {"texts", "names", "portfolio"} <= {row["what"] for row in log["disclosures"]}


async def test_evidence_of_any_kind_from_a_file(district: Stack, tmp_path: Path) -> None:
    results = [{"competency": THEME, "earned": "3", "possible": "4"}]
    learner, when = "roster:user/learner-farid", "2026-11-05T09:00:00.000Z"
    seen = {"learner": learner, "purpose": "performance", "results": results}
    seminar = {"type": "ObservationRecorded", "occurred_at": when, "body": seen, "texts": {"note": "مرحبا, ¿y tú? 🎉"}}
    reflection = {"type": "ReflectionRecorded", "occurred_at": when, "body": {"learner": learner, "ratings": results}}
    wrong = {**seminar, "body": {**seen, "results": [{**results[0], "earned": "5"}]}}
    file = tmp_path / "seminar.json"
    file.write_text(json.dumps([seminar, wrong, reflection]))
    ran = await run(district, "record", file)
    assert ran.code == 1
    assert "2 recorded, 0 known before, 1 refused" in ran.err
    assert "item 2: /body/results/0/earned: must not be above what was possible (4)." in ran.err
    again = await run(district, "record", file)
    assert "0 recorded, 2 known before, 1 refused" in again.err
    file.write_text("[1]")
    assert is_one_sentence(await run(district, "record", file))
    await until_applied(district)
    shown = await said(district, "portfolio", "learner-farid")
    assert "observation" in shown
    assert "reflection" in shown


async def test_corrections_with_their_reasons(district: Stack, tmp_path: Path) -> None:
    piece = tmp_path / "piece.json"
    results = [{"competency": THEME, "earned": "6", "possible": "10"}]
    body = {"learner": "roster:user/learner-chiara", "purpose": "practice", "results": results}
    piece.write_text(json.dumps({"type": "AttemptRecorded", "body": body}))
    new = await told(district, "supersede", QUIZ, piece, "--reason", "Misread: it was a 6.")
    voided = await said(district, "void", new["id"], "--reason", "Not hers after all.")
    assert "EvidenceVoided" in voided
    again = await run(district, "void", QUIZ)
    assert is_one_sentence(again)


async def test_judgement_and_questions(district: Stack) -> None:
    override = await told(district, "override", "set", "learner-hugo", THEME, "Proficient", "--reason", "Seen it.")
    await until_applied(district)
    explained = await told(district, "explain", "learner-hugo", THEME)
    assert (explained["level"], explained["evidence_alone"]["status"]) == ("Proficient", "not_enough")
    unknown = await run(district, "override", "set", "learner-hugo", THEME, "Superb", "--reason", "Seen it.")
    assert is_one_sentence(unknown)
    assert "Proficient" in unknown.err
    asked = await told(district, "review", "ask", "learner-hugo", "--competency", THEME, "--reason", "Why this?")
    await until_applied(district)
    assert asked["id"] in await said(district, "review", "list", "--learner", "learner-hugo")
    own = await run(district, "review", "answer", asked["id"], "--answer", "It stands.")
    assert is_one_sentence(own), "who asks does not answer"
    teacher = await token_of(district, "teacher-lindgren")
    answered = await run(district, "review", "answer", asked["id"], "--answer", "It stands.", ASCERTAIN_TOKEN=teacher)
    assert answered.code == 0, answered.err
    cleared = ("override", "clear", override["id"], "--version", str(override["version"]))
    assert "OverrideCleared" in await said(district, *cleared)
    assert is_one_sentence(await run(district, *cleared))


async def test_grades_of_a_section_and_what_touches_them(district: Stack) -> None:
    prepared = await told(district, "release", "prepare", "--section", "class-english-10a", *GRADE)
    assert {line["state"] for line in prepared["learners"]} == {"ready"}
    left = ("--leave-out", "learner-grace")
    released = await told(district, "release", "batch", prepared["id"], *left)
    states = [line["state"] for line in released["learners"]]
    assert (states.count("released"), states.count("left_out")) == (9, 1)
    await until_applied(district)
    [grade] = (await told(district, "grades", "learner-bao"))["grades"]
    before = await told(district, "grades", "learner-bao")
    await said(district, "void", "926118d9-7c5b-5177-820d-c5bb24a8ef5d", "--reason", "A copy.")
    await until_applied(district)
    assert grade["id"] in await said(district, "release", "affected", "--section", "class-english-10a")
    await said(district, "release", "amend", grade["id"], "--reason", "The quiz was a copy.")
    await until_applied(district)
    [amended] = (await told(district, "grades", "learner-bao"))["grades"]
    assert (amended["state"], amended["affected"]) == ("amended", False)
    pins = ",".join(f"{pin['ledger']}:{pin['shard']}:{pin['position']}" for pin in before["as_of"]["pins"])
    [then] = (await told(district, "grades", "learner-bao", "--as-of", pins))["grades"]
    assert then["levels"] == before["grades"][0]["levels"]
    assert "Nothing that a grade rests on" in await said(district, "release", "affected", "--learner", "learner-bao")


async def test_standards_of_others_and_what_comes_next(district: Stack, tmp_path: Path) -> None:
    package, rests, made = (tmp_path / name for name in ("package.json", "rests.csv", "made.json"))
    items = [
        {"identifier": str(uuid4()), "humanCodingScheme": code, "fullStatement": f"Can do {code}."}
        for code in ("8.EE.5", "8.EE.6")
    ]
    package.write_text(json.dumps({"CFDocument": {"identifier": str(uuid4()), "title": "Lines"}, "CFItems": items}))
    rests.write_text("source,target\n8.EE.5,8.EE.6\n8.EE.9,8.EE.6\n")
    import_it = ("import", "framework", package, "--prerequisites", rests)
    imported = await run(district, *import_it, "--write", made)
    assert imported.code == 0, imported.err
    assert "left out: 1 × prerequisite of rests.csv that names no competency of the framework: 8.EE.9" in imported.err
    framework = json.loads(made.read_text())["id"]
    await until_applied(district)
    following = await told(district, "next", "learner-grace", "--within", framework)
    assert [(step["code"], step["opens"]) for step in following["next"]] == [("8.ee.5", 1)]
    assert "8.ee.5" in await said(district, "readiness", "class-english-10a", "--within", framework)
    rests.write_text("source,target\n8.EE.5,8.EE.6\n8.EE.6,8.EE.5\n")
    circle = await run(district, *import_it)
    assert is_one_sentence(circle)
    assert "go round in a circle" in circle.err


async def test_guardians_and_forgetting(district: Stack) -> None:
    parent = str(uuid4())
    await said(district, "guardian", "link", "learner-farid", parent)
    await until_applied(district)
    mother = await district.personal_token(parent)
    learner = (await told(district, "portfolio", "learner-farid"))["learner"]
    seen = await run(district, "portfolio", learner, ASCERTAIN_TOKEN=mother)
    assert seen.code == 0, seen.err
    assert is_one_sentence(await run(district, "disclosures", "learner-zoe", ASCERTAIN_TOKEN=mother))
    request = await told(district, "forget", "ask", "learner-farid", "--reason", "Moved away.")
    own = await run(district, "forget", "approve", "learner-farid", request["id"])
    assert is_one_sentence(own)
    other = await token_of(district, "teacher-novak", administrator=True)
    approved = await run(district, "forget", "approve", "learner-farid", request["id"], ASCERTAIN_TOKEN=other)
    assert approved.code == 0, approved.err
    assert "is not here" in await said(district, "reveal", "--name", "learner-farid")
    late = await run(district, "override", "set", "learner-farid", THEME, "Proficient", "--reason", "Late.")
    assert is_one_sentence(late)


async def token_of(stack: Stack, name: str, *, administrator: bool = False) -> str:
    """A personal token of somebody in the roster, made an administrator of the district first where asked."""
    from tests.support.running import administrator as client_of  # noqa: PLC0415 - one use

    async with client_of(stack) as client:
        _, answer = await client.post("/v1/rosters/ids", {"kind": "user", "sourced_ids": [name]})
        person = str(answer["ids"][name])
        if administrator:
            role = {"id": str(uuid4()), "person": person, "role": "administrator", "scope": "district"}
            await client.post("/v1/roles", role)
    return await stack.personal_token(person)


async def test_an_exhibition_from_its_plan_to_a_recount(district: Stack, tmp_path: Path) -> None:
    await said(district, "import", "document", FILES / "questions-animal-farm.json")
    work = (await told(district, "work", "start", "--member", "learner-dmitri", "--title", "A poster"))["id"]
    plan = {
        "school": "roster:org/school-willowbrook-high",
        "works": [work],
        "questions": f"document:{FILES / 'questions-animal-farm.json'}",
        "title": "#panic() for the animals",
    }
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    exhibition = (await told(district, "exhibition", "plan", tmp_path / "plan.json"))["id"]
    await until_applied(district)
    await said(district, "exhibition", "plan", tmp_path / "plan.json", "--exhibition", exhibition)
    await until_applied(district)
    await said(district, "exhibition", "open", exhibition)
    sheets, filled_in = tmp_path / "ballots.pdf", tmp_path / "filled in.csv"
    wish = ("--role", "family", "--count", "7", "--to", sheets)
    assert "nowhere else" in await said(district, "exhibition", "ballots", exhibition, *wish)
    assert "Works: 1 A poster" in Paper(sheets.read_bytes()).pages[0]
    assert (sheets.stat().st_mode & 0o777, (await run(district, "exhibition", "ballots", exhibition, *wish)).code) == (
        0o600,
        1,
    )
    paper = Paper(sheets.read_bytes())
    assert (paper.title, len(paper.alts)) == ("#panic() for the animals", 7)
    first, *others = printed_words(paper)
    answers = ("--answer", "citizen=boxer", "--answer", "poster/1=4")
    assert "citizen: Who is the best citizen" in await said(district, "exhibition", "vote", first)
    assert "counted" in await said(district, "exhibition", "vote", first, *answers)
    assert "Already counted" in await said(district, "exhibition", "vote", first, "--answer", "citizen=clover")
    rows = [f"{words},Boxer,SNOWBALL,3" for words in (first, *others[:5])]
    rows += [f"{others[5]},napoleon,,3", "a slip,boxer,,3"]
    filled_in.write_text("\n".join(["ballot,citizen,leader,poster/1", *rows]))
    entered = await run(district, "exhibition", "enter", exhibition, filled_in)
    assert (entered.code, entered.err) == (1, "")
    assert "line 2: already counted" in entered.out
    assert "5 counted, 1 already counted, 2 refused." in entered.out
    assert "'napoleon' is no answer to citizen" in (tmp_path / "filled in.csv.rejected.csv").read_text()
    await until_applied(district)
    shown = await said(district, "exhibition", "show", exhibition)
    assert "7 ballots issued, 6 voted." in shown
    assert f"work 1: {work}  A poster" in shown
    assert "before the exhibition is closed" in await said(district, "exhibition", "results", exhibition)
    await said(district, "exhibition", "close", exhibition)
    await until_applied(district)
    results = await said(district, "exhibition", "results", exhibition)
    assert "family: Boxer 6, Clover 0, Benjamin 0, Muriel 0 (6 answered, 0 left it blank)" in results
    assert "family: Old Major 0, Snowball 5, Napoleon 0 (5 answered, 1 left it blank)" in results
    assert "(work 1, A poster)" in results
    again = await recounted(district, exhibition)
    assert "leader, family: old-major 0, snowball 5, napoleon 0; 1 blank" in again.out
    assert (again.code, again.out.splitlines()[-1], again.err) == (0, "Nothing differs.", "")
    nothing = await recounted(district, work)
    assert (nothing.code, "no ExhibitionOpened" in nothing.out) == (1, True)
    listed = await told(district, "exhibition", "list", "--learner", "learner-dmitri")
    assert [one["state"] for one in listed["items"]] == ["closed"]
    assert "Dmitri" not in await said(district, "exhibition", "due", "--school", "school-willowbrook-high")


async def recounted(stack: Stack, exhibition: str) -> Ran:
    """What a recount says to a subscriber, who has no right but to read the topics."""
    access = await Subscribers(stack.access).add(f"reader-{uuid4().hex[:8]}")
    reader = {
        "ASCERTAIN_KAFKA": access.bootstrap,
        "ASCERTAIN_KAFKA_PROTOCOL": access.protocol,
        "ASCERTAIN_KAFKA_MECHANISM": access.mechanism,
        "ASCERTAIN_KAFKA_USER": str(access.user),
        "ASCERTAIN_KAFKA_PASSWORD": str(access.password),
    }
    return await run(stack, "recount", exhibition, **reader)


def printed_words(paper: Paper) -> list[str]:
    """The twelve words of each ballot, as somebody reads them off the paper."""
    ballots = re.findall(" ".join(rf"{n} (\S+)" for n in range(1, 13)), " ".join(paper.pages))
    return [" ".join(words) for words in ballots]
