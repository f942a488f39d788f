"""What axe does not measure: how far a page sticks out, how large its targets are, how many presses lead to what."""

from playwright.async_api import Page

MAX_PRESSES = 80

_STICKS_OUT = """() => {
  const wide = document.scrollingElement.scrollWidth - document.documentElement.clientWidth;
  if (wide <= 0) return [];
  const room = document.documentElement.clientWidth;
  const guilty = [...document.querySelectorAll('body *')].filter(one => one.getBoundingClientRect().right > room + 1);
  const told = guilty.slice(0, 5).map(one => one.outerHTML.slice(0, 120));
  return [`the page is ${wide} px wider than its window`, ...told];
}"""

_CUT_OFF = """() => [...document.querySelectorAll('main *, header *, footer *')].filter(one => {
  const style = getComputedStyle(one);
  if (one.matches('.unseen, .skip, .unseen *, textarea, svg *, [type=file]')  // whose words are the browser's
    || !one.clientWidth) return false;
  const hides = ['hidden', 'clip'].includes(style.overflowX) || ['hidden', 'clip'].includes(style.overflowY);
  return hides && (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1);
}).map(one => one.outerHTML.slice(0, 120))"""

_SMALL = """least => [...document.querySelectorAll(
  'a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [role=link]'
)].filter(one => {
  const target = one.matches('[type=radio], [type=checkbox]') && one.closest('label') || one;
  const box = target.getBoundingClientRect();
  if (!box.width || box.right < 0 || one.matches('.skip')) return false;
  const around = one.parentElement.closest('p, li, td, dd, div, label');
  const amidWords = getComputedStyle(one).display === 'inline' && around &&
    around.textContent.replace(one.textContent, '').trim().length > 2;
  return !amidWords && (box.width < least || box.height < least);
}).map(one => {
  const box = one.getBoundingClientRect();
  return `${Math.round(box.width)} × ${Math.round(box.height)}: ${one.outerHTML.slice(0, 120)}`;
})"""
"""Links amid the words of a sentence are as high as its lines: WCAG 2.5.8 leaves them out."""

_FOCUS = """wanted => {
  const here = document.activeElement, main = document.querySelector(wanted), style = getComputedStyle(here);
  const bare = here !== document.body && here.id !== 'content' &&
    (style.outlineStyle === 'none' || style.outlineWidth === '0px');
  const told = where => [where, bare ? here.outerHTML.slice(0, 120) : null];
  if (!main) return told('absent');
  if (here === document.body) return told('left');
  if (here === main || main.contains(here) || here.contains(main) && here.id !== 'content') return told('reached');
  const beyond = main.compareDocumentPosition(here) & Node.DOCUMENT_POSITION_FOLLOWING;
  return told(beyond ? 'reached' : 'not yet');
}"""
"""Where focus is, seen from what the page is for; and what has it without showing it."""


async def sticks_out(page: Page) -> list[str]:
    """What makes the page wider than its window; nothing where it is not."""
    found: list[str] = await page.evaluate(_STICKS_OUT)
    return found


async def cut_off(page: Page) -> list[str]:
    """Elements whose text is larger than the room in which it is shown."""
    found: list[str] = await page.evaluate(_CUT_OFF)
    return found


async def small_targets(page: Page, least: int = 24) -> list[str]:
    """What is to be pressed and is smaller than `least` pixels either way."""
    found: list[str] = await page.evaluate(_SMALL, least)
    return found


async def enlarge_text(page: Page, percent: int) -> None:
    """As a reader does who sets a larger font in her browser."""
    await page.evaluate("size => { document.documentElement.style.fontSize = size }", f"{percent}%")


async def presses_to(page: Page, main: str) -> tuple[int, list[str]]:
    """How often Tab is pressed, from the top and with the skip link taken, until focus is at `main` or beyond; and
    what had focus on the way without showing it. Raises AssertionError where it is never reached.
    """
    unmarked: list[str] = []
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    for presses in range(2, MAX_PRESSES):
        await page.keyboard.press("Tab")
        where, bare = await page.evaluate(_FOCUS, main)
        unmarked += [bare] if bare else []
        assert where != "absent", f"there is no {main} on {page.url}"
        if where in {"reached", "left"}:
            return presses, unmarked
    raise AssertionError(f"{main} is not reached on {page.url}")
