"""Several lists of the API are one on a page, and nothing of them is lost between two pages."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.gateway.http.pages.lists import as_one
from shared.ledger.instants import instant_text


def page(entries: list[tuple[int, str]], after: str | None, most: int) -> dict[str, Any]:
    """As the API answers: behind a place, the latest first."""
    place = (2**53, "z") if after is None else (int(after.split(":")[0]), after.split(":")[1])
    left = sorted((one for one in entries if one < place), reverse=True)
    items = [{"at": instant_text(at), "id": id_} for at, id_ in left[:most]]
    return {"items": items, "next": f"{left[most - 1][0]}:{left[most - 1][1]}" if len(left) > most else None}


@given(
    st.lists(st.lists(st.tuples(st.integers(0, 5), st.sampled_from("abcdefgh")), unique=True), max_size=4),
    st.integers(1, 4),
)
def test_page_by_page_each_entry_is_told_once_and_in_order(lists: list[list[tuple[int, str]]], most: int) -> None:
    # An id has one moment, in every list in which it stands.
    moments = {id_: at for entries in lists for at, id_ in entries}
    lists = [list({(moments[id_], id_) for _, id_ in entries}) for entries in lists]
    told: list[tuple[str, str]] = []
    after: str | None = None
    while True:
        shown, after = as_one([page(entries, after, most) for entries in lists], "at", "id", most)
        told += [(one["at"], one["id"]) for one in shown]
        if after is None:
            break
        assert len(shown) == most
    assert told == sorted({(instant_text(at), id_) for entries in lists for at, id_ in entries}, reverse=True)
