"""Settings: read once, every fault told at once, every field explained."""

import ipaddress
from datetime import timedelta
from pathlib import Path

import pytest

from activitypub import iris
from federation.lab import offset
from federation.settings import (
    BadSettings,
    Instance,
    PrivateDestination,
    Settings,
    describe,
    load,
    render,
)

DEPLOY = Path(__file__).parents[2] / "deploy" / "essaim.toml"
ORIGIN = {"ESSAIM_INSTANCE_ORIGIN": "https://fr.example"}


def faults(directory: Path, toml: str = "", **environ: str) -> tuple[str, ...]:
    (directory / "essaim.toml").write_text(toml, encoding="utf-8")
    with pytest.raises(BadSettings) as caught:
        load(directory, environ)
    return caught.value.faults


def test_the_origin_alone_is_enough(tmp_path: Path) -> None:
    settings = load(tmp_path, ORIGIN)
    assert settings.instance.origin == "https://fr.example"
    assert settings.instance.locale == "fr"
    assert settings.federation.private_destinations == ()
    assert settings.federation.public_ports == (443,)
    assert settings.inbox.max_body == 1_048_576


def test_without_an_origin_nothing_starts(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path)
    assert fault.startswith("instance.origin: missing")


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    told = faults(
        tmp_path,
        """
        colour = "green"
        [instance]
        origin = "http://fr.org"
        locale = 3
        [federation]
        redirect = 3
        budget = -1
        public_ports = [0]
        private_destinations = ["127.0.0.1"]
        [databse]
        """,
        ESSAIM_INBOX_MAX_BODY="lots",
        ESSAIM_INBOX_MAXBODY="1",
    )
    assert len(told) == 10
    everything = "\n".join(told)
    for key in (
        "[colour]",
        "instance.origin = 'http://fr.org': wanted https://",
        "instance.locale = 3: wanted a language tag",
        "federation.redirect = 3: no such setting; did you mean redirects?",
        "federation.budget = -1: wanted a whole number from 0 to 1000",
        "federation.public_ports = [0]: wanted a list of ports",
        "federation.private_destinations = ['127.0.0.1']: wanted a list of IP:port",
        "[databse]: no such section; did you mean database?",
        "inbox.max_body = 'lots'",
        "ESSAIM_INBOX_MAXBODY: no such setting; did you mean ESSAIM_INBOX_MAX_BODY?",
    ):
        assert key in everything


def test_a_misspelt_variable_is_a_fault(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, ESSAIM_FEDERATION_BUDGETS="3", **ORIGIN)
    assert fault == (
        "ESSAIM_FEDERATION_BUDGETS: no such setting; did you mean ESSAIM_FEDERATION_BUDGET?"
    )


def test_a_file_that_is_not_toml_is_a_fault(tmp_path: Path) -> None:
    assert "cannot be read as TOML" in faults(tmp_path, "origin: https://x", **ORIGIN)[0]


def test_values_of_the_wrong_kind_are_faults(tmp_path: Path) -> None:
    told = faults(
        tmp_path,
        """
        inbox = 3
        [instance]
        origin = ["https://fr.example"]
        listen = "[127.0.0.1]:80"
        [federation]
        budget = true
        per_host = "4"
        public_ports = [true]
        """,
    )
    assert [fault.partition(" ")[0] for fault in told] == [
        "inbox",
        "instance.origin",
        "instance.listen",
        "federation.budget",
        "federation.per_host",
        "federation.public_ports",
    ]


def test_variables_of_other_programs_are_left_alone(tmp_path: Path) -> None:
    assert load(tmp_path, {**ORIGIN, "PATH": "/bin"}).instance.origin == "https://fr.example"


def test_we_may_listen_by_the_name_localhost(tmp_path: Path) -> None:
    instance = load(tmp_path, {**ORIGIN, "ESSAIM_INSTANCE_LISTEN": "localhost:0"}).instance
    assert (instance.listen_host, instance.listen_port) == ("localhost", 0)


def test_the_total_time_is_not_shorter_than_one_fetch(tmp_path: Path) -> None:
    (fault,) = faults(
        tmp_path,
        ESSAIM_FEDERATION_TOTAL_TIMEOUT="5",
        ESSAIM_FEDERATION_FETCH_TIMEOUT="9",
        **ORIGIN,
    )
    assert fault.startswith("federation.total_timeout = 5")


def test_a_variable_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "essaim.toml").write_text('[instance]\norigin = "https://a.example"\n', "utf-8")
    assert load(tmp_path, {}).instance.origin == "https://a.example"
    assert load(tmp_path, ORIGIN).instance.origin == "https://fr.example"


def test_lists_in_variables_are_separated_by_commas(tmp_path: Path) -> None:
    settings = load(
        tmp_path,
        {
            **ORIGIN,
            "ESSAIM_PRIVATE_DESTINATIONS": "127.1.0.0/16:18081, [fd00:12::7]:443",
            "ESSAIM_FEDERATION_PUBLIC_PORTS": "443,8443",
        },
    )
    first, second = settings.federation.private_destinations
    assert first.allows(ipaddress.ip_address("127.1.2.3"), 18081)
    assert not first.allows(ipaddress.ip_address("127.1.2.3"), 18082)
    assert str(second) == "[fd00:12::7]:443"
    assert settings.federation.public_ports == (443, 8443)


def test_the_short_name_and_the_long_name_together_are_a_fault(tmp_path: Path) -> None:
    (fault,) = faults(
        tmp_path,
        ESSAIM_PRIVATE_DESTINATIONS="127.0.0.1:1",
        ESSAIM_FEDERATION_PRIVATE_DESTINATIONS="127.0.0.1:2",
        **ORIGIN,
    )
    assert "given twice" in fault


@pytest.mark.parametrize(
    "origin",
    [
        "https://fr.example",
        "http://localhost:8001",
        "http://fr.localhost:8001",
        "http://fr.test",
        "http://127.0.0.2:8001",
        "http://[::1]:8001",
    ],
)
def test_an_origin_is_public_with_https_or_in_a_laboratory(tmp_path: Path, origin: str) -> None:
    assert load(tmp_path, {"ESSAIM_INSTANCE_ORIGIN": origin + "/"}).instance.origin == origin


@pytest.mark.parametrize(
    "origin",
    [
        "fr.example",
        "ftp://fr.example",
        "http://fr.org",
        "http://10.0.0.1",
        "http://localhost.evil.org",
        "https://fr.example/path",
        "https://fr.example?x",
        "https://user@fr.example",
        "",
    ],
)
def test_another_origin_is_refused(tmp_path: Path, origin: str) -> None:
    assert "instance.origin" in faults(tmp_path, ESSAIM_INSTANCE_ORIGIN=origin)[0]


@pytest.mark.parametrize("listen", ["8000", "fr.example:80", "127.0.0.1:99999", "::1:80", ":80"])
def test_we_listen_at_an_address_and_a_port(tmp_path: Path, listen: str) -> None:
    assert "instance.listen" in faults(tmp_path, ESSAIM_INSTANCE_LISTEN=listen, **ORIGIN)[0]


def test_the_listening_address_comes_in_two_parts(tmp_path: Path) -> None:
    instance = load(tmp_path, {**ORIGIN, "ESSAIM_INSTANCE_LISTEN": "[::1]:8000"}).instance
    assert (instance.listen_host, instance.listen_port) == ("::1", 8000)


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite:///", "postgresql://host", "essaim.db"])
def test_another_database_is_refused(tmp_path: Path, url: str) -> None:
    assert "database.url" in faults(tmp_path, ESSAIM_DATABASE_URL=url, **ORIGIN)[0]


def test_paths_are_relative_to_the_file_and_not_to_the_working_directory(tmp_path: Path) -> None:
    settings = load(tmp_path, {**ORIGIN, "ESSAIM_LOG_FILE": "essaim.log"})
    assert settings.database.url == f"sqlite:///{tmp_path}/essaim.db"
    assert settings.log.file == str(tmp_path / "essaim.log")
    assert settings.directory == tmp_path


def test_a_password_is_never_shown(tmp_path: Path) -> None:
    url = "postgresql://essaim:hunter2@localhost/essaim"
    settings = load(tmp_path, {**ORIGIN, "ESSAIM_DATABASE_URL": url})
    assert settings.database.url == url
    assert "hunter2" not in describe(settings)
    broken = faults(tmp_path, ESSAIM_DATABASE_URL="mysql://essaim:hunter2@localhost/x", **ORIGIN)
    assert "hunter2" not in broken[0]


def test_what_is_written_reads_back_the_same(tmp_path: Path) -> None:
    settings = load(
        tmp_path,
        {
            **ORIGIN,
            "ESSAIM_PRIVATE_DESTINATIONS": "127.0.0.0/8:8001,[fd00::/64]:443",
            "ESSAIM_LOG_FORMAT": "json",
            "ESSAIM_FEDERATION_BUDGET": "7",
        },
    )
    text = render(settings)
    (tmp_path / "essaim.toml").write_text(text, encoding="utf-8")
    assert load(tmp_path, {}) == settings
    assert 'url = "sqlite:///essaim.db"' in text


def test_the_example_file_holds_every_setting_with_its_default() -> None:
    instance = Instance(origin=iris.parse("https://essaim.example"))
    example = Settings(directory=DEPLOY.parent, instance=instance)
    assert DEPLOY.read_text(encoding="utf-8") == render(example)


def test_the_example_file_can_be_used_as_it_is() -> None:
    assert load(DEPLOY.parent, {}).instance.origin == "https://essaim.example"


@pytest.mark.parametrize(
    "text",
    [
        "127.0.0.1",
        "127.0.0.1:",
        "127.0.0.1:*",
        "127.0.0.1:80-90",
        "127.0.0.1:0",
        "127.0.0.1:65536",
        "127.0.0.1/8:80",
        "localhost:80",
        "*:80",
        "::1:80",
        "[127.0.0.1]:80",
        "[::1]",
        "127.0.0.1:８０",
        "",
    ],
)
def test_a_private_destination_is_an_address_and_exactly_one_port(text: str) -> None:
    with pytest.raises(ValueError, match=r"port|address|network|brackets|host bits"):
        PrivateDestination.parse(text)


LAB = {"ESSAIM_INSTANCE_ORIGIN": "http://a.localhost:8001", "ESSAIM_ENVIRONMENT": "lab"}


def test_a_laboratory_may_be_killed_and_moved_in_time(tmp_path: Path) -> None:
    settings = load(
        tmp_path,
        {**LAB, "ESSAIM_CRASHPOINTS": "inbox.stored:2,move.3", "ESSAIM_CLOCK": "offset:+3d"},
    )
    assert [str(one) for one in settings.lab.crashpoints] == ["inbox.stored:2", "move.3:1"]
    assert offset(settings.lab.clock) == timedelta(days=3)


@pytest.mark.parametrize(
    "origin",
    ["https://fr.org", "https://localhost.fr.org", "http://[::1]:8001", "https://10.0.0.1"],
)
def test_a_laboratory_is_never_in_public(tmp_path: Path, origin: str) -> None:
    (fault,) = faults(tmp_path, ESSAIM_INSTANCE_ORIGIN=origin, ESSAIM_ENVIRONMENT="lab")
    assert "laboratory" in fault


@pytest.mark.parametrize(
    ("variable", "value"),
    [("ESSAIM_CRASHPOINTS", "inbox.stored"), ("ESSAIM_CLOCK", "offset:+3d")],
)
def test_outside_a_laboratory_its_variables_are_a_fault(
    tmp_path: Path, variable: str, value: str
) -> None:
    (fault,) = faults(tmp_path, **ORIGIN, **{variable: value})
    assert 'is "lab"' in fault


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ESSAIM_CRASHPOINTS", "inbox.lost"),
        ("ESSAIM_CRASHPOINTS", "inbox.stored:0"),
        ("ESSAIM_CRASHPOINTS", "inbox.stored.3"),
        ("ESSAIM_CLOCK", "tomorrow"),
        ("ESSAIM_CLOCK", "offset:+99999999w"),
        ("ESSAIM_ENVIRONMENT", "test"),
        ("ESSAIM_DNS_SERVERS", "127.0.0.1"),
        ("ESSAIM_DNS_SERVERS", "ns.example:53"),
        ("ESSAIM_INSTANCE_TRUSTED_PROXIES", "caddy"),
    ],
)
def test_what_cannot_be_meant_is_a_fault(tmp_path: Path, variable: str, value: str) -> None:
    assert len(faults(tmp_path, **{**LAB, variable: value})) == 1


def test_name_servers_have_ports(tmp_path: Path) -> None:
    settings = load(tmp_path, {**ORIGIN, "ESSAIM_DNS_SERVERS": "127.0.0.5:15353,[::1]:53"})
    assert settings.dns.servers == ("127.0.0.5:15353", "[::1]:53")
