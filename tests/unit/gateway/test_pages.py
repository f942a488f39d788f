"""The pages' words, figures and policy: each language is whole, no text can carry a script, no word ranks anybody."""

import hashlib
import re
from collections.abc import Sequence
from functools import cache
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po
from fastapi import Request

from services.gateway.domain.sign_in import (
    DeclinedError,
    InvalidAnswerError,
    IssuerUnavailableError,
    NoAccountError,
    NoIssuerError,
    StaleSignInError,
)
from services.gateway.http.pages import languages as catalogues
from services.gateway.http.pages import rendering
from services.gateway.http.pages.again import address_again
from services.gateway.http.pages.languages import (
    FOLDER,
    SOURCE,
    add_words,
    language_for,
    languages,
    locale_of,
    words_in,
)
from services.gateway.http.pages.learners.chart import BESIDE, EDGE, HEIGHT, WIDTH, chart
from services.gateway.http.pages.methods import in_percent
from services.gateway.http.pages.rendering import HERE, STATIC, TEMPLATES, Reader, asked_day, page, parted
from services.gateway.http.pages.visiting import fields_of
from services.gateway.http.pages.wording import REASONS, RESTS, STATUSES

UTC = ZoneInfo("UTC")
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}\u202e"
REFUSALS: list[Exception] = [
    StaleSignInError(),
    DeclinedError(),
    InvalidAnswerError("secret words"),
    NoAccountError("https://issuer.test", "<script>alert(1)</script>"),
    IssuerUnavailableError("secret words"),
    NoIssuerError(),
]
RANKING = re.compile(
    r"\b(rank|ranking|percentile|average|behind|below|fail|failed|worst|best in|attempt \d)\b", re.IGNORECASE
)


@cache
def asked_for() -> set[str]:
    """Every message that templates and code ask a catalogue for."""
    extensions = {"extensions": "jinja2.ext.i18n", "newstyle_gettext": "true"}
    found = extract_from_dir(
        HERE,
        method_map=[("**/templates/**.html", "jinja2"), ("**.py", "python")],
        options_map={"**/templates/**.html": extensions},
        keywords={**DEFAULT_KEYWORDS, "wrong": None, "too_much": None},  # what pages refuse (`refusing`)
    )
    return {_first(message) for _, _, message, _, _ in found}


def _first(message: str | Sequence[str]) -> str:
    """A message, or the singular of one that has a plural."""
    return message if isinstance(message, str) else message[0]


@pytest.mark.parametrize("language", [tag for tag in languages() if tag != SOURCE])
def test_a_language_has_every_word_and_no_other(language: str) -> None:
    parts = [read_po(BytesIO(file.read_bytes()), locale=language) for file in (FOLDER / language).iterdir()]
    messages = [message for part in parts for message in part if message.id]
    told = {_first(message.id): message for message in messages}
    assert told.keys() == asked_for()
    assert len(told) == len(messages), "what two areas say stands in everywhere.po"
    places = re.compile(r"%\([a-z]+\)s")
    for message in told.values():
        given = message.string if isinstance(message.string, tuple | list) else (message.string,)
        assert all(given), message.id
        assert set(places.findall(str(message.string))) == set(places.findall(str(message.id)))


def test_a_districts_own_words_go_before_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In English too; a language that we do not have is offered, and what it leaves out is said in English."""
    own = {"en": "Nothing here yet", "es": "Nada todavía", "vi": "Chưa có bằng chứng"}
    for language, said in own.items():
        (tmp_path / language).mkdir()
        with (tmp_path / language / "own.po").open("wb") as file:
            catalogue = Catalog(locale=language)
            catalogue.add("No evidence yet", said)
            write_po(file, catalogue)
    (tmp_path / "README.md").write_text("How these came about")  # is no language
    (tmp_path / ".git").mkdir()
    monkeypatch.setattr(catalogues, "_folders", [FOLDER])
    words_in.cache_clear()
    try:
        add_words(tmp_path)
        assert languages() == ("en", "es", "vi")
        said_in = {language: words_in(language) for language in languages()}
    finally:
        words_in.cache_clear()
        languages.cache_clear()
    assert {language: words.gettext("No evidence yet") for language, words in said_in.items()} == own
    assert [said_in[one].gettext("Vote") for one in ("en", "es", "vi")] == ["Vote", "Votar", "Vote"]


@pytest.mark.parametrize(
    ("chosen", "accepted", "language"),
    [
        (None, "", "en"),
        (None, "es-MX,es;q=0.9,en;q=0.8", "es"),
        (None, "de,fr;q=0.9", "en"),
        (None, "en;q=0.1, es;q=0.5", "es"),
        ("es", "en", "es"),
        ("xx", "es", "es"),
        ("../../etc/passwd", "en", "en"),
        (None, ";q=;q=,,,;;q=nan" * 50, "en"),
    ],
)
def test_the_language_of_a_reader(chosen: str | None, accepted: str, language: str) -> None:
    assert language_for(chosen, accepted) == language


def test_no_word_of_ours_ranks_or_counts_anybody() -> None:
    for message in asked_for():
        assert not RANKING.search(message), message
    assert not STATUSES.keys() ^ {
        *("no_policy", "no_evidence", "not_enough", "not_yet", "mastered", "slipped", "under_review", "forgotten")
    }
    assert REASONS
    assert RESTS


class Tags(HTMLParser):
    """Which tags and attributes there are on a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.mark.parametrize("language", languages())
def test_a_text_on_a_page_stays_a_text(language: str) -> None:
    reader = Reader(language, UTC, f"/{HOSTILE}", person=HOSTILE, csrf=HOSTILE)
    ballot = {"title": {"en": HOSTILE}, "language": "en", "questions": [], "works": [], "state": "open"}
    question = {"question": HOSTILE, "kind": "choice", "title": {"en": HOSTILE}, "work": None}
    asked = [{**question, "options": [{"option": HOSTILE, "title": {"en": HOSTILE}}]}]
    answer = page("ballot.html", reader, ballot=ballot, asked=asked, wrong=True, said=lambda words: words["en"])
    tags = Tags(bytes(answer.body).decode()).tags
    assert not {tag for tag, _ in tags} & {"script", "img", "iframe", "object", "style"}
    assert not [attrs for _, attrs in tags if any(name.startswith(("on", "hx-", "style")) for name in attrs)]
    assert b"49" not in bytes(answer.body).replace(rendering.digest_of("ascertain.css").encode(), b"")


@pytest.mark.parametrize("error", REFUSALS, ids=lambda error: type(error).__name__)
def test_each_refusal_of_a_sign_in_has_a_page_that_quotes_nothing_unescaped(error: Exception) -> None:
    reader = Reader("en", UTC, "/")
    answer = page("sign_in_refused.html", reader, status=400, why=type(error).__name__, error=error)
    text = bytes(answer.body).decode()
    assert "<script" not in text
    assert "secret words" not in text
    assert text.count("<h1>") == 1


def test_a_page_loads_nothing_but_ours() -> None:
    answer = page("welcome.html", Reader("en", UTC, "/"))
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert answer.headers["Cache-Control"] == "no-store"
    loads = [attrs for tag, attrs in Tags(bytes(answer.body).decode()).tags if tag == "link"]
    assert [attrs["href"] for attrs in loads] == [rendering.static_address("ascertain.css")]


def test_a_page_with_scripts_runs_ours_alone_and_knows_them_by_a_nonce_of_its_own() -> None:
    answers = [page("welcome.html", Reader("en", UTC, "/"), scripts=()) for _ in range(2)]
    policies = [answer.headers["Content-Security-Policy"] for answer in answers]
    nonces = [match[1] for policy in policies if (match := re.search(r"script-src 'nonce-([\w-]+)'", policy))]
    assert len(set(nonces)) == 2
    assert "unsafe" not in policies[0]
    scripts = [attrs for tag, attrs in Tags(bytes(answers[0].body).decode()).tags if tag == "script"]
    assert [attrs["src"] for attrs in scripts] == [rendering.static_address(name) for name in rendering.HTMX]
    assert {attrs["nonce"] for attrs in scripts} == {nonces[0]}


def test_what_others_wrote_is_what_they_published() -> None:
    """The digests of the files in htmx.org 4.0.1 (decision 39)."""
    told = {name: hashlib.sha256((STATIC / name).read_bytes()).hexdigest() for name in rendering.HTMX}
    assert told == {
        "htmx-4.0.1.min.js": "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130",
        "hx-csp-4.0.1.min.js": "a7e1e6711ae6c3e50ad300fba7936cbe8d07599cdae313414a179ddd6b26e143",
    }


def test_what_a_voter_has_to_load_is_small() -> None:
    reader = Reader("es", UTC, "/vote/x")
    option = [{"option": f"option-{n}", "title": {"en": "A character of the novel"}} for n in range(8)]
    question = {"question": "leader", "kind": "choice", "title": {"en": "Who leads best?"}, "work": None}
    ballot = {"title": {"en": "Animal Farm"}, "language": "en"}
    asked = [{**question, "question": f"q{n}", "options": option} for n in range(3)]
    answer = page("ballot.html", reader, ballot=ballot, asked=asked, wrong=None, said=lambda words: words["en"])
    everything = len(answer.body) + (STATIC / "ascertain.css").stat().st_size
    assert everything <= 30 * 1024, f"{everything} bytes"


def test_a_chart_puts_values_where_they_are() -> None:
    drawn = chart(["0", None, "2", "4"], top="4", cut="3")
    assert drawn is not None
    assert [value for _, _, value in drawn.dots] == ["0", "2", "4"]
    assert drawn.dots[0][:2] == (EDGE, HEIGHT - EDGE)
    assert drawn.dots[1][1] == HEIGHT / 2
    assert drawn.dots[-1][:2] == (WIDTH - BESIDE, EDGE)
    assert EDGE < drawn.cut < HEIGHT / 2


@pytest.mark.parametrize("values", [[], ["3"], [None, "3", None]])
def test_one_value_is_no_line(values: list[str | None]) -> None:
    assert chart(values, top="4", cut="3") is None


@pytest.mark.parametrize(
    ("method", "asked", "before", "again"),
    [
        ("GET", "/sections/x?task=none&lang=es&after=a%26b", "", "?task=none&after=a%26b&"),
        ("GET", "/?lang=es", "", "?"),
        ("POST", "/rubrics", "https://d.example/rubrics/new?of=6f&lang=es", "/rubrics/new?of=6f&"),
        ("POST", "/exhibitions/x/close", "https://other.example/exhibitions/x", "/exhibitions/x/close?"),
        ("POST", "/exhibitions/x/ballots", "https://d.example/exhibitions/x/open", "/exhibitions/x?"),
        ("POST", "/sections/x/column?task=none", "", "/sections/x/column?task=none&"),
        ("POST", "/seminars/moves", "", "/?"),
    ],
)
def test_a_language_is_chosen_where_the_page_can_be_opened_again(
    method: str, asked: str, before: str, again: str
) -> None:
    path, _, query = asked.partition("?")
    headers = [(b"host", b"d.example"), (b"referer", before.encode())]
    scope = {"type": "http", "method": method, "path": path, "query_string": query.encode(), "headers": headers}
    assert address_again(Request({**scope, "scheme": "https", "server": ("d.example", 443)})) == again


def test_words_in_english_are_those_of_the_templates() -> None:
    assert words_in(SOURCE).gettext("Vote") == "Vote"


async def test_a_forms_texts_have_the_line_ends_of_every_text_here() -> None:
    """Browsers send CRLF; the record has plain line ends, and refuses others."""

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"note=One%0D%0Atwo&note=three", "more_body": False}

    request = Request({"type": "http", "method": "POST", "headers": []}, receive)
    assert await fields_of(request) == {"note": "One\ntwo"}


def test_what_scrolls_by_itself_can_be_reached_and_has_a_name() -> None:
    """At the edge beyond which it goes on it has a shade. In the grid the cells are reached instead."""
    regions = [
        one for file in TEMPLATES.rglob("*.html") for one in re.findall(r'<div class="wide[^>]*>', file.read_text())
    ]
    assert len(regions) > 10
    for region in regions:
        assert 'role="region"' in region, region
        assert re.search(r"aria-label(ledby)?=", region), region
        assert 'tabindex="0"' in region or "grid" in region, region
    assert "animation-timeline: scroll(self inline)" in (STATIC / "ascertain.css").read_text()


def test_a_long_code_is_broken_where_its_parts_meet() -> None:
    assert str(parted("CCSS.ELA-LITERACY.RL.8.2")) == "CCSS.<wbr>ELA-<wbr>LITERACY.<wbr>RL.<wbr>8.<wbr>2"
    assert str(parted("<b>.x")) == "&lt;b&gt;.<wbr>x"
    assert str(parted("theme")) == "theme"


@pytest.mark.parametrize(
    ("language", "part", "day"), [("en", "65%", "November 24, 2026"), ("es", "65 %", "24 de noviembre de 2026")]
)
def test_parts_of_a_whole_and_days_are_written_as_each_language_has_them(language: str, part: str, day: str) -> None:
    assert in_percent("0.65", words_in(language)) == part
    assert asked_day("2026-11-24", locale_of(language)) == day
    assert asked_day("evidence:1:2", locale_of(language)) == "evidence:1:2"
