"""Forms with a file: however often one name stands in one, it is bounded."""

import pytest
from starlette.requests import Request
from starlette.types import Message

from services.gateway.http.pages.uploads import MAX_FIELDS, FormWithFile
from shared.runtime.problems import Problem

HEAD = b'--x\r\nContent-Disposition: form-data; name="text"'


def form(body: bytes) -> Request:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    headers = [(b"content-type", b"multipart/form-data; boundary=x")]
    return Request({"type": "http", "method": "POST", "headers": headers}, receive)


@pytest.mark.parametrize("file", [b"", b'; filename="f"'])
async def test_a_form_has_so_many_parts_and_no_more(file: bytes) -> None:
    """The file that a browser sends where none was chosen is a part too, without a byte."""
    part = HEAD + file + b"\r\n\r\n\r\n"
    most = await FormWithFile.opened(form(part * MAX_FIELDS + b"--x--\r\n"))
    assert (most.fields, most.upload) == ({} if file else {"text": ""}, None)
    with pytest.raises(Problem) as refused:
        await FormWithFile.opened(form(part * (MAX_FIELDS + 1) + b"--x--\r\n"))
    assert refused.value.status == 422
