"""Given a share, when somebody brings its secret, then she sees what was shared, as it was, and nothing more."""

import json
import unicodedata
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from services.evidence.domain.errors import NotFound
from services.evidence.domain.family_names import LEFT_OUT, without_families
from services.evidence.domain.files import NamedFile
from services.evidence.domain.sharing import host_of
from services.evidence.domain.texts import Name, NewText
from services.evidence.flows.open_share import SharedPortfolio, open_share
from services.evidence.http.exhibits import Audience, ShareRequest
from shared.ledger.entry import Entry
from shared.ledger.instants import instant_text
from shared.ledger.links import secret_of, share_named, token_of
from tests.support.pure_district import AMARA, BAO, NOW, THEME, WORK, PureDistrict, entry, ref_of

FIRST, SECOND, EXHIBIT, OTHER, SHARE, LATER = (f"{n}2000000-0000-4000-8000-000000000000" for n in range(1, 7))
SECRET = secret_of(SHARE, bytes(range(20)))
SEEN = "canary"


def text(owner: str, event: str, field: str, words: str) -> NewText:
    return NewText(owner, event, field, words)


TITLE = text(WORK, WORK, "title_ref", f"{SEEN} Animal Farm, by Okafor and BÁO")
DRAFT = text(WORK, FIRST, "artefacts/0/content_ref", f"{SEEN} the draft, Amara Okafor")
NOTE = text(WORK, FIRST, "note_ref", "hidden note")
FINAL = text(WORK, SECOND, "artefacts/0/content_ref", "hidden final")
REASON = text(AMARA, EXHIBIT, "reason_ref", f"{SEEN} because, Okafor-Smith")
ELSEWHERE = text(AMARA, OTHER, "reason_ref", "hidden feedback")


def work() -> list[Entry]:
    def of_work(kind: str, id_: str, version: int, **body: Any) -> Entry:
        stored = json.dumps({"work": WORK, **body}).encode()
        return entry(kind, id_, stored, owner=WORK, stream=f"work/{WORK}", version=version)

    def parts(written: NewText) -> list[dict[str, str]]:
        return [{"kind": "text", "content_ref": ref_of(written)}]

    return [
        of_work("WorkStarted", WORK, 1, members=[AMARA, BAO], title_ref=ref_of(TITLE)),
        of_work("WorkVersionAdded", FIRST, 2, artefacts=parts(DRAFT), note_ref=ref_of(NOTE)),
        of_work("WorkVersionAdded", SECOND, 3, artefacts=parts(FINAL)),
    ]


def of_portfolio(kind: str, id_: str, at: int, **body: Any) -> Entry:
    stored = json.dumps({"learner": AMARA, **body}).encode()
    return entry(kind, id_, stored, stream=f"portfolio/{AMARA}", version=at)


def curated() -> list[Entry]:
    chosen = {"work": WORK, "competencies": [THEME]}
    return [
        of_portfolio("ExhibitChosen", EXHIBIT, 1, version=FIRST, reason_ref=ref_of(REASON), **chosen),
        of_portfolio("ExhibitChosen", OTHER, 2, version=SECOND, reason_ref=ref_of(ELSEWHERE), **chosen),
        of_portfolio(
            "PortfolioShared", SHARE, 3, token=token_of(SECRET), audience="public", exhibits=[EXHIBIT], pins=[],
            expires_at=instant_text(NOW + 1),
        ),
    ]  # fmt: skip


def given(*more: Entry) -> PureDistrict:
    made = PureDistrict(*work(), *curated(), *more)
    made.vault.kept = {ref_of(one): one for one in (TITLE, DRAFT, NOTE, FINAL, REASON, ELSEWHERE)}
    made.vault.named = {AMARA: Name("Amara", "Okafor"), BAO: Name("Bao", "Báo")}
    return made


async def seen(of: PureDistrict, secret: str = SECRET) -> SharedPortfolio:
    return await open_share(share_named(secret) or "", token_of(secret), of.district())


async def test_a_share_shows_its_exhibits_as_they_were_with_a_first_name_at_most() -> None:
    shown = await seen(given())
    [exhibit] = shown.exhibits
    assert (shown.given, exhibit.number, exhibit.others, exhibit.shows) == ("Amara", 1, 1, (THEME,))
    assert exhibit.title == f"{SEEN} Animal Farm, by […] and […]"
    assert [part.content for part in exhibit.artefacts] == [f"{SEEN} the draft, Amara […]"]
    assert exhibit.reason == f"{SEEN} because, […]-Smith"
    assert "hidden" not in repr(shown)
    assert "Okafor" not in repr(shown)


@pytest.mark.parametrize(
    "after",
    [
        of_portfolio("ShareRevoked", LATER, 4, share=SHARE),
        entry("LearnerForgotten", LATER, b"{}", stream=f"learner/{AMARA}", version=2),
    ],
)
async def test_what_is_revoked_or_forgotten_is_not_there(after: Entry) -> None:
    assert await seen(given())
    with pytest.raises(NotFound):
        await seen(given(after))


def others_file(name: str) -> tuple[NewText, Entry]:
    """A file and a link of the first version, whose names tell a surname."""
    named = NamedFile(name=name, media_type="image/png", size=3, sha256="b" * 64, key="k")
    file = text(WORK, FIRST, "artefacts/0/content_ref", named.text())
    artefacts = [{"kind": "file", "content_ref": ref_of(file)}]
    body = json.dumps({"work": WORK, "artefacts": artefacts}).encode()
    return file, entry("WorkVersionAdded", FIRST, body, owner=WORK, stream=f"work/{WORK}", version=2)


async def test_a_forgotten_partners_work_is_shown_without_a_word() -> None:
    """Her name to be left out is destroyed with her key: what could hold it is not shown, before that and after."""
    for destroyed in (set(), {BAO}):
        made = given(entry("LearnerForgotten", LATER, b"{}", owner=BAO, stream=f"learner/{BAO}", version=2))
        made.vault.forgotten = destroyed
        shown = await seen(made)
        [exhibit] = shown.exhibits
        assert (exhibit.title, exhibit.reason, exhibit.artefacts, exhibit.is_whole) == (None, None, (), False)
        assert (shown.given, exhibit.others, exhibit.shows) == ("Amara", 1, (THEME,))
        assert shown.learners == {AMARA}
        assert SEEN not in repr(shown)


async def test_a_share_says_whose_work_it_shows() -> None:
    assert (await seen(given())).learners == {AMARA, BAO}


async def test_of_a_file_its_kind_and_size_are_shown_alone() -> None:
    file, changed = others_file("Amara_Okafor.png")
    made = given()
    made.vault.kept[ref_of(file)] = file
    made.ledger.held = [changed if one.id == FIRST else one for one in made.ledger.held]
    [part] = (await seen(made)).exhibits[0].artefacts
    assert (part.kind, part.content, part.media_type, part.size) == ("file", None, "image/png", 3)
    assert "Okafor" not in repr(part)


@pytest.mark.parametrize(
    ("link", "host"),
    [
        ("https://school.example/~okafor/?by=Okafor", "school.example"),
        ("https://okafor:secret@okafor.example:8443/", "[…].example"),
        ("https://[no", LEFT_OUT),
        ("/okafor", LEFT_OUT),
    ],
)
def test_of_a_link_its_host_is_shown_alone(link: str, host: str) -> None:
    assert without_families(host_of(link), {"Okafor"}) == host


def test_for_whom_a_share_is_is_of_a_closed_list() -> None:
    """Whoever has the link reads it: no name may stand there."""
    for audience in get_args(Audience):
        assert ShareRequest(audience=audience, expires_at=instant_text(NOW)).audience == audience
    with pytest.raises(ValidationError):
        ShareRequest.model_validate({"audience": "okafor", "expires_at": instant_text(NOW)})


async def test_another_secret_and_another_event_open_nothing() -> None:
    wrong = secret_of(SHARE, bytes(20))
    for secret in (wrong, secret_of(EXHIBIT, bytes(range(20))), secret_of(LATER, bytes(20)), "no"):
        with pytest.raises(NotFound):
            await seen(given(), secret)


async def test_an_exhibit_that_is_withdrawn_is_seen_no_longer() -> None:
    assert (await seen(given(of_portfolio("ExhibitWithdrawn", LATER, 4, exhibit=EXHIBIT)))).exhibits == ()


async def test_a_reference_to_a_text_of_elsewhere_shows_nothing() -> None:
    """Whoever could write another's reference into an event of hers would still not read it by a share."""
    stolen = work()
    stolen[1] = entry(
        "WorkVersionAdded", FIRST,
        json.dumps({"work": WORK, "artefacts": [{"kind": "text", "content_ref": ref_of(ELSEWHERE)}]}).encode(),
        owner=WORK, stream=f"work/{WORK}", version=2,
    )  # fmt: skip
    made = given()
    made.ledger.held = [*stolen, *curated()]
    [exhibit] = (await seen(made)).exhibits
    assert exhibit.artefacts == ()


@pytest.mark.parametrize(
    ("text", "families", "left"),
    [
        ("By Amara Okafor.", {"Okafor"}, "By Amara […]."),
        ("OKAFOR and Okaforish", {"Okafor"}, "[…] and Okaforish"),
        ("A young one, of Young", {"Young"}, "A […] one, of […]"),
        ("So it is, so says SO", {"So"}, "[…] it is, so says […]"),
        ("Amara_Okafor okafor2009 oKAFOR", {"Okafor"}, "Amara_[…] […]2009 […]"),
        ("Mcdonald, MacDonald", {"McDonald"}, "[…], MacDonald"),
        ("O’Brien, OBrien, o`brien, Brien", {"O'Brien"}, "[…], […], […], […]"),
        ("O'Brien", {"O’Brien"}, "[…]"),
        ("By d'Angelo, D’ANGELO and Angelo", {"d'Angelo"}, "By […], […] and […]"),
        (unicodedata.normalize("NFD", "Ana García's"), {"García"}, "Ana […]'s"),
        ("Ana Garcia, García", {unicodedata.normalize("NFD", "García")}, "Ana […], […]"),
        ("李明写的。", {"李"}, "[…]明写的。"),
        ("كتبه يوسف الحداد", {"حداد"}, "كتبه يوسف ال[…]"),
        ("Straße von Strauss", {"Strauß"}, "Straße von […]"),
        ("Oka\u00adfor", {"Okafor"}, "[…]"),
        ("By okafor of the cruz", {"okafor", "de la cruz"}, "By […] of the […]"),
        ("de la vida, de la Cruz", {"de la Cruz"}, "de la vida, […]"),
        ("Ana García Márquez", {"García Márquez"}, "Ana […]"),
        ("Ana Márquez, of the Cruz", {"García-Márquez", "de la Cruz"}, "Ana […], of the […]"),
        ("1984 (axb)", {"", "-", "a.b"}, "1984 (axb)"),
    ],
)
def test_family_names_are_left_out_whole(text: str, families: set[str], left: str) -> None:
    assert without_families(text, families) == left
