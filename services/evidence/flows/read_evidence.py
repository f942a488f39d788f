"""Read one piece of evidence as it stands now, from the record itself."""

from services.evidence.domain.errors import Gone, NotFound
from services.evidence.domain.pieces import WITHDRAWABLE, Piece, piece_of
from services.evidence.flows.recordable import FORGOTTEN
from services.evidence.ports import District
from shared.ledger.streams import evidence_stream


async def read_evidence(evidence: str, reader: str, district: District) -> Piece:
    """The piece. Raises NotFound, also where the reader may not see this learner.

    Of a learner who is forgotten only the district's own people may still see the bare facts; she herself may not, for
    nobody can be told from her any more: Gone.
    """
    piece = piece_of(await district.ledger.stream(evidence_stream(evidence)), WITHDRAWABLE)
    if piece is None or not await district.rights.may_see(reader, piece.learner):
        raise NotFound("piece of evidence")
    if reader == piece.learner and await district.forgettings.forgotten([reader]):
        raise Gone(FORGOTTEN)
    return piece
