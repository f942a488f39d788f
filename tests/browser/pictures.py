"""`python -m tests.browser.pictures [NAME …]`: a picture of each page of the table, light and dark, in `docs/pages/`.

Everything is started for it and ended after it. Pictures are of few colours, so that each is small; a page that is
longer than people scroll at once is cut off at its foot. `docs/pages.md` is written anew: what each page is, and for
whom.
"""

import argparse
import asyncio
import io
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from PIL import Image

from cli.demo.signing_in import PEOPLE
from deploy.local.home import ROOT
from tests.browser.chromium import running_chromium
from tests.browser.district import ALSO, demo_district
from tests.browser.opening import Look, Opener
from tests.browser.table import NOBODY, PAGES, Row

FOLDER, CONTENTS = ROOT / "docs" / "pages", ROOT / "docs" / "pages.md"
WIDTH, HIGHEST = 1000, 2_400
COLOURS, MAX_BYTES = 48, 100_000
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

HEAD = """# Pages

What people see, each page as the one who comes to it. Made by `python -m tests.browser.pictures` from
`tests/browser/table.py`, on a real stack with the demo's story told; do not edit by hand. The same pages in dark stand
beside these in [`docs/pages`](pages).
"""


async def take(rows: Iterable[Row]) -> None:
    """Take pictures of these pages. Raises FileNotFoundError where there is no chromium."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        async with running_chromium() as browser, demo_district(Path(folder) / "home") as district:
            opener = Opener(browser, district)
            for row in rows:
                for scheme in SCHEMES:
                    await _take(opener, row, scheme)


async def _take(opener: Opener, row: Row, scheme: Literal["light", "dark"]) -> None:
    async with opener.row(row, Look(WIDTH, scheme=scheme)) as opened:
        taken = await opened.page.screenshot(full_page=True)
    content = small(taken)
    file = FOLDER / f"{row.name}-{scheme}.png"
    file.write_bytes(content)
    print(f"{file.relative_to(ROOT)}: {len(content):,} bytes", file=sys.stderr)  # noqa: T201 - its report


def small(taken: bytes) -> bytes:
    """The same picture, not higher than `HIGHEST`, of as many colours as fit into `MAX_BYTES`."""
    picture = Image.open(io.BytesIO(taken)).convert("RGB")
    picture = picture.crop((0, 0, picture.width, min(picture.height, HIGHEST)))
    colours, content = COLOURS, b""
    while not content or (len(content) > MAX_BYTES and colours > 4):
        written = io.BytesIO()
        picture.quantize(colours, dither=Image.Dither.NONE).save(written, "PNG", optimize=True)
        colours, content = colours // 2, written.getvalue()
    return content


def contents(rows: Iterable[Row]) -> str:
    """The page of all pictures that there are."""
    named = {**PEOPLE, **ALSO, NOBODY: "anyone, without signing in", "operator": "the district's administrator"}
    parts = [
        f"## {row.title}\n\nFor {named.get(row.who, row.who)}.\n\n![{row.title}](pages/{row.name}-light.png)\n"
        for row in rows
        if (FOLDER / f"{row.name}-light.png").exists()
    ]
    return "\n".join([HEAD, *parts])


def main() -> None:
    """Raises SystemExit where a page is asked for that there is not."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.pictures")
    parser.add_argument("names", nargs="*", metavar="NAME", help="of the table; all without any")
    names = parser.parse_args().names
    rows = [row for row in PAGES if not names or row.name in names]
    if unknown := set(names) - {row.name for row in rows}:
        parser.error(f"There is no page {unknown.pop()} in tests/browser/table.py.")
    asyncio.run(take(rows))
    CONTENTS.write_text(contents(PAGES), encoding="utf-8")


if __name__ == "__main__":
    main()
