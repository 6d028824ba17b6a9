"""Lettering: what characters in a name or a text may not do to those who read it.

Some characters turn the words beside them round (Unicode Technical Report 36, section 2.6,
"Bidirectional text spoofing"; CVE-2021-42574), some are not seen at all, some break a line. In a
name, which stands beside words of ours, none of them has a use: which way a name runs is told by
the page around it. Two are needed inside words of Persian, of Indic scripts and in emoji: the
joiner and the non-joiner, which stay between two characters that are not ASCII.
"""

import re
from typing import Final

_TURNING: Final = tuple("\u202a\u202b\u202c\u202d\u202e")
_UNSEEN: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_JOINERS: Final = re.compile("(?<![^\x00-\x7f])[\u200c\u200d]+|[\u200c\u200d]+(?![^\x00-\x7f])")
_CONTROLS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
_NO_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def named(text: str) -> str:
    """A name as one line of what can be seen; empty where nothing can."""
    seen = _JOINERS.sub("", _UNSEEN.sub("", _CONTROLS.sub(" ", text)))
    return " ".join(seen.split())


def upright(text: str) -> str:
    """A text in which nothing is turned round by hand; its marks and lines stay."""
    for sign in _TURNING:  # five searches are quicker than one for any of them
        if sign in text:
            text = text.replace(sign, "")
    return text


def for_xml(text: str) -> str:
    """A text that an XML document may hold (XML 1.0, section 2.2, "Characters"), and upright."""
    return _NO_XML.sub("", upright(text))
