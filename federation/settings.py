"""Settings: what the operator decides, read once at start.

They come from `essaim.toml` and from variables named `ESSAIM_<SECTION>_<KEY>`, which win. Lists
in a variable are separated by commas. A few variables have a short name too: `_ALIASES`.

Rules: an unknown key is a fault, because a misspelt limit is no limit; all faults are reported at
once; nothing changes while the server runs. `render` writes the file with a sentence for each
field, and a test keeps `deploy/essaim.toml` equal to the defaults.
"""

import difflib
import ipaddress
import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import urlsplit

from activitypub import iris
from activitypub.errors import ProtocolError
from activitypub.iris import Iri
from actors.errors import Refusal
from actors.rules import colours, hosts, naming
from actors.rules.pictures import Room
from federation import lab
from federation.lab import Crashpoint

FILE: Final = "essaim.toml"
"""The name of the file, in the directory that `load` is given."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_ALIASES: Final = {
    "ESSAIM_PRIVATE_DESTINATIONS": ("federation", "private_destinations"),
    "ESSAIM_ENVIRONMENT": ("instance", "environment"),
    "ESSAIM_CRASHPOINTS": ("lab", "crashpoints"),
    "ESSAIM_CLOCK": ("lab", "clock"),
}
_LAB_SUFFIXES: Final = (".localhost", ".test", ".example")  # reserved by RFC 2606 and RFC 6761
_SQLITE: Final = "sqlite:///"
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_SECRET: Final = '"***"'  # noqa: S105 - what is shown in place of one
_PASSWORD: Final = re.compile(r"(?<=://)([^:/@\s]*):[^@\s]*@")


class BadSettings(Exception):
    """The settings cannot be used.

    Attributes:
        faults: one line each: which key, what it says, what is wanted.
    """

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class PrivateDestination:
    """One address, or range of addresses, and the one port at which it may be called.

    Attributes:
        network: the range; a single address is a range of one.
        port: always exactly one, because another port on a machine is another service.
    """

    network: Network
    port: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `127.0.0.1:8001`, `10.1.0.0/16:443`, `[fd00::7]:443` or `[fd00::/64]:443`.

        Raises:
            ValueError: it is something else: a name, a wildcard, no port, bits beyond the prefix.
        """
        address, _, port = text.rpartition(":")
        bracketed = address.startswith("[") and address.endswith("]")
        network = ipaddress.ip_network(address[1:-1] if bracketed else address)
        if bracketed != (network.version == 6):
            raise ValueError("an IPv6 address stands in brackets, an IPv4 address does not")
        return cls(network, _port(port))

    def allows(self, address: ipaddress.IPv4Address | ipaddress.IPv6Address, port: int) -> bool:
        """Whether this very address, at this very port, is meant."""
        return port == self.port and self.covers(address)

    def covers(self, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
        """Whether the address is in the range, at whatever port."""
        return address in self.network

    def __str__(self) -> str:
        single = self.network.num_addresses == 1
        shown = str(self.network.network_address if single else self.network)
        return f"[{shown}]:{self.port}" if self.network.version == 6 else f"{shown}:{self.port}"


def _port(text: str, lowest: int = 1) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and lowest <= int(text) <= 65535):
        raise ValueError("not a port")
    return int(text)


@dataclass(frozen=True)
class _Told:
    """What is known about one field: a sentence, what is wanted, and how it is read."""

    says: str
    wants: str
    read: Callable[[Any], object]
    many: bool = False
    number: bool = False


def _text(says: str, wants: str, read: Callable[[str], object]) -> dict[str, _Told]:
    def checked(value: object) -> object:
        if not isinstance(value, str):
            raise TypeError("not text")
        return read(value)

    return {"told": _Told(says, wants, checked)}


def _number(says: str, lowest: int, highest: int) -> dict[str, _Told]:
    def checked(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
            raise ValueError("out of range")
        return value

    wants = f"a whole number from {lowest} to {highest}"
    return {"told": _Told(says, wants, checked, number=True)}


def _list(says: str, wants: str, read: Callable[[str], object]) -> dict[str, _Told]:
    def checked(value: object) -> tuple[object, ...]:
        if not isinstance(value, list):
            raise TypeError("not a list")
        return tuple(read(str(item)) for item in value)

    return {"told": _Told(says, wants, checked, many=True)}


def _one_of(*choices: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in choices:
            raise ValueError("not a choice")
        return text

    return read


def _origin(text: str) -> Iri:
    iri = iris.parse(text)
    origin = Iri(iris.origin(iri))
    if iri.removesuffix("/") != origin:
        raise ValueError("more than an origin")
    if origin.startswith("http://") and not _is_lab(urlsplit(origin).hostname or ""):
        raise ValueError("http in public")
    return origin


def _is_lab(host: str) -> bool:
    if host == "localhost" or host.endswith(_LAB_SUFFIXES):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _clock(text: str) -> str:
    lab.offset(text)
    return text


def _name_server(text: str) -> str:
    host, _, port = text.rpartition(":")
    _port(port)
    address = ipaddress.ip_address(host[1:-1] if host.startswith("[") else host)
    if host.startswith("[") != (address.version == 6):
        raise ValueError("brackets belong around IPv6 addresses")
    return text


def _language(text: str) -> str:
    if not _LANGUAGE.fullmatch(text):
        raise ValueError("not a language tag")
    return text


def _listen(text: str) -> str:
    host, _, port = text.rpartition(":")
    _port(port, lowest=0)
    if host != "localhost":
        address = ipaddress.ip_address(host[1:-1] if host.startswith("[") else host)
        if host.startswith("[") != (address.version == 6):
            raise ValueError("brackets belong around IPv6 addresses")
    return text


def _database(text: str) -> str:
    if text.startswith(_SQLITE) and text != _SQLITE:
        return text
    parts = urlsplit(text)
    if parts.scheme != "postgresql" or not parts.path.strip("/"):
        raise ValueError("no such database")
    return text


def _mail_server(text: str) -> str:
    host, _, port = text.rpartition(":")
    if text and (not host or any(sign in host for sign in " /@")):
        raise ValueError("no host")
    if text:
        _port(port)
    return text


def _contact(text: str) -> str:
    if not text:
        return ""
    if text.startswith("https://"):
        return iris.parse(text)
    return naming.check_email(text)


def _colour(text: str) -> str:
    return str(colours.parse(text)) if text else ""


def _path(text: str) -> str:
    if not text.strip() or "\0" in text:
        raise ValueError("not a path")
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """Who we are, and where we listen."""

    origin: Iri = field(
        metadata=_text(
            "The public address of this instance. Every id starts with it: it can never change.",
            "https://host, or http://host[:port] when the host is localhost, below .localhost, "
            ".test or .example, or a loopback address; no path",
            _origin,
        )
    )
    locale: str = field(
        default="fr",
        metadata=_text(
            "The language of pages for readers who do not ask for another one.",
            "a language tag such as fr, en or pt-BR",
            _language,
        ),
    )
    listen: str = field(
        default="127.0.0.1:8000",
        metadata=_text(
            "Where the server accepts connections. A reverse proxy that speaks TLS stands before.",
            "an IP address and a port, such as 127.0.0.1:8000 or [::1]:8000",
            _listen,
        ),
    )
    trusted_proxies: tuple[Network, ...] = field(
        default=(),
        metadata=_list(
            "Proxies that may say for whom they ask (X-Forwarded-For); limits count by it. Empty "
            "means this machine, where the origin is https, and otherwise nobody.",
            "a list of addresses or ranges, such as 10.0.0.7 or 172.16.0.0/12; no names",
            ipaddress.ip_network,
        ),
    )
    environment: str = field(
        default="production",
        metadata=_text(
            "production; or lab, where tests may move the clock and kill the process.",
            "production, or lab when the host of the origin is localhost, below .localhost, .test "
            "or .example, or an address in 127.0.0.0/8",
            _one_of("production", "lab"),
        ),
    )

    contact: str = field(
        default="",
        metadata=_text(
            "Whom to write to about this instance, security above all; shown to everybody.",
            "an e-mail address, or an address that begins with https://, or nothing",
            _contact,
        ),
    )

    @property
    def contact_address(self) -> str:
        """`contact` as a link: `mailto:…` or `https://…`, or empty."""
        return f"mailto:{self.contact}" if self.contact_email else self.contact

    @property
    def contact_email(self) -> str:
        """`contact`, where it is an e-mail address."""
        return "" if self.contact.startswith("https://") else self.contact

    @property
    def is_lab(self) -> bool:
        """Whether tests from outside may move the clock and kill the process."""
        return self.environment == "lab"

    @property
    def listen_host(self) -> str:
        """The address part of `listen`, without brackets."""
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def listen_port(self) -> int:
        """The port part of `listen`; 0 lets the system choose."""
        return int(self.listen.rpartition(":")[2])


@dataclass(frozen=True, slots=True, kw_only=True)
class LookSettings:
    """How pages look, where the network has not decided it itself (`essaim look`, or /look)."""

    colour: str = field(
        default="",
        metadata=_text(
            "The colour of links and buttons; empty: the green of Essaim. One that could not be "
            "read is made darker by day, and lighter by night.",
            "# and six digits, such as #0f6b5e, or nothing",
            _colour,
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseSettings:
    """Where things are remembered."""

    url: str = field(
        default="sqlite:///essaim.db",
        metadata=_text(
            "SQLite file, relative to the directory of this file, or a PostgreSQL database.",
            "sqlite:///file or postgresql://user:password@host/name",
            _database,
        ),
    )
    secret_file: str = field(
        default="essaim.secret",
        metadata=_text(
            "The secret that locks private keys in the database, relative to the directory of this "
            "file. Servers that share a database share it, and a backup needs it.",
            "a path",
            _path,
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Federation:
    """How we call other servers. Times are in seconds, sizes in bytes."""

    private_destinations: tuple[PrivateDestination, ...] = field(
        default=(),
        metadata=_list(
            "Private addresses that may be called, each with its one port; normally none.",
            "a list of IP:port or IP/prefix:port, such as 10.0.0.7:443 or [fd00::7]:443; no names",
            PrivateDestination.parse,
        ),
    )
    public_ports: tuple[int, ...] = field(
        default=(443,),
        metadata=_list(
            "Ports at which public addresses may be called.",
            "a list of ports such as [443, 8443]",
            _port,
        ),
    )
    only_hosts: tuple[str, ...] = field(
        default=(),
        metadata=_list(
            "Hosts, and those below them, with which alone anything is exchanged; empty: with all "
            "that are not blocked.",
            'a list of host names such as ["coop.example"], without ports',
            hosts.named,
        ),
    )
    fetch_timeout: int = field(
        default=10, metadata=_number("Seconds for reading one document.", 1, 60)
    )
    total_timeout: int = field(
        default=30,
        metadata=_number("Seconds for one delivery, or one document with its redirects.", 1, 300),
    )
    max_body: int = field(
        default=1_048_576,
        metadata=_number("Bytes of the largest answer that is read.", 1024, 67_108_864),
    )
    redirects: int = field(
        default=3, metadata=_number("Redirects followed for one document.", 0, 10)
    )
    budget: int = field(
        default=20,
        metadata=_number("Documents fetched because of one incoming activity, at most.", 0, 1000),
    )
    delivery_concurrency: int = field(
        # A thousand a second, of which every fifth hangs until it is found out after 0.3 s, make 60
        # places that are taken; the rest is for those who answer.
        default=96,
        metadata=_number("Deliveries at work at the same time.", 1, 1000),
    )
    waiting_room: int = field(
        default=1000,
        metadata=_number(
            "Deliveries that besides may wait for hosts that are slow to answer; they hold up no "
            "others. Fewer where the system allows few open files.",
            0,
            10_000,
        ),
    )
    per_host: int = field(
        default=4,
        metadata=_number("Deliveries, and fetches, under way to one host at a time.", 1, 64),
    )
    give_up_after_days: int = field(
        default=30,
        metadata=_number(
            "Days we keep trying to reach a silent host; nobody else holds mail as long.", 1, 365
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Dns:
    """Whom we ask for the addresses of other servers."""

    servers: tuple[str, ...] = field(
        default=(),
        metadata=_list(
            "Name servers that are asked instead of the system's; if they are silent, nobody is.",
            "a list of IP:port, such as 127.0.0.53:53 or [::1]:15353",
            _name_server,
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """What other servers may send us."""

    max_body: int = field(
        default=1_048_576,
        metadata=_number("Bytes of the largest activity that is accepted.", 1024, 16_777_216),
    )
    most_per_address: int = field(
        default=30_000,
        metadata=_number(
            "Activities taken from one address in five minutes; 0 means as many as come. More than "
            "one core can judge in that time comes from nobody by accident.",
            0,
            10_000_000,
        ),
    )
    date_back_seconds: int = field(
        default=3900,
        metadata=_number(
            "How old a signature may be: an hour as on Mastodon, and five minutes for bad clocks.",
            60,
            86_400,
        ),
    )
    date_ahead_seconds: int = field(
        default=300,
        metadata=_number("How far ahead of our clock a signature may be dated.", 0, 3600),
    )


EVERYBODY: Final = "everybody"
SIGNED: Final = "signed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """What other servers may read of us."""

    readers: str = field(
        default=EVERYBODY,
        metadata=_text(
            "everybody, or signed: only who signs the request, and not from a blocked host.",
            "everybody or signed",
            _one_of(EVERYBODY, SIGNED),
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaSettings:
    """Pictures and documents that organisations send here."""

    directory: str = field(
        default="media",
        metadata=_text(
            "Where they lie, relative to the directory of this file. Servers that share a database "
            "share it, and a backup needs it.",
            "a path",
            _path,
        ),
    )
    megabytes_per_organisation: int = field(
        default=1000,
        metadata=_number(
            "How much one organisation may keep here; a picture takes one or two.", 1, 1_000_000
        ),
    )

    megabytes_of_others: int = field(
        default=1000,
        metadata=_number(
            "How much is kept here of what models on other servers show, all together, so that it "
            "outlives them; 0 keeps nothing of it.",
            0,
            1_000_000,
        ),
    )

    @property
    def most_bytes(self) -> int:
        """`megabytes_per_organisation` in bytes."""
        return self.megabytes_per_organisation * 1_000_000

    @property
    def room(self) -> Room:
        """The same for both accounts, in bytes."""
        return Room(for_one=self.most_bytes, for_others=self.megabytes_of_others * 1_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailSettings:
    """The mail server through which people are written to: invitations, forgotten passwords."""

    server: str = field(
        default="",
        metadata=_text(
            "Host and port of a mail server that takes our letters; empty: none is sent, and links "
            "are handed over in person.",
            "host:port, such as mail.example.org:587, or nothing",
            _mail_server,
        ),
    )
    security: str = field(
        default="starttls",
        metadata=_text(
            "How the way there is locked: starttls (port 587), tls (port 465), or none, for a "
            "server on this machine or in its own network, and then without a password.",
            "starttls, tls or none",
            _one_of("starttls", "tls", "none"),
        ),
    )
    user: str = field(
        default="",
        metadata=_text("With which name we sign in there; empty: we do not.", "text", str),
    )
    password: str = field(
        default="",
        metadata=_text(
            "Its password; better as the variable ESSAIM_EMAIL_PASSWORD than in this file.",
            "text",
            str,
        ),
    )
    sender: str = field(
        default="",
        metadata=_text(
            "From which address people are written to; wanted where there is a server.",
            "an e-mail address, or nothing",
            lambda text: naming.check_email(text) if text else "",
        ),
    )

    @property
    def is_ready(self) -> bool:
        """Whether letters can be sent."""
        return bool(self.server)


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """What is written about all this."""

    format: str = field(
        default="console",
        metadata=_text(
            "console for people; json or logfmt for programs: one event on each line.",
            "console, json or logfmt",
            _one_of("console", "json", "logfmt"),
        ),
    )
    file: str = field(
        default="",
        metadata=_text(
            "A file, relative to the directory of this file; empty means standard error.",
            "a path, or nothing",
            str,
        ),
    )
    level: str = field(
        default="info",
        metadata=_text(
            "The least important events that are written.",
            "debug, info, warning or error",
            _one_of("debug", "info", "warning", "error"),
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsSettings:
    """Where figures for Prometheus are read without a token."""

    listen: str = field(
        default="",
        metadata=_text(
            "An address and port for /metrics alone, which nobody but Prometheus reaches; empty: "
            "none.",
            "IP:port, such as 127.0.0.1:9101 or [::1]:9101, or nothing",
            lambda text: _listen(text) if text else "",
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Lab:
    """For tests from outside, and only where `environment` is lab."""

    crashpoints: tuple[Crashpoint, ...] = field(
        default=(),
        metadata=_list(
            "Where the process dies as if it were killed: name, or name:n for the n-th passage.",
            "a list of points such as inbox.stored or deliver.sent:2",
            Crashpoint.parse,
        ),
    )
    clock: str = field(
        default="",
        metadata=_text(
            "How far the clock is moved when the process starts.",
            "an offset in seconds, minutes, hours, days or weeks, such as offset:+3d, or nothing",
            _clock,
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything the operator decided.

    Attributes:
        directory: absolute; the home of `essaim.toml`, to which relative paths are relative.
    """

    directory: Path
    instance: Instance
    look: LookSettings = field(default_factory=LookSettings)
    database: DatabaseSettings = field(default_factory=DatabaseSettings)
    federation: Federation = field(default_factory=Federation)
    dns: Dns = field(default_factory=Dns)
    inbox: Inbox = field(default_factory=Inbox)
    documents: Documents = field(default_factory=Documents)
    media: MediaSettings = field(default_factory=MediaSettings)
    email: EmailSettings = field(default_factory=EmailSettings)
    log: Log = field(default_factory=Log)
    metrics: MetricsSettings = field(default_factory=MetricsSettings)
    lab: Lab = field(default_factory=Lab)

    @property
    def secret_file(self) -> Path:
        """Where the secret is that private keys are locked with; see `federation.safekeeping`."""
        return self.directory / self.database.secret_file

    @property
    def media_directory(self) -> Path:
        """Where files lie; see `actors.files`."""
        return self.directory / self.media.directory


_SECTIONS: Final[Mapping[str, Any]] = {
    "instance": Instance,
    "look": LookSettings,
    "database": DatabaseSettings,
    "federation": Federation,
    "dns": Dns,
    "inbox": Inbox,
    "documents": Documents,
    "media": MediaSettings,
    "email": EmailSettings,
    "log": Log,
    "metrics": MetricsSettings,
    "lab": Lab,
}


def load(directory: Path, environ: Mapping[str, str]) -> Settings:
    """Read `essaim.toml` in `directory`, if it is there, and the variables that begin with ESSAIM_.

    Paths of SQLite databases and of the log file come back absolute.

    Raises:
        BadSettings: with every fault that was found.
    """
    directory = directory.resolve()
    faults: list[str] = []
    given = _from_file(directory / FILE, faults)
    _add_variables(given, environ, faults)
    sections: dict[str, Any] = {
        name: _section(name, given.get(name, {}), faults) for name in _SECTIONS
    }
    if faults:
        raise BadSettings(tuple(faults))
    settings = _at_home(Settings(directory=directory, **sections))
    if contradictions := tuple(_contradictions(settings)):
        raise BadSettings(contradictions)
    return settings


def _contradictions(settings: Settings) -> Iterator[str]:
    """What each section may say, and all of them together may not."""
    calls = settings.federation
    if calls.total_timeout < calls.fetch_timeout:
        yield (
            f"federation.total_timeout = {calls.total_timeout}: wanted at least "
            f"federation.fetch_timeout ({calls.fetch_timeout})"
        )
    letters = settings.email
    if letters.server and not letters.sender:
        yield "email.sender: missing; wanted an e-mail address, because there is email.server"
    if letters.password and letters.security == "none":
        yield 'email.security = "none": a password would travel for everybody to read'
    host = urlsplit(settings.instance.origin).hostname or ""
    if settings.instance.is_lab and not _may_be_lab(host):
        yield (
            f'instance.environment = "lab": {host} may be in use; a laboratory is at localhost, '
            "below .localhost, .test or .example, or at an address in 127.0.0.0/8"
        )
    if not settings.instance.is_lab:
        for key in ("crashpoints", "clock"):
            if getattr(settings.lab, key):
                yield f'lab.{key}: only where instance.environment (ESSAIM_ENVIRONMENT) is "lab"'


def _may_be_lab(host: str) -> bool:
    return _is_lab(host) and ":" not in host


def _at_home(settings: Settings) -> Settings:
    """The same settings with absolute paths, so that no reader depends on the working directory."""
    url, file = settings.database.url, settings.log.file
    path = url.removeprefix(_SQLITE)
    if url.startswith(_SQLITE) and not path.startswith(":"):
        url = _SQLITE + str(settings.directory / path)
    return replace(
        settings,
        database=replace(settings.database, url=url),
        log=replace(settings.log, file=str(settings.directory / file) if file else ""),
    )


def _from_file(path: Path, faults: list[str]) -> dict[str, dict[str, object]]:
    try:
        read = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        faults.append(f"{path.name}: cannot be read as TOML: {error}")
        return {}
    given: dict[str, dict[str, object]] = {}
    for name, values in read.items():
        if name not in _SECTIONS:
            faults.append(f"[{name}]: no such section{_meant(name, _SECTIONS)}")
        elif not isinstance(values, dict):
            faults.append(f"{name} = {values!r}: wanted a section [{name}] with keys")
        else:
            given[name] = values
    return given


def _add_variables(
    given: dict[str, dict[str, object]], environ: Mapping[str, str], faults: list[str]
) -> None:
    known = {
        f"ESSAIM_{section}_{told.name}".upper(): (section, told.name)
        for section, kind in _SECTIONS.items()
        for told in fields(kind)
    }
    names = {name: name for name in known} | {
        alias: next(name for name, place in known.items() if place == meant)
        for alias, meant in _ALIASES.items()
    }
    for variable, text in environ.items():
        if not variable.startswith("ESSAIM_"):
            continue
        if variable not in names:
            faults.append(f"{variable}: no such setting{_meant(variable, names)}")
        elif variable in _ALIASES and names[variable] in environ:
            faults.append(f"{variable}: given twice, as {names[variable]} too")
        else:
            section, key = known[names[variable]]
            told = _told(_SECTIONS[section], key)
            given.setdefault(section, {})[key] = _plain(told, text)


def _plain(told: _Told, text: str) -> object:
    """A variable is only text: turn it into what the file would have held."""
    if told.many:
        return [item.strip() for item in text.split(",") if item.strip()]
    if told.number and text.isascii() and text.isdigit() and len(text) <= 12:
        return int(text)
    return text


def _told(kind: Any, key: str) -> _Told:
    described: _Told = next(each for each in fields(kind) if each.name == key).metadata["told"]
    return described


def _section(name: str, given: Mapping[str, object], faults: list[str]) -> object:
    kind = _SECTIONS[name]
    known: dict[str, Field[Any]] = {each.name: each for each in fields(kind)}
    values: dict[str, object] = {}
    before = len(faults)
    for key, value in given.items():
        if key not in known:
            faults.append(f"{name}.{key} = {value!r}: no such setting{_meant(key, known)}")
            continue
        told: _Told = known[key].metadata["told"]
        try:
            values[key] = told.read(value)
        except (ValueError, TypeError, ProtocolError, Refusal):
            shown = _SECRET if key == "password" else hidden(repr(value))
            faults.append(f"{name}.{key} = {shown}: wanted {told.wants}")
    for key, each in known.items():
        if each.default is MISSING and key not in given:
            wants = each.metadata["told"].wants
            faults.append(f"{name}.{key}: missing; wanted {wants}")
    return kind(**values) if len(faults) == before else None


def _meant(name: str, known: Mapping[str, object]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]}?" if close else f"; there are: {', '.join(known)}"


def hidden(text: str) -> str:
    """An address, or a text with addresses in it, without passwords."""
    return _PASSWORD.sub(r"\1:***@", text)


def render(settings: Settings) -> str:
    """The text of an `essaim.toml` that gives these settings, with a sentence for every field."""
    lines = [
        "# Settings of an Essaim instance. Each can also be given as a variable, for instance",
        "# ESSAIM_INSTANCE_ORIGIN for origin in [instance]; the variable wins.",
    ]
    for name, kind in _SECTIONS.items():
        lines += ["", f"# {(kind.__doc__ or '').strip()}", f"[{name}]"]
        for each in fields(kind):
            told: _Told = each.metadata["told"]
            shown = _toml(getattr(getattr(settings, name), each.name))
            lines += [f"# {told.says}", f"{each.name} = {shown}"]
    return "\n".join(lines).replace(f"{_SQLITE}{settings.directory}/", _SQLITE) + "\n"


def describe(settings: Settings) -> str:
    """The effective settings, one `section.key = value` on each line; passwords are hidden."""
    lines = [f"directory = {_toml(str(settings.directory))}"]
    for name, kind in _SECTIONS.items():
        for each in fields(kind):
            value = getattr(getattr(settings, name), each.name)
            shown = _SECRET if each.name == "password" and value else hidden(_toml(value))
            lines.append(f"{name}.{each.name} = {shown}")
    return "\n".join(lines)


def _toml(value: object) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    if isinstance(value, int):
        return str(value)
    # A JSON string is a TOML string, but for one character that TOML wants escaped.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007F")
