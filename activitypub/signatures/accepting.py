"""`Accept-Signature`: which signature a server asks for, as far as we can give it.

RFC 9421, section 5. The field names signatures like `Signature-Input` does, but parameters may
stand without a value. What we cannot give (components with parameters, other algorithms) is no
fault: then nothing is asked that we understand.

What is signed always covers what an ordinary request of ours covers. Otherwise a server could ask
for a signature over next to nothing, and show it to a third one.
"""

import re
from dataclasses import dataclass

from activitypub.errors import Malformed
from activitypub.iris import Iri, parse
from activitypub.signatures.keys import ED25519, RSA_SHA256
from activitypub.signatures.rfc9421 import CONTENT_DIGEST, METHOD, TARGET_URI

_LONGEST = 2_048  # characters; real ones have under 200
_MOST_COMPONENTS = 16  # real ones ask for 3 to 6
_LABEL = r"[a-z*][a-z0-9_.*-]*"
_PARAMETER = rf';[ ]*({_LABEL})(?:=("[ !#-\[\]-~]*"|-?[0-9]{{1,15}}|\?[01]))?'
_MEMBER = re.compile(rf"({_LABEL})=\(([^()]*)\)((?:{_PARAMETER})*)")
_EACH_PARAMETER = re.compile(_PARAMETER)
_COMPONENTS = re.compile(r' *"[@a-z0-9-]+"(?: +"[@a-z0-9-]+")* *')
_COMPONENT = re.compile(r'"([^"]+)"')
_ALGORITHMS = {"rsa-v1_5-sha256": RSA_SHA256, "ed25519": ED25519}
_KNOWN = frozenset({"created", "expires", "keyid", "alg", "nonce", "tag"})
_ORDINARY = frozenset({METHOD, TARGET_URI, CONTENT_DIGEST, "content-type", "accept"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A signature that a server asks for.

    Attributes:
        label: under which it wants to find it.
        covered: the components to sign, what we sign in any case included.
        key_id: by which key, if it says so.
        algorithm: `RSA_SHA256` or `ED25519`, if it says so.
        expires: whether it wants to be told when the signature expires.
        nonce: to be sent back.
        tag: to be sent back.
    """

    label: str
    covered: tuple[str, ...]
    key_id: Iri | None = None
    algorithm: str | None = None
    expires: bool = False
    nonce: str | None = None
    tag: str | None = None

    @property
    def is_ordinary(self) -> bool:
        """Whether a request that we sign without being asked is signed like that."""
        special = self.expires or self.nonce is not None or self.tag is not None
        return not special and set(self.covered) <= _ORDINARY


def read(header: str, method: str) -> Asked | None:
    """The first signature asked for that we can give; None if there is none.

    Args:
        header: the value of `Accept-Signature`.
        method: of the request that is to be signed.
    """
    if len(header) > _LONGEST:
        return None
    for member in _MEMBER.finditer(header):
        asked = _asked(member[1], member[2], member[3], method)
        if asked is not None:
            return asked
    return None


def _asked(label: str, components: str, rest: str, method: str) -> Asked | None:
    if components.strip() and not _COMPONENTS.fullmatch(components):
        return None
    named = tuple(_COMPONENT.findall(components))
    given = {match[1]: match[2] or "" for match in _EACH_PARAMETER.finditer(rest)}
    algorithm, key_id = given.get("alg"), given.get("keyid")
    if len(named) > _MOST_COMPONENTS or len(set(named)) != len(named) or given.keys() - _KNOWN:
        return None
    if algorithm and algorithm.strip('"') not in _ALGORITHMS:
        return None
    try:
        key = parse(key_id.strip('"')) if key_id and key_id.startswith('"') else None
    except Malformed:
        return None
    always = (METHOD, TARGET_URI, *((CONTENT_DIGEST,) if method == "POST" else ()))
    return Asked(
        label=label,
        covered=(*named, *(one for one in always if one not in named)),
        key_id=key,
        algorithm=_ALGORITHMS[algorithm.strip('"')] if algorithm else None,
        expires="expires" in given,
        nonce=_text(given.get("nonce")),
        tag=_text(given.get("tag")),
    )


def _text(value: str | None) -> str | None:
    """What stands between the quotes; None where there are none."""
    return value[1:-1] if value is not None and value.startswith('"') else None
