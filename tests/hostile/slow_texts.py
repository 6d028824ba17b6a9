"""Everything that reads what strangers write with an expression, on texts that are made to be slow.

Run as a program, because an expression that backtracks cannot be interrupted: the test that starts
it gives it time, and ends it. What takes the cube of the length needs days for these.
"""

import sys
from collections.abc import Callable
from contextlib import suppress

from activitypub import canonical_json, handles, iris, markup, mediatypes
from activitypub.errors import ProtocolError
from activitypub.signatures import accepting, digests
from actors.errors import Refusal
from actors.rules import languages, licences, naming, speech

LENGTH = 8_000
"""Characters: the longest header there can be."""

ATOMS = (
    *("a", "0", "-", ".", "a.", "a-", ".-", "@", "@a", "@a.", "#a", "/", "a/", ":", ";", "; ", ","),
    *("=", 'a="', 'a="a",', '"', '" ', '"a" ', "\\", '\\"', "(", ")", "{", "{a", "[", "]", "[a]("),
    *("<", "<a ", "<p>", "</", "http://", "https://a.", "https://.,", " ", "\t", "\n", " \n", "*"),
    *("**a", "`", "> ", "- ", "| ", "&", "![", "a;q=", "a/b;q=1,", 'a/b;c="', "a=:a:", "\u202e"),
)
STARTS = ("", "@", '"', "https://", "a=", 'a/b;c="', "@a@")
TAILS = ("", "!", '"')

PARSERS: dict[str, Callable[[str], object]] = {
    "a handle": handles.parse,
    "an address": iris.parse,
    "a content type": mediatypes.is_activity,
    "what is accepted": mediatypes.prefers_activity,
    "what signature is wanted": lambda text: accepting.read(text, "GET"),
    "a digest": lambda text: digests.check_digest(text, b""),
    "a digest of RFC 9530": lambda text: digests.check_content_digest(text, b""),
    "JSON": lambda text: canonical_json.parse(text.encode()),
    "a name in an address": naming.check_handle,
    "an e-mail address": naming.check_email,
    "a language": languages.is_tag,
    "a licence": licences.spdx_id,
}
WHOLE_TEXTS: dict[str, Callable[[str], object]] = {
    "people": speech.people_in,
    "hashtags": speech.hashtags_in,
    "HTML": markup.clean,
    "the text of HTML": markup.plain,
}


def main() -> None:
    """Read all of them with each; the last name that was printed is the one that hangs."""
    plain = [atom * (LENGTH // len(atom)) for atom in ATOMS]
    bent = [start + text + tail for start in STARTS for text in plain for tail in TAILS]
    for parsers, texts in ((PARSERS, bent), (WHOLE_TEXTS, plain)):
        for name, parser in parsers.items():
            sys.stdout.write(f"{name}\n")
            sys.stdout.flush()
            for text in texts:
                with suppress(ProtocolError, Refusal):
                    parser(text)


if __name__ == "__main__":
    main()
