"""The doors by which the gateway learns whom an exhibition's panel has without an account: they sign in with passes."""

from fastapi import APIRouter, Depends, Request, Response

from services.evidence.domain.paneling import current_panelist
from services.evidence.flows.paneling import panel_held, panel_known
from services.evidence.http.answers import json_response
from services.evidence.http.gateway_alone import gateway_alone, read_body
from services.evidence.ports import District
from shared.contracts.values import Contract, Id
from shared.runtime.tokens import Verifier


class SeatRequest(Contract):
    """Of whose seat the gateway asks."""

    panelist: Id
    exhibition: Id


class GuestsRequest(Contract):
    """For whom the gateway asks."""

    person: Id
    exhibition: Id


def panel_doors(district: District, verifier: Verifier) -> APIRouter:
    """`POST /panels/guests` and `/panels/seat`. For everyone else than the gateway it is not there."""
    router = APIRouter(dependencies=[Depends(gateway_alone(verifier))], include_in_schema=False)

    @router.post("/panels/guests")
    async def guests(request: Request) -> Response:
        """Those who became known by their appointment and sit on the panel now, each until when in milliseconds; for
        whoever holds the exhibition.
        """
        asked = await read_body(request, GuestsRequest)
        panel = await panel_held(asked.exhibition, asked.person, district)
        now = district.now()
        current = [one for one in panel.panelists.values() if one.is_guest and one.is_current(now)]
        return json_response({"guests": {one.id: one.ends_at for one in current}})

    @router.post("/panels/seat")
    async def seat(request: Request) -> Response:
        """Whether a person sits on the panel now and became known by it, as the record has it at this moment."""
        asked = await read_body(request, SeatRequest)
        panel = await panel_known(asked.exhibition, district)
        current = current_panelist(panel, asked.panelist, district.now())
        return json_response({"sits": current is not None and current.is_guest})

    return router
