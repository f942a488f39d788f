"""The chapter on the portfolio: three exhibits across English, history and art, a link that ends, and a transcript."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx

from cli.demo.cast import Cast
from cli.demo.telling import Telling, place_of

ESSAY_TASK = "bcdc0290-4b4e-58bf-af44-c36b75170879"
REVOLUTION, SYMBOLS = "bd9f7e46-8999-530f-b5ac-e57c72d16eec", "34fd0566-67cb-5b21-b604-963f2f184c19"
ALLEGORY, THEME = "1bf92816-4233-5478-966c-97c628b5cbd0", "e69e6ade-47d3-5ea7-94af-84363a66160d"
LETTER = "To Boxer: what I would have told you before the van came."


@dataclass(frozen=True, slots=True)
class PortfolioStory:
    """Tells it. `poster` is Amara's with Bao and Chiara. Raises CommandError where the platform refuses."""

    cast: Cast
    telling: Telling
    poster: str

    async def tell(self) -> None:
        """The whole chapter, in order."""
        versions = await self._versions()
        exhibits = await self._choose(versions)
        await self._coverage()
        await self._share(exhibits)
        await self._transcript()

    @property
    async def _portfolio(self) -> str:
        return f"/v1/learners/{await self.cast.person('learner-amara')}/portfolio"

    async def _versions(self) -> dict[str, str]:
        """The newest version of a work in each subject, by the subject."""
        amara = await self.cast.as_person("learner-amara")
        works = (await amara.get(await self._portfolio))["works"]
        [essay] = [one["work"] for one in works if one.get("task") == ESSAY_TASK]
        [poster] = [one for one in works if one["work"] == self.poster]
        letter = {
            "id": str(uuid4()),
            "members": ["roster:user/learner-amara"],
            "courses": ["roster:course/course-english-10"],
            "title": "A letter to Boxer",
        }
        _, started = await amara.post("/v1/works", await self.cast.resolved(letter))
        return {
            "art": poster["versions"][-1]["event"],
            "history": await self._added(essay, "Peace, land and bread: what became of each promise by 1921."),
            "english": await self._added(started["id"], LETTER),
        }

    async def _added(self, work: str, text: str) -> str:
        amara = await self.cast.as_person("learner-amara")
        draft = {"id": str(uuid4()), "expected_version": 1, "artefacts": [{"kind": "text", "content": text}]}
        _, receipt = await amara.post(f"/v1/works/{work}/versions", draft)
        return str(receipt["id"])

    async def _choose(self, versions: dict[str, str]) -> list[str]:
        self.telling.step("Amara chooses what stands for her, and says why: a poster, an essay, a letter.")
        amara = await self.cast.as_person("learner-amara")
        path = f"{await self._portfolio}/exhibits"
        exhibits: list[str] = []
        last: dict[str, Any] = {}
        for subject, competencies, reason in (
            ("art", [SYMBOLS, ALLEGORY], "People who had not read the book asked me about the whip."),
            ("history", [REVOLUTION], "I had to give up my first answer, and I can say why."),
            ("english", [THEME], "Here I stopped retelling and began to argue."),
        ):
            request = {"id": str(uuid4()), "version": versions[subject], "competencies": competencies, "reason": reason}
            _, last = await amara.post(path, request)
            self.telling.receipt(last)
            exhibits.append(str(last["id"]))
        ordered = [exhibits[2], exhibits[0], exhibits[1]]
        order = {"id": str(uuid4()), "exhibits": ordered, "expected_version": last["version"]}
        _, last = await amara.post(f"{path}/order", order)
        answer = await amara.get(await self._portfolio, at_least=place_of(last))
        shown = [one["exhibit"] for one in answer["portfolio"]["exhibits"]]
        self.telling.expect("the exhibits, in her order", shown, ordered)
        return ordered

    async def _coverage(self) -> None:
        self.telling.step(
            "What her exhibits show of each subject, what only her evidence shows, and what is not shown yet."
        )
        amara = await self.cast.as_person("learner-amara")
        answer = await amara.get(f"{await self._portfolio}/coverage")
        for framework in answer["frameworks"]:
            self.telling.say(f"{framework['title']}: {framework['in_words']}")
        subjects = {one["title"].partition(" ")[0] for one in answer["frameworks"]}
        self.telling.expect("the subjects", {"English", "World", "Art"} <= subjects, True)

    async def _share(self, exhibits: list[str]) -> None:
        self.telling.step(
            "She shares them with a college by a link that ends, and takes it back: at once it opens nothing."
        )
        amara = await self.cast.as_person("learner-amara")
        path = f"{await self._portfolio}/shares"
        expires_at = (datetime.now(UTC) + timedelta(days=30)).isoformat(timespec="milliseconds")
        request = {"id": str(uuid4()), "audience": "college", "expires_at": expires_at, "exhibits": exhibits}
        _, share = await amara.post(path, request)
        async with httpx.AsyncClient(base_url=self.cast.place.url, timeout=30) as college:
            address = f"/v1/shares/{share['secret']}"
            seen = await college.get(address)
            self._say_shared(seen.json())
            self.telling.expect("what the college may read", (seen.status_code, len(seen.json()["exhibits"])), (200, 3))
            self.telling.expect("her surname in it", "Okafor" in seen.text, False)
            _, revoked = await amara.post(f"{path}/{share['id']}/revoke", {"id": str(uuid4())})
            self.telling.receipt(revoked)
            self.telling.expect("the link afterwards", (await college.get(address)).status_code, 404)

    async def _transcript(self) -> None:
        self.telling.step(
            "Her transcript, as a tagged PDF: each level with its evidence and date, and a code to ask by."
        )
        amara, learner = await self.cast.as_person("learner-amara"), await self.cast.person("learner-amara")
        told = await amara.get(f"/v1/learners/{learner}/transcript")
        pdf = await amara.content(f"/v1/learners/{learner}/transcript.pdf")
        if self.cast.place.folder is not None:
            file = self.cast.place.folder / "transcript-amara.pdf"
            await asyncio.to_thread(file.write_bytes, pdf)
            self.telling.say(f"{file}: {len(pdf):,} bytes")
        self.telling.expect("what the file begins with", pdf[:5], b"%PDF-")
        async with httpx.AsyncClient(base_url=self.cast.place.url, timeout=30) as college:
            standing = (await college.get(f"/v1/transcripts/{told['code']}")).json()["standing"]
        self.telling.say(f"code {told['code']}: {standing}, as anyone may ask without signing in")
        self.telling.expect("whether it stands", standing, "valid")

    def _say_shared(self, shared: dict[str, Any]) -> None:
        self.telling.say(f"{shared['given']} shows:")
        for exhibit in shared["exhibits"]:
            skills = "; ".join(skill["code"] for skill in exhibit["shows"])
            self.telling.say(f"  {exhibit.get('title', 'an essay')} ({skills}): {exhibit['reason']}")
