"""How Sphinx makes the pages: `sphinx-build -W -n docs html`.

The pages are plain Markdown that reads well on GitHub, too. What Sphinx needs besides is made here
from what they say anyway: the navigation from the links of the index pages, and link targets from
the anchors of the generated pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from sphinx.application import Sphinx

from winasr_doctor.version import __version__

project = "winasr_doctor"
author = "The winasr_doctor authors"
version = release = __version__
language = "en"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_copybutton"]
exclude_patterns = ["pictures/README.md"]
myst_heading_anchors = 3  # GitHub makes the same ones
myst_links_external_new_tab = False
smartquotes = False  # --no-deps stays what people copy
suppress_warnings: list[str] = []

default_role = "code"  # docstrings write `names` as Markdown does
autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented_params"
autodoc_preserve_defaults = True
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True
nitpicky = True
nitpick_ignore_regex = [
    # The standard library and extras, whose inventories would have to be fetched from outside.
    (r"py:.*", r"(?!winasr_doctor\b).*"),
    # Types of ours that are no part of what is promised: the page shows their names only.
    (r"py:class", r"winasr_doctor\.(findings\.actions|windows\.errors)\..*"),
    (r"py:class", r"winasr_doctor\.(checks|machine)\.base\.(Check|Machine)"),
    (r"py:class", r"winasr_doctor\.locks\.(ledger\.Ledger|identity\.Identity|retry_policy\.T)"),
    (r"py:class", r"winasr_doctor\.catalogue\.schema\.(RemedyTemplate|Source)"),
    (r"py:class", r"winasr_doctor\._util\.dated\.Dated"),
    (r"py:class", r"winasr_doctor\._guard\.core\._Block"),
    (r"py:class", r"winasr_doctor\.asr\.audio\.AudioRecording"),
    (r"py:class", r"winasr_doctor\.diagnosis\.nodes\.ErrorNode"),
    (
        r"py:class",
        r"winasr_doctor\.faults\.(stacks\.SourceLine|sharing\.\w+\.(Situation|Held|Rules))",
    ),
]

html_theme = "furo"
html_title = "winasr_doctor"
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False
html_show_sourcelink = False
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = ["paste.js"]
templates_path: list[str] = []

SEARCHED = {
    "tutorial": ("WinError 32", "WinError", "install", "PermissionError", "manifest.json"),
    "start/it-hangs": ("hang", "hangs", "stuck", "freeze"),
    "start/will-not-import": ("import", "DLL load failed", "ModuleNotFoundError"),
    "start/app": ("guard", "app"),
    "start/library": ("pytest", "library"),
    "start/many-machines": ("fleet", "Intune", "many machines"),
}
"""Page to the words that a search answers with it first: Sphinx ranks its index above all else."""

_LINK = re.compile(r"\]\(([\w/.-]+\.md)(?:#[\w-]+)?\)")
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_ANCHOR = re.compile(r'^<a id="([\w-]+)"></a>$', re.MULTILINE)


def navigation(text: str) -> str:
    """Make the hidden tables of contents of an index page from the links under its headings."""
    made: list[str] = []
    seen: set[str] = set()
    caption = ""
    pages: list[str] = []

    def close() -> None:
        if pages:
            option = [f":caption: {caption}"] if caption else []
            made.extend(["```{toctree}", ":hidden:", *option, "", *pages, "```", ""])
            pages.clear()

    for line in text.splitlines():
        heading = re.match(r"## ([^\[].*)", line)
        if heading:
            close()
            caption = heading.group(1)
        for target in _LINK.findall(line) if line.startswith(("* ", "## ")) else ():
            page = str(PurePosixPath(target).with_suffix(""))
            if page not in seen and not page.startswith(".."):
                seen.add(page)
                pages.append(page)
    close()
    return "\n".join(made)


def index_entries(words: Iterable[str]) -> str:
    """Write entries of the index; the exclamation mark puts their page above other results."""
    return "".join(f"```{{index}} ! single: {word}\n```\n\n" for word in words)


def messages(title: str) -> list[str]:
    """Split the title of a known error into the messages that people search for."""
    plain = re.sub(r"\\(.)", r"\1", title).replace(";", ",").replace("`", "'")
    found = (message.strip(" .") for message in re.split(r" / |\. ", plain))
    return [message for message in found if message]


def prepare(app: Sphinx, docname: str, source: list[str]) -> None:
    """Give a page what Sphinx needs before it is parsed."""
    del app
    source[0] = _ANCHOR.sub(r"(\1)=", source[0])
    if docname in SEARCHED:
        source[0] = index_entries(SEARCHED[docname]) + source[0]
    if docname.startswith("errors/") and docname != "errors/families":
        source[0] = _HEADING.sub(
            lambda found: f"{found[0]}\n\n{index_entries(messages(found[1]))}", source[0]
        )
    if PurePosixPath(docname).name == "index":
        source[0] += "\n\n" + navigation(source[0])


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the above with Sphinx."""
    app.connect("source-read", prepare)
    return {"parallel_read_safe": True}
