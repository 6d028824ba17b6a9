"""Which HTML survives the trip."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activitypub import markup

REL = 'rel="nofollow noopener noreferrer"'


@pytest.mark.parametrize(
    "html",
    [
        "<p>a<br>b</p>",
        "<h1>a</h1><h6>b</h6><hr>",
        '<ul><li>a</li></ul><ol start="3"><li>b</li></ol>',
        "<pre><code>a</code></pre><blockquote><p>b</p></blockquote>",
        "<b>a</b><strong>b</strong><i>c</i><em>d</em><u>e</u><del>f</del><s>g</s>",
        '<p lang="fr" dir="ltr">à</p>',
        '<table><thead><tr><th>a</th></tr></thead><tbody><tr><td colspan="2">b</td></tr></tbody>'
        "</table>",
        "<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>",
        '<span class="invisible">https://</span><span class="ellipsis">example.com</span>',
    ],
)
def test_text_with_structure_survives(html: str) -> None:
    assert markup.clean(html) == html


def test_mentions_and_links_survive_with_a_rel_of_ours() -> None:
    cleaned = markup.clean(
        '<span class="h-card"><a href="https://x.example/@a" class="u-url mention navbar"'
        ' rel="me opener" target="_blank" ping="https://evil.example/">@<span>a</span></a></span>'
    )
    assert cleaned == (
        '<span class="h-card"><a href="https://x.example/@a" class="u-url mention"'
        f" {REL}>@<span>a</span></a></span>"
    )


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<p onclick=alert(1)>x</p>",
        '<a href="javascript:alert(1)">x</a>',
        '<a href="java\tscript:alert(1)">x</a>',
        '<a href="&#106;avascript:alert(1)">x</a>',
        '<a href="data:text/html,<script>alert(1)</script>">x</a>',
        '<a href="//evil.example/">x</a>',
        "<img src=x onerror=alert(1)>",
        "<svg><style><img src=x onerror=alert(1)></style></svg>",
        "<math><annotation encoding='text/html'><script>alert(1)</script></annotation></math>",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
        "<template><script>alert(1)</script></template>",
        "<style>p{background:url(https://evil.example/)}</style>",
        '<p style="position:fixed">x</p>',
        '<p id="main" class="modal">x</p>',
        '<form action="https://evil.example/"><input name=x></form>',
        '<base href="https://evil.example/">',
        '<meta http-equiv="refresh" content="0;url=https://evil.example/">',
        '<iframe src="https://evil.example/"></iframe>',
        '<object data="https://evil.example/"></object><embed src="https://evil.example/">',
        "<!-- <script>alert(1)</script> --><![CDATA[<script>]]>",
    ],
)
def test_nothing_that_runs_styles_or_loads_survives(html: str) -> None:
    cleaned = markup.clean(html)
    for trace in ("<script", "alert", "style", "src=", "evil.example", "id=", "modal", "<form"):
        assert trace not in cleaned.replace("&lt;script", "")
    assert markup.clean(cleaned) == cleaned


@given(st.text(alphabet="<>&\"'/=abipts !-[]:", max_size=60))
def test_cleaning_twice_changes_nothing_more(html: str) -> None:
    once = markup.clean(html)
    assert markup.clean(once) == once


@pytest.mark.parametrize("html", ["<" * 100_000, "<div>" * 5_000, "<p>" * 20_000, "<b>" * 20_000])
def test_bombs_are_survived(html: str) -> None:
    assert len(markup.clean(html)) <= len(html) * 4


def test_markdown_becomes_clean_html() -> None:
    html = markup.render(
        "# Coût\n\n- *un*\n- **deux**\n\n|a|b|\n|-|-|\n|1|2|\n\n~~vieux~~"
        " [lien](https://x.example/) [mal](javascript:x) ![image](https://x.example/i.png)"
        " <b onclick=x>HTML</b>"
    )
    for piece in (
        "<h1>Coût</h1>",
        "<li><em>un</em></li>",
        "<strong>deux</strong>",
        "<td>1</td>",
        "<s>vieux</s>",
        f'<a href="https://x.example/" {REL}>lien</a>',
        "&lt;b onclick=x&gt;",
    ):
        assert piece in html
    assert "<img" not in html
    assert "<b" not in html


def test_plain_text_has_a_line_for_each_block() -> None:
    html = (
        "<p>Un  &amp; deux<br>trois</p><ul><li>a</li><li>b</li></ul>"
        "<table><tr><td>1</td><td>2</td></tr></table><script>x</script>&nbsp;&lt;fin&gt;"
    )
    assert markup.plain(html) == "Un & deux\ntrois\na\nb\n1 2\n<fin>"
