"""Speech: people, hashtags and addresses in what somebody types."""

import pytest

from actors.rules import speech


def html(text: str, **people: str) -> str:
    known = {name.replace("_at_", "@"): page for name, page in people.items()}
    return speech.to_html(text, people=known, tag_page=lambda name: f"https://a.test/tags/{name}")


def test_people_are_named_with_their_host_or_as_neighbours() -> None:
    text = "Hi @Ada@peer.test, (@coop) and @bob_x@m.example:8443. @ada@peer.test again."
    assert speech.people_in(text) == ["ada@peer.test", "coop", "bob_x@m.example:8443"]


@pytest.mark.parametrize(
    "text",
    [
        "mail ada@peer.test",
        "`@ada@peer.test`",
        "    @ada@peer.test",
        "[@ada@peer.test](https://x.test)",
        "https://m.test/@ada",
        "a/@ada",
        "@@ada@",
        "@",
    ],
)
def test_what_only_looks_like_a_name_is_none(text: str) -> None:
    assert (
        speech.people_in(text) in ([], ["ada"]) if text == "@@ada@" else not speech.people_in(text)
    )


def test_hashtags_are_compared_folded_and_have_a_letter() -> None:
    text = "#Réparer #2026 a#b x/#frag #Été_1 #reparer `#code` ##deux"
    assert speech.hashtags_in(text) == ["Réparer", "Été_1"]
    assert speech.tag_name("#Réparer") == speech.tag_name("reparer") == "reparer"
    assert (
        speech.tag_name("#2026") == speech.tag_name("#" + "a" * 101) == speech.tag_name("#") == ""
    )


def test_names_that_are_known_become_links_and_others_stay_words() -> None:
    written = html("@ada@peer.test & @eve@peer.test", ada_at_peer_test="")
    assert "<a" not in written
    known = {"ada@peer.test": 'https://peer.test/@ada?"x'}
    written = speech.to_html("@ada@peer.test & @eve@peer.test", people=known, tag_page=str)
    assert written == (
        '<p><span class="h-card"><a href="https://peer.test/@ada?&quot;x" class="u-url mention" '
        'rel="nofollow noopener noreferrer">@<span>ada</span></a></span> &amp; @eve@peer.test</p>\n'
    )


def test_hashtags_and_addresses_become_links_and_lines_stay_lines() -> None:
    written = html("#Été\nhttps://x.test/a?b=1&c=2. <b>")
    rel = 'rel="nofollow noopener noreferrer"'
    assert written == (
        f'<p><a href="https://a.test/tags/ete" class="mention hashtag" {rel}>#<span>Été</span></a>'
        f'<br>\n<a href="https://x.test/a?b=1&amp;c=2" {rel}>https://x.test/a?b=1&amp;c=2</a>. '
        "&lt;b&gt;</p>\n"
    )


@pytest.mark.parametrize(
    "text", ["https://[", "https://", "http://]", "@a@" + "b." * 2000, "#" * 5000]
)
def test_nonsense_is_only_text(text: str) -> None:
    assert "<a" not in html(text)
