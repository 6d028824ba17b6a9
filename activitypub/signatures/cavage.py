"""The string that a draft-cavage-12 signature is made over, and what it must cover.

draft-cavage-http-signatures-12, section 2.3. What must be covered is what Mastodon asks for
(`signature_verification.rb`) and what Akkoma, GoToSocial and Misskey send: the target and the host,
so that nothing can be replayed elsewhere; a time, so that nothing can be replayed later; on POST
the digest, so that the body counts.

Mastodon signs the path without the query in old versions and with it in new ones: both are tried.
"""

from datetime import datetime

from activitypub import iris
from activitypub.errors import NotAuthentic
from activitypub.signatures.claims import Claim
from activitypub.wire import Request

TARGET = "(request-target)"
CREATED = "(created)"
EXPIRES = "(expires)"


def signing_strings(
    request: Request,
    covered: tuple[str, ...],
    *,
    created: datetime | None = None,
    expires: datetime | None = None,
) -> tuple[bytes, ...]:
    """What a signature may have been made over: with the query, and without it if there is one.

    Raises:
        NotAuthentic: A covered header was not sent, or was sent twice.
    """
    target, query = _target(request)
    spellings = (target + query, target) if query and TARGET in covered else (target + query,)
    times = {CREATED: created, EXPIRES: expires}
    texts = []
    for spelling in spellings:
        lines = []
        for name in covered:
            if name == TARGET:
                value = spelling
            elif name in times:
                value = _seconds(name, times[name])
            else:
                value = _sent_once(request, name)
            lines.append(f"{name}: {value}")
        texts.append("\n".join(lines).encode())
    return tuple(texts)


def check_coverage(request: Request, claim: Claim) -> None:
    """Check that the signature is about this request, here and now.

    Raises:
        NotAuthentic: It leaves out the target, the host, the time or (on POST) the digest; or a
            header that must be unique was sent twice.
    """
    for name in ("host", "date", "digest"):
        if len(request.headers_named(name)) > 1:
            raise _uncovered(f"the header {name} may be sent only once")
    needed = [TARGET, "host"] + (["digest"] if request.method == "POST" else [])
    for name in needed:
        if name not in claim.covered:
            raise _uncovered(f"the signature must cover {name}")
    if "date" not in claim.covered and CREATED not in claim.covered:
        raise _uncovered("the signature must cover date or (created)")


def _target(request: Request) -> tuple[str, str]:
    """Method and raw path, and apart from them the query with its question mark."""
    raw = iris.without_fragment(request.url).removeprefix(iris.origin(request.url))
    path, mark, query = raw.partition("?")
    return f"{request.method.lower()} {path or '/'}", mark + query


def _seconds(name: str, moment: datetime | None) -> str:
    if moment is None:
        raise _uncovered(f"the signature covers {name} but does not give it")
    return str(int(moment.timestamp()))


def _sent_once(request: Request, name: str) -> str:
    values = request.headers_named(name)
    if len(values) != 1:
        raise _uncovered(f"the signature covers {name}, which must be sent exactly once")
    return values[0].strip()


def _uncovered(reason: str) -> NotAuthentic:
    return NotAuthentic(reason, code="coverage")
