"""By which address what somebody looks at can be opened again, as its links to other languages do."""

from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import Request

from services.gateway.domain.page_routes import PAGES
from services.gateway.domain.route import Route
from services.gateway.domain.routes import RouteTable

CHOICE = "lang"
"""What an address says of a language."""

_TABLE = RouteTable(PAGES)


def address_again(request: Request) -> str:
    """The address of the page that is looked at, without a language, and ready for one: it ends in `?` or `&`.

    Of a page that was asked for it is a query alone: what else stands in an address, of a ballot or a share, is written
    nowhere. What answers a form may have no address by which it can be opened: then it is that of the form, or of the
    page that it belongs to.
    """
    query = request.url.query
    if request.method in {"GET", "HEAD"}:
        return _with(query)
    before = urlsplit(request.headers.get("referer", ""))
    if before.netloc == request.url.netloc and _opens(before.path):
        return before.path + _with(before.query)
    path = request.url.path
    if _opens(path):
        return path + _with(query)
    while path and not _opens(path):
        path = path.rpartition("/")[0]
    return (path or "/") + "?"


def _with(query: str) -> str:
    said = urlencode([pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0] != CHOICE])
    return f"?{said}&" if said else "?"


def _opens(path: str) -> bool:
    try:
        return isinstance(_TABLE.find("GET", path.encode("ascii")), Route)
    except UnicodeEncodeError:
        return False
