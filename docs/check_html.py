"""Looks for dead links and outside resources: `python docs/check_html.py FOLDER_OF_PAGES`."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

RESOURCES = {
    "script": "src",
    "img": "src",
    "source": "src",
    "iframe": "src",
    "embed": "src",
    "object": "data",
    "link": "href",
    "use": "href",
    "image": "href",
}
"""Elements that make a browser fetch something, and the attribute that says from where."""

OUTSIDE = re.compile(r"^\s*(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
IN_STYLES = re.compile(r"""@import\s+["']?([^"';)]+)|url\(\s*["']?([^"')]+)""", re.IGNORECASE)
NOT_FETCHED = {"canonical", "search", "next", "prev", "author", "help", "copyright", "index"}
"""What `<link rel=...>` may be without being fetched."""


class Page(HTMLParser):
    """What one page links to and fetches.

    Attributes:
        anchors: The ids in it.
        links: Targets of its `<a>`.
        fetched: Addresses of what a browser loads with it.
    """

    def __init__(self, text: str) -> None:
        """Read a page."""
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self._style = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what an element names."""
        given = {name: value or "" for name, value in attrs}
        self._style = tag == "style"
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        self.fetched += in_styles(given.get("style", ""))
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        address = given.get(RESOURCES.get(tag, ""), "")
        if address and not (tag == "link" and set(given.get("rel", "").split()) <= NOT_FETCHED):
            self.fetched.append(address)
        self.fetched += [part.split()[0] for part in given.get("srcset", "").split(",") if part]

    def handle_endtag(self, tag: str) -> None:
        """Note that a style sheet is over."""
        self._style = self._style and tag != "style"

    def handle_data(self, data: str) -> None:
        """Look into a style sheet."""
        if self._style:
            self.fetched += in_styles(data)


def in_styles(css: str) -> list[str]:
    """Return what a style sheet loads."""
    return [first or second for first, second in IN_STYLES.findall(css)]


def problems(folder: Path) -> Iterator[str]:
    """Say what is wrong with the pages of a folder.

    Args:
        folder: Where the built pages are.
    """
    pages = {
        file: Page(file.read_text(encoding="utf-8")) for file in sorted(folder.rglob("*.html"))
    }
    resolved = {file.resolve(): page for file, page in pages.items()}
    for file, page in pages.items():
        name = file.relative_to(folder).as_posix()
        for address in page.fetched:
            if OUTSIDE.match(address):
                yield f"{name} loads {address}"
            elif not address.startswith(("data:", "#")) and not target(file, address).exists():
                yield f"{name} loads {address}, which is not there"
        for link in page.links:
            yield from dead(name, file, link, resolved)
    yield from misled(folder)
    for file in sorted([*folder.rglob("*.css"), *folder.rglob("*.svg")]):
        for address in in_styles(file.read_text(encoding="utf-8")):
            if OUTSIDE.match(address):
                yield f"{file.relative_to(folder).as_posix()} loads {address}"


def misled(folder: Path) -> Iterator[str]:
    """Say which words a search does not answer with the tutorial first, by its index."""
    file = folder / "searchindex.js"
    if not file.exists():
        return
    text = file.read_text(encoding="utf-8").removeprefix("Search.setIndex(").removesuffix(")")
    index = json.loads(text)
    for words in ("winerror 32", "install"):
        first = [
            index["docnames"][page]
            for page, _, main in index["indexentries"].get(words, ())
            if main
        ]
        if first != ["tutorial"]:
            yield f"a search for {words} does not find the tutorial first"


def target(file: Path, address: str) -> Path:
    """Return the file that an address on a page means."""
    path = unquote(urlsplit(address).path)
    return (file.parent / path) if path else file


def dead(name: str, file: Path, link: str, pages: dict[Path, Page]) -> Iterator[str]:
    """Say whether a link leads nowhere. Links to outside are not followed.

    The pages are named by their resolved paths.
    """
    if urlsplit(link).scheme or link.startswith("//"):
        return
    linked = target(file, link).resolve()
    page = pages.get(linked)
    anchor = unquote(urlsplit(link).fragment)
    if not linked.exists():
        yield f"{name} links to {link}, which is not there"
    elif anchor and page is not None and anchor not in page.anchors:
        yield f"{name} links to {link}, and there is no such place"


def main() -> int:
    """Print what is wrong; the exit code says whether anything is."""
    folder = Path(sys.argv[1])
    if not (folder / "index.html").exists():
        sys.stderr.write(f"no index.html in {folder}\n")
        return 1
    found = list(problems(folder))
    sys.stderr.writelines(f"{problem}\n" for problem in found)
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
