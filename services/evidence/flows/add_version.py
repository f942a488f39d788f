"""Add a version to a work: a draft, or what it has become."""

from dataclasses import replace

from services.evidence.domain.errors import Invalid
from services.evidence.domain.files import KeptFile, NamedFile, checked_name
from services.evidence.domain.judging import check_instant
from services.evidence.domain.receipts import Receipt, receipt
from services.evidence.domain.works import AddVersion, NewArtefact, content_field, decide_version
from services.evidence.flows.keep_texts import keep_texts
from services.evidence.flows.working import own_work
from services.evidence.ports import District


async def add_version(add: AddVersion, actor: str, district: District) -> Receipt:
    """The receipt; repeated where this very request was done before.

    Raises NotFound (also where the caller is no member and may record for none), StaleVersion, Invalid, Mismatch,
    Gone where the caller, or every member, is forgotten; VaultUnavailable, ArtefactsUnavailable and LedgerUnavailable.
    """
    work = await own_work(add.work, actor, district)
    check_instant(add.occurred_at, district.now())
    add, files = await _with_files(add, district)
    refs = await keep_texts(work.id, add.id, add.texts(), district)
    if files:
        await district.files.name({refs[field]: key for field, key in files.items()})
    command = decide_version(work, add, refs=refs, tenant=district.tenant, actor=actor)
    [outcome] = await district.ledger.append([command])
    added = receipt(command, outcome)
    if files:
        await district.files.settle(files.values())
    return added


async def _with_files(add: AddVersion, district: District) -> tuple[AddVersion, dict[str, str]]:
    """The version with what is said of each file in it, and the files' keys by the fields that will refer to them."""
    asked = [artefact.file for artefact in add.artefacts if artefact.file is not None]
    if not asked:
        return add, {}
    known = await district.files.known(add.work, asked)
    artefacts: list[NewArtefact] = []
    keys: dict[str, str] = {}
    for n, artefact in enumerate(add.artefacts):
        if artefact.file is None:
            artefacts.append(artefact)
            continue
        kept = known.get(artefact.file)
        if kept is None:
            raise Invalid("file must name a file that came for this work.", field=f"/artefacts/{n}/file")
        artefacts.append(replace(artefact, content=_named(artefact, kept, n)))
        keys[content_field(n)] = kept.key
    return replace(add, artefacts=tuple(artefacts)), keys


def _named(artefact: NewArtefact, kept: KeptFile, n: int) -> str:
    name = checked_name(artefact.content, kept.media_type, field=f"/artefacts/{n}/name")
    return NamedFile(name, kept.media_type, kept.size, kept.sha256, kept.key).text()
