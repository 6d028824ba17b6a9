"""Which HTML survives the trip, and how our own texts become HTML.

An allow-list over a real HTML5 tree (nh3, built on html5ever): what is not named here is gone, with
its content where it would run or style something. The list is what Mastodon keeps, plus headings,
tables and ruby, because a model is a sheet and not a toot. No pictures: they would tell strangers
who reads.
"""

import html as entities
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from threading import Lock

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

_TEXT = {"p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote", "a", "span"}
_MARKS = {"b", "strong", "i", "em", "u", "s", "del", "ins", "sub", "sup", "small", "mark", "abbr"}
_LISTS = {"ul", "ol", "li", "dl", "dt", "dd"}
_TABLES = {"table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"}
_TAGS = _TEXT | _MARKS | _LISTS | _TABLES | {"code", "ruby", "rt", "rp"}
_ATTRIBUTES = {
    "*": {"lang", "dir"},
    "a": {"href"},
    "abbr": {"title"},
    "ol": {"start", "reversed"},
    "li": {"value"},
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
}
_MICROFORMATS = {"mention", "hashtag", "u-url", "h-card", "ellipsis", "invisible", "quote-inline"}
_CLASSES = {"a": _MICROFORMATS, "span": _MICROFORMATS, "p": _MICROFORMATS}
_SCHEMES = {"http", "https", "mailto"}
_GONE = {"script", "style", "template", "noscript", "svg", "math", "iframe", "object", "title"}

_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags=_GONE,
    attributes=_ATTRIBUTES,
    allowed_classes=_CLASSES,
    url_schemes=_SCHEMES,
    url_relative="deny",
    link_rel="nofollow noopener noreferrer",
)
_STRIPPER = nh3.Cleaner(tags=set(), clean_content_tags=_GONE, attributes={}, link_rel=None)

_BREAK = re.compile(r"<br>|<hr>|</(?:p|li|dt|dd|h[1-6]|tr|pre|blockquote|caption|ul|ol|table)>")
_CELL = re.compile(r"</(?:td|th)>")
_SPACES = re.compile(r"[ \t\r\f\v]+")
_LINES = re.compile(r" ?\n[ \n]*")

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])

MOST_KEPT = 4_000_000
"""Characters of Markdown and HTML that are remembered, some ten megabytes: the sheets of a dozen
large models, or of a hundred usual ones."""

MOST_TIDY = 4_000_000
"""The same of HTML that was cleaned: two of the longest notes that an inbox takes, as they came and
as they are shown."""

LONG = 50_000
"""Characters from which cleaning takes milliseconds (5 for a hundred thousand): it is worth a
thread then, and to be remembered."""

Linker = Callable[[str], str]
"""From plain text to HTML in which some words are links; it escapes everything else."""


def _link_words(state: StateCore) -> None:
    """Let the linker see every run of text that is neither code nor in a link already."""
    for block in state.tokens:
        if block.type == "inline":
            block.children = list(_linked(block.children or [], state.env["linker"]))


def _linked(tokens: Iterable[Token], linker: Linker) -> Iterator[Token]:
    links = 0
    for token in tokens:
        links += {"link_open": 1, "link_close": -1}.get(token.type, 0)
        if token.type == "text" and not links:
            yield Token("html_inline", "", 0, content=linker(token.content))
        else:
            yield token


_SPEECH = MarkdownIt("commonmark", {"html": False, "breaks": True})
_SPEECH.enable(["table", "strikethrough"])
_SPEECH.core.ruler.push("link_words", _link_words)


class _Remembered:
    """What was made of texts last: the same few are asked for again and again, in many threads."""

    def __init__(self, most: int) -> None:
        self._most = most  # characters
        self._kept: OrderedDict[str, str] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def get(self, text: str) -> str | None:
        with self._lock:
            if text in self._kept:
                self._kept.move_to_end(text)
            return self._kept.get(text)

    def keep(self, text: str, html: str) -> None:
        with self._lock:
            before = self._kept.pop(text, None)
            self._size += len(html) + len(text) if before is None else 0
            self._kept[text] = html
            while self._size > self._most:
                oldest, shown = self._kept.popitem(last=False)
                self._size -= len(oldest) + len(shown)


_CLEANED, _RENDERED = _Remembered(MOST_TIDY), _Remembered(MOST_KEPT)


def clean(html: str) -> str:
    """What of this HTML may be shown on a page of ours. Cleaning twice changes nothing more.

    Links open nothing of ours (`nofollow noopener noreferrer`) and lead to http, https or mailto.
    What is `LONG` was cleaned in a thread before it is needed, if somebody thought of it.
    """
    if len(html) < LONG:
        return _CLEANER.clean(html)
    tidy = _CLEANED.get(html)
    if tidy is None:
        tidy = _CLEANER.clean(html)
        _CLEANED.keep(html, tidy)
    return tidy


def render(markdown: str, *, passing: bool = False) -> str:
    """Markdown (CommonMark with tables and strikethrough, without HTML) as clean HTML.

    Some 3 ms for a page of text, unless it was rendered a while ago: what is long is rendered in a
    thread before it is needed. What is `passing`, a text that is being typed, is not remembered.
    """
    html = _RENDERED.get(markdown)
    if html is None:
        html = clean(str(_MARKDOWN.render(markdown)))
        if not passing:
            _RENDERED.keep(markdown, html)
    return html


def render_speech(markdown: str, linker: Linker) -> str:
    """What somebody says as clean HTML: like `render`, but a line that ends is a line that ends.

    Args:
        markdown: the text.
        linker: is given each run of plain text; code and links are left alone.
    """
    return clean(str(_SPEECH.render(markdown, {"linker": linker})))


def plain(html: str) -> str:
    """The text of this HTML, one line for each paragraph, list item or row; no markup, no entities.

    It is text, not HTML: whoever puts it on a page must escape it.
    """
    broken = _CELL.sub(r"\g<0> ", _BREAK.sub(r"\g<0>\n", clean(html)))
    text = entities.unescape(_STRIPPER.clean(broken)).replace("\N{NO-BREAK SPACE}", " ")
    return _LINES.sub("\n", _SPACES.sub(" ", text)).strip()
