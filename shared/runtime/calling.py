"""How services call each other over HTTP: a connection that breaks is told as one, at whatever moment it breaks."""

import httpx


class Transport(httpx.AsyncHTTPTransport):
    """Raises httpx.ConnectError also where a connection is reset while it is being opened.

    anyio asks the socket for its peer just then, and has none any more: an AttributeError, which would be taken for
    a fault of ours, or of the entry that was being prepared.
    """

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            return await super().handle_async_request(request)
        except AttributeError as error:
            raise httpx.ConnectError("The connection was reset as it was opened.", request=request) from error
