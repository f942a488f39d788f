"""Rebuilds mastery's tables as the service's command does, from the ledger's own tables: a process to be killed.

`python -m tests.support.rebuilding_child SETTINGS.json`: what a `Rebuilding` of its parent has written there.
"""

import asyncio
import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import asyncpg

from services.mastery import SERVICE
from services.mastery.postgres import published
from services.mastery.postgres.grade_projection import GradeProjection
from services.mastery.postgres.projection import MasteryProjection
from services.mastery.postgres.redo_projection import RedoProjection
from services.mastery.postgres.refolding import Refolding
from shared.ledger.canonical import canonical
from shared.runtime.access.projection import AccessProjection
from shared.runtime.database import connect
from shared.runtime.definitions.projection import DefinitionsProjection
from shared.runtime.definitions.reading import DefinitionsReader
from shared.runtime.ledger_table import LedgerTable
from shared.runtime.projection import Projection
from shared.runtime.settings import Settings
from shared.runtime.versions.filling import Filler, Tell
from shared.runtime.versions.rebuild import Rebuildable, rebuilt
from shared.runtime.versions.switching import Schemas
from shared.runtime.versions.wishes import Wish
from tests.support.ledger_writer import TENANT


@dataclass(frozen=True, slots=True)
class Rebuilding:
    """Whose tables, from which ledger, and the documents that its entries name."""

    mastery: str
    migrator: str
    ledger: str
    documents: dict[str, Any]

    def write(self, file: Path) -> None:
        file.write_text(json.dumps(asdict(self)))

    async def run(
        self,
        wish: Wish,
        tell: Tell,
        *,
        accept: bool = False,
        but: Callable[[Rebuildable], Rebuildable] = lambda what: what,
    ) -> None:
        """As the service does, but that documents come from here and entries from the ledger's own tables; and as `but`
        has it.
        """
        async with await connect(self.ledger, size=4, name="rebuilding") as ledger:
            what = Rebuildable(
                SERVICE,
                Schemas(
                    ("projection", "access", "definitions", "mastery"), single=("published", "what_if", "transcript")
                ),
                *(LedgerTable(ledger), self._filler),
                pending="SELECT EXISTS (SELECT FROM mastery.refold)",
                session=published.SILENT,
                differ=lambda connection, before, after: published.note_differences(
                    connection, f"mastery{before}", f"mastery{after}"
                ),
            )
            settings = Settings(
                tenant=TENANT, database=self.mastery, database_migrator=self.migrator, keys=Path(), trusted=Path()
            )
            await rebuilt(but(what), settings, wish, tell, accept=accept)

    def _filler(self, pool: asyncpg.Pool) -> Filler:
        async def fetch(digest: str) -> bytes:
            return canonical(self.documents[digest])

        projections: list[Projection] = [
            AccessProjection(),
            DefinitionsProjection(pool, fetch),
            MasteryProjection(TENANT, DefinitionsReader()),
            GradeProjection(TENANT),
            RedoProjection(TENANT),
        ]
        return Filler(projections, workers=[Refolding(pool, DefinitionsReader()).run])


if __name__ == "__main__":
    asyncio.run(Rebuilding(**json.loads(Path(sys.argv[1]).read_text())).run("switch", lambda _said: None))
