"""HTML of strangers: safe, readable, with pictures only when asked for."""

# ruff: noqa: E501

import pytest

from tickets.mime.html import display, from_text, sanitise, to_text


@pytest.mark.parametrize(
    "html",
    ["<svg onload=x()>", "<img src=x onerror=x()>", "<a href=' javascript:x()'>a</a>", "<meta http-equiv=refresh content=0>", "<base href=//x>",
     "<link rel=stylesheet href=//x>", "<object data=x>", "<embed src=x>", "<p style='background:url(//x)'>a</p>", "<input><button>b</button>",
     "<math><mtext><style><img src=x onerror=x()>", "<div id=x class=modal name=y>a</div>", "<p style='position:fixed;margin:-9px;opacity:0'>a</p>"],
)  # fmt: skip
def test_nothing_that_runs_loads_or_covers_is_left(html: str) -> None:
    safe = sanitise(html)
    for bad in (
        "onload",
        "onerror",
        "javascript",
        "<meta",
        "<base",
        "<link",
        "<object",
        "<embed",
        "url(",
        "<input",
        "<button",
        "modal",
        "fixed",
        "margin",
        "opacity",
    ):
        assert bad not in safe


def test_pictures_are_shown_from_our_own_addresses_only() -> None:
    safe = sanitise(
        '<img src="cid:p%40x" alt="a"><img src="https://x.example/t.gif?a=1&amp;b=2"><img src="cid:gone"><img src="data:image/png;base64,xx">'
    )
    shown, blocked = display(safe, {"p@x": "/file/1"})
    assert shown == '<img src="/file/1" alt="a"><img><img><img>'
    assert blocked == 1
    shown, blocked = display(safe, {}, {"https://x.example/t.gif?a=1&b=2": "/fetch/1"})
    assert '<img src="/fetch/1">' in shown
    assert blocked == 0


def test_html_becomes_text_as_a_person_would_write_it() -> None:
    html = "<h1>Title</h1><p>One<br>two</p><ol><li>a</li><li>b</li></ol><table><tr><td>x</td><td>y</td></tr></table><pre>a\n  b</pre>"
    assert to_text(html) == "Title\n\nOne\ntwo\n\n1. a\n2. b\n\nx y\n\na\n  b"
    assert (
        to_text("<blockquote type=cite>old<blockquote type=cite>older</blockquote></blockquote>new")
        == "> old\n>\n> > older\n\nnew"
    )
    assert (
        to_text("<a href='https://x.example'>x.example</a> <a href='https://y.example'>here</a>")
        == "x.example here <https://y.example>"
    )


def test_plain_text_becomes_safe_html_with_links() -> None:
    assert from_text("Hi <b>\nsee https://x.example/a?b=1&c=2.\n\nBye") == (
        '<p>Hi &lt;b&gt;<br>\nsee <a href="https://x.example/a?b=1&amp;c=2" rel="noopener noreferrer nofollow">'
        "https://x.example/a?b=1&amp;c=2</a>.</p>\n<p>Bye</p>"
    )


def test_the_plain_colour_of_a_background_stays_and_its_picture_does_not() -> None:
    kept = sanitise('<div style="background: #1d4d4f;color:#fff">white on green</div>')
    dropped = sanitise('<p style="background: #000 url(https://tracker.example/x.png)">words</p>')
    assert "background-color:#1d4d4f" in kept
    assert "tracker.example" not in dropped
