"""The files that pages load, each at an address with its digest in it."""

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse

from services.gateway.http.pages.rendering import STATIC, static_address
from shared.runtime.problems import not_found

KEPT = "public, max-age=31536000, immutable"


def static_files() -> APIRouter:
    """`/static/{name}`."""
    router = APIRouter(include_in_schema=False)
    files = {static_address(file.name).rpartition("/")[2]: file for file in STATIC.iterdir() if file.is_file()}

    @router.get("/static/{name}")
    async def static(name: str) -> Response:
        if name not in files:
            raise not_found("file")
        return FileResponse(files[name], headers={"Cache-Control": KEPT, "Cross-Origin-Resource-Policy": "same-origin"})

    return router
