"""The files that pages load, each at an address with its digest in it."""

import gzip
import mimetypes

from fastapi import APIRouter, Request, Response

from services.gateway.http.pages.rendering import STATIC, static_address
from shared.runtime.problems import not_found

HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Vary": "Accept-Encoding",
}


def static_files() -> APIRouter:
    """`/static/{name}`, compressed for whoever takes that."""
    router = APIRouter(include_in_schema=False)
    files = {static_address(file.name).rpartition("/")[2]: file.read_bytes() for file in STATIC.iterdir()}
    smaller = {name: gzip.compress(content, mtime=0) for name, content in files.items()}

    @router.get("/static/{name}")
    async def static(name: str, request: Request) -> Response:
        if name not in files:
            raise not_found("file")
        media_type = mimetypes.guess_type(name)[0]
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(smaller[name], media_type=media_type, headers={**HEADERS, "Content-Encoding": "gzip"})
        return Response(files[name], media_type=media_type, headers=HEADERS)

    return router
