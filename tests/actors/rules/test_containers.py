"""Containers: one for each content, read by every unzip, and nothing can hide in one."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

import pytest

from actors.errors import Unwise
from actors.rules import containers
from actors.rules.containers import LARGEST_MEMBER, MOST_MEMBERS, pack, unpack

MEMBERS = {"manifest.json": b"{}", "versions/1.json": b'{"n":1}', "versions/2.json": b'{"n":2}'}


def zipped(
    *members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_STORED
) -> bytes:
    """What another program makes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as made:
        for name, data in members:
            made.writestr(name, data)
    return file.getvalue()


def test_every_unzip_reads_it_and_the_order_of_writing_does_not_matter() -> None:
    data = pack(MEMBERS)
    assert data == pack(dict(reversed(MEMBERS.items())))
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        assert opened.testzip() is None
        assert {name: opened.read(name) for name in opened.namelist()} == MEMBERS
    assert unpack(data) == MEMBERS


def test_no_byte_of_it_can_be_changed_and_none_left_out_or_added() -> None:
    data = pack(MEMBERS)
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= 1 << place % 8
        with pytest.raises(Unwise):
            unpack(bytes(changed))
        with pytest.raises(Unwise):
            unpack(data[:place])
    for added in (data + b"\0", b"\0" + data, data + data, b"#!/bin/sh\n" + data):
        with pytest.raises(Unwise):
            unpack(added)


def test_what_is_damaged_is_named() -> None:
    data = pack(MEMBERS)
    with pytest.raises(Unwise, match=r"versions/1\.json is damaged"):
        unpack(data.replace(b'{"n":1}', b'{"n":7}'))
    with pytest.raises(Unwise, match="changed or broken off at byte"):
        unpack(data[:-1] + b"\1")


@pytest.mark.parametrize(
    "name",
    [
        *("../secret.json", "/etc/passwd", "a/../b.json", "a\\b.json", "C:x.json", ".json"),
        *("a/b/c.json", "Versions/1.json", "versions/1.JSON", "versions/1.sh", "a/"),
        *("a" * 60 + ".json", "é.json"),
    ],
)
def test_no_name_leads_anywhere(name: str) -> None:
    with pytest.raises(Unwise, match=r"called|compressed"):
        unpack(zipped((name, b"{}")))
    with pytest.raises(Unwise):
        pack({name: b"{}"})


def link() -> bytes:
    info = zipfile.ZipInfo("link.json", (1980, 1, 1, 0, 0, 0))
    info.external_attr = 0o120777 << 16
    return zipped((info, b"/etc/passwd"))


def two_of_one_name() -> bytes:
    once = pack({"a.json": b"1"})
    start = once.index(b"PK\x01\x02")
    return once[:start] + once


def bomb() -> bytes:
    return zipped(("a.json", bytes(LARGEST_MEMBER)), method=zipfile.ZIP_DEFLATED)


def lies_about_its_size() -> bytes:
    head = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 0, 0, 0x21, 0, 2**32 - 1, 2**32 - 1, 6, 0)
    return head + b"a.json"


def says_less_than_there_is() -> bytes:
    head = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 0, 0, 0x21, zlib.crc32(b"12345"), 5, 5, 6, 0)
    return head + b"a.json" + b"12345678"


def other_clock() -> bytes:
    return zipped(("a.json", b"{}"))


@pytest.mark.parametrize(
    "made",
    [
        link,
        two_of_one_name,
        bomb,
        lies_about_its_size,
        says_less_than_there_is,
        other_clock,
        lambda: b"",
        lambda: b"PK\x05\x06" + bytes(18),
        lambda: b"PK\3\4" * 1000,
        lambda: b"{}",
    ],
)
def test_what_other_programs_hide_in_one_is_refused(made: Callable[[], bytes]) -> None:
    with pytest.raises(Unwise):
        unpack(made())


def test_a_hundred_thousand_members_are_not_even_counted() -> None:
    one = pack({"a.json": b""})
    member = one[: one.index(b"PK\x01\x02")]
    names = (f"{number:06}".encode() for number in range(100_000))
    with pytest.raises(Unwise, match=f"{MOST_MEMBERS} members at most"):
        unpack(
            b"".join(
                member.replace(b"a.json", b"%s.json" % name).replace(b"\x06\0\0\0", b"\x0b\0\0\0")
                for name in names
            )
        )
    with pytest.raises(Unwise, match="members at most"):
        pack({f"{number}.json": b"" for number in range(MOST_MEMBERS + 1)})


def test_what_is_too_large_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unwise, match="is the most that is read"):
        pack({"a.json": bytes(LARGEST_MEMBER + 1)})
    monkeypatch.setattr(containers, "MOST_BYTES", 100)
    with pytest.raises(Unwise, match="MiB at most"):
        unpack(bytes(101))
