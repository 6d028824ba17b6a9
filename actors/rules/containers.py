"""Containers: many small files in one, as a ZIP of which there is exactly one for each content.

Everything that ZIP leaves open is fixed here (`deploy/archive.md`): members are stored as they are,
in the order of their names, without dates, comments, extra fields or gaps. So the same members make
the same bytes on every machine, and reading is: take the members out, pack them again, compare.
Whatever hides in a ZIP (two members of one name, a second list, bytes in front or behind, members
that overlap, links, a member that unfolds to gigabytes) makes a difference, and is refused.

Source: PKWARE APPNOTE.TXT 6.3.3, sections 4.3.7, 4.3.12, 4.3.16; read by every unzip.
"""

import re
import struct
import zlib
from collections.abc import Mapping
from typing import Final

from actors.errors import Unwise
from actors.rules.pictures import LARGEST_FILE

MOST_BYTES: Final = 64 * 1024 * 1024
"""Of a whole container: a hundred versions of a large model, and what still fits into memory."""

MOST_MEMBERS: Final = 5_000
"""Far more versions than any model has; their list stays below the limits of a document."""

LARGEST_MEMBER: Final = 1024 * 1024
"""Bytes of one member: the largest document that peers read (`activitypub.limits`)."""

FILES: Final = "media"
"""The folder of files, each named by its SHA-256; everything else is a document."""

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,40}(?:/[a-z0-9][a-z0-9-]{0,40})?\.json")
_FILE: Final = re.compile(rf"{FILES}/[0-9a-f]{{64}}\.(?:jpg|png|pdf)")
_LOCAL: Final = struct.Struct("<4s5H3L2H")
_LISTED: Final = struct.Struct("<4s6H3L5H2L")
_END: Final = struct.Struct("<4s4H2LH")
_LOCAL_MARK: Final = b"PK\x03\x04"
_LISTED_MARK: Final = b"PK\x01\x02"
_END_MARK: Final = b"PK\x05\x06"
_VERSION: Final = 20  # of the format that a reader must know: folders, and nothing newer
_MIDNIGHT: Final = 0
_FIRST_DAY: Final = 0x21  # 1 January 1980, the first one that ZIP can say


def pack(members: Mapping[str, bytes]) -> bytes:
    """The one container with these members.

    Raises:
        Unwise: a name, a size or a number is outside of what is read again.
    """
    if len(members) > MOST_MEMBERS:
        raise _too_many()
    parts: list[bytes] = []
    listed: list[bytes] = []
    place = 0
    for name, data in sorted(members.items()):
        _check(name, len(data))
        written = name.encode("ascii")
        sizes = (zlib.crc32(data), len(data), len(data))
        head = (_VERSION, 0, 0, _MIDNIGHT, _FIRST_DAY, *sizes, len(written), 0)
        parts += [_LOCAL.pack(_LOCAL_MARK, *head), written, data]
        listed += [_LISTED.pack(_LISTED_MARK, _VERSION, *head, 0, 0, 0, 0, place), written]
        place += _LOCAL.size + len(written) + len(data)
    index = b"".join(listed)
    end = _END.pack(_END_MARK, 0, 0, len(members), len(members), len(index), place, 0)
    whole = b"".join([*parts, index, end])
    if len(whole) > MOST_BYTES:
        raise _too_large()
    return whole


def unpack(data: bytes) -> dict[str, bytes]:
    """The members of a container, by name, in order.

    Raises:
        Unwise: these are not the bytes that its members make; the reason says what is wrong.
    """
    if len(data) > MOST_BYTES:
        raise _too_large()
    members: dict[str, bytes] = {}
    place = 0
    while data.startswith(_LOCAL_MARK, place):
        if len(members) == MOST_MEMBERS:
            raise _too_many()
        name, content, place = _member(data, place)
        if name in members:
            raise Unwise(f"The archive holds {name} twice.")
        members[name] = content
    if not members:
        raise Unwise("This is no archive: it does not begin as one.")
    again = pack(members)
    if again != data:
        raise Unwise(
            f"The archive was changed or broken off at byte {_differ_at(again, data)}:"
            " these are not the bytes that its members make."
        )
    return members


def _member(data: bytes, place: int) -> tuple[str, bytes, int]:
    """The member whose head stands here, and where the next one begins."""
    start = place + _LOCAL.size
    if start > len(data):
        raise _broken_off()
    _, _, flags, method, _, _, check, stored, size, name_length, extra = _LOCAL.unpack_from(
        data, place
    )
    written = data[start : start + name_length]
    name = written.decode("ascii", "replace")
    begin = start + name_length + extra
    if flags or method or stored != size:
        raise Unwise(f"{_shown(name)} is compressed or encrypted; members stand as they are.")
    _check(name, size)
    if begin + size > len(data):
        raise _broken_off()
    content = data[begin : begin + size]
    if zlib.crc32(content) != check:
        raise Unwise(f"{name} is damaged: its bytes do not have the check sum they came with.")
    return name, content, begin + size


def _differ_at(one: bytes, other: bytes) -> int:
    """How many bytes at the beginning are the same; found by halves, because there may be many."""
    same, differ = 0, min(len(one), len(other)) + 1
    while differ - same > 1:
        middle = (same + differ) // 2
        if one[same:middle] == other[same:middle]:
            same = middle
        else:
            differ = middle
    return same


def _check(name: str, size: int) -> None:
    is_file = _FILE.fullmatch(name) is not None
    if not is_file and not _NAME.fullmatch(name):
        raise Unwise(f"No member of an archive is called {_shown(name)}.")
    most = LARGEST_FILE if is_file else LARGEST_MEMBER
    if size > most:
        raise Unwise(f"{name} has {size} bytes; {most} is the most that is read.")


def _shown(name: str) -> str:
    """A name that somebody else wrote, for a sentence of ours."""
    return repr(name[:60])


def _too_many() -> Unwise:
    return Unwise(f"An archive has {MOST_MEMBERS} members at most.")


def _too_large() -> Unwise:
    return Unwise(f"An archive has {MOST_BYTES // 1024 // 1024} MiB at most.")


def _broken_off() -> Unwise:
    return Unwise("The archive is broken off.")
