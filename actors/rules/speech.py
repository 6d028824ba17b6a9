"""Speech: what a remark of ours names, and how its text becomes HTML.

Three things become links, as in every server that people write from: `@name@host` (or `@name` for
an organisation of this instance), `#word`, and a bare address. Which names are people is not
decided here: who asks for HTML says what it knows.

The forms are Mastodon's (`app/models/account.rb`, MENTION_RE; `app/models/tag.rb`,
HASHTAG_NAME_RE): a hashtag has at least one letter; `@` and `#` count at the start of a word only.
The links are written as Mastodon writes them, because its apps find mentions by these classes.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from html import escape
from urllib.parse import urlsplit

from activitypub.markup import render_speech
from actors.rules.searching import folded

LONGEST_TAG = 100
"""Characters of a hashtag that is remembered; Mastodon cuts its own at about as many."""

_FOUND = re.compile(
    r"(?P<address>https?://[^\s<>\"']*[^\s<>\"'.,;:!?)\]}])"
    r"|(?<![\w@/.+-])@(?P<person>[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?"
    r"(?:@[^\W_](?:[\w.-]*[^\W_])?(?::[0-9]{1,5})?)?)"
    r"|(?<![\w/&=#])#(?P<tag>\w*[^\W\d_]\w*)"
)
_NOT_OF_A_WORD = re.compile(r"\W")


def people_in(markdown: str) -> list[str]:
    """The people a text names, as `name@host` or `name`, in lower case, each once."""
    return list(dict.fromkeys(word.lower() for kind, word in _named(markdown) if kind == "person"))


def hashtags_in(markdown: str) -> list[str]:
    """The hashtags of a text as they are written, without the sign; each once, however written."""
    found: dict[str, str] = {}
    for kind, word in _named(markdown):
        if kind == "tag" and tag_name(word):
            found.setdefault(tag_name(word), word)
    return list(found.values())


def tag_name(text: str) -> str:
    """What a hashtag is remembered and compared by: folded, without sign; empty where it is none.

    Mastodon folds in the same way (`app/lib/hashtag_normalizer.rb`): `#Réparer` is `#reparer`.
    """
    name = _NOT_OF_A_WORD.sub("", folded(text.removeprefix("#")))
    return name if len(name) <= LONGEST_TAG and not name.isdecimal() else ""


def to_html(markdown: str, *, people: Mapping[str, str], tag_page: Callable[[str], str]) -> str:
    """The text as clean HTML with its links.

    Args:
        markdown: the text.
        people: the page of each person who is known, by how `people_in` names her; the names of
            others stay words.
        tag_page: from the name of a hashtag to its page.
    """

    def link(found: re.Match[str]) -> str:
        kind, word = str(found.lastgroup), str(found[found.lastgroup or 0])
        if kind == "address":
            return _address(word)
        if kind == "tag":
            if not tag_name(word):
                return escape(found[0])
            href = escape(tag_page(tag_name(word)))
            return f'<a href="{href}" class="mention hashtag">#<span>{escape(word)}</span></a>'
        page = people.get(word.lower())
        if page is None:
            return escape(found[0])
        name = escape(word.partition("@")[0])
        inner = f'<a href="{escape(page)}" class="u-url mention">@<span>{name}</span></a>'
        return f'<span class="h-card">{inner}</span>'

    return render_speech(markdown, lambda text: _linked(text, link))


def _linked(text: str, link: Callable[[re.Match[str]], str]) -> str:
    parts, end = [], 0
    for found in _FOUND.finditer(text):
        parts += [escape(text[end : found.start()]), link(found)]
        end = found.end()
    return "".join([*parts, escape(text[end:])])


def _address(word: str) -> str:
    try:
        shown = word if urlsplit(word).hostname else ""
    except ValueError:
        shown = ""
    return f'<a href="{escape(word)}">{escape(shown)}</a>' if shown else escape(word)


def _named(markdown: str) -> Iterator[tuple[str, str]]:
    """Kind and text of everything that would become a link, in order."""
    seen: list[tuple[str, str]] = []

    def look(text: str) -> str:
        seen.extend(
            (str(found.lastgroup), found[found.lastgroup or 0]) for found in _FOUND.finditer(text)
        )
        return ""

    render_speech(markdown, look)
    yield from seen
