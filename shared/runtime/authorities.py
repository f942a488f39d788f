"""Whose certificates a client of HTTP believes, read once a process."""

import ssl
from functools import cache

import httpx


@cache
def authorities() -> ssl.SSLContext:
    """What httpx makes for each client by itself, where nobody gives it one: 20 ms of a processor every time."""
    return httpx.create_ssl_context()
