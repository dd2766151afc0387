"""What holds for the reply of any text whatsoever."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tickets.mime.html import sanitise
from tickets.mime.quotes import reply_from, reply_of

PIECES = st.sampled_from(
    [
        "> quoted",
        ">> deeper",
        "AO> with initials",
        "| barred",
        "<< angled",
        ">> ",
        "On 3 March 2025 at 10:00, Ann Oak <ann@desk.example> wrote:",
        "Am 03.03.2025 um 10:00 schrieb Ann Oak",
        "<ann@desk.example>:",
        "-----Original Message-----",
        "From: Ann Oak <ann@desk.example>",
        "Sent: Monday, March 3, 2025 10:00",
        "To: Zoe",
        "Subject: Printer",
        "To",
        "Subject",
        "-- ",
        "---",
        "_" * 40,
        "Kind regards,",
        "Zoe Oak",
        "Tel. +44 20 7946 0123",
        "Sent from my iPhone",
        "This e-mail is confidential and intended for the addressee only, delete it if you received it in error.",
        "-----BEGIN PGP SIGNED MESSAGE-----",
        "-----END PGP SIGNATURE-----",
        "[EXTERNAL EMAIL]",
        "",
        "It does not print.",
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=25), max_size=30).map("\n".join)
TAGS = st.sampled_from(
    [
        "<div>",
        "</div>",
        "<p>",
        "<blockquote>",
        '<blockquote type="cite">',
        "</blockquote>",
        '<div class="gmail_quote">',
        '<div style="border-left:1px solid">',
        '<div id="divRplyFwdMsg">',
        "<hr tabindex=-1>",
        "<br>",
    ]
)
MARKUP = st.lists(PIECES | TAGS | st.text(max_size=10), max_size=30).map("".join)
WORDS = st.sampled_from(
    "the printer of my office does not print green pages any more since we moved it to another room".split()
)
SENTENCES = st.lists(WORDS, min_size=6, max_size=12).map(lambda words: " ".join(words).capitalize() + ".")
LETTERS = st.lists(st.lists(SENTENCES, min_size=1, max_size=4).map("\n".join), min_size=1, max_size=6).map("\n\n".join)


def are_lines_of(reply: str, text: str) -> bool:
    """Are the lines of `reply` whole lines of `text`, in its order? White space at their ends does not count."""
    left = iter(line.rstrip() for line in text.split("\n"))
    return all(not line.strip() or line.rstrip() in left for line in reply.split("\n"))


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_the_reply_is_made_of_lines_of_the_text_in_their_order(text: str) -> None:
    assert are_lines_of(reply_of(text), text)


@given(TEXTS, MARKUP)
@settings(max_examples=200, deadline=None)
def test_whatever_the_html_beside_it_says_the_reply_is_made_of_lines_of_the_text(text: str, html: str) -> None:
    assert are_lines_of(reply_from(text, sanitise(html)), text)


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_there_is_a_reply_when_there_is_a_text(text: str) -> None:
    assert bool(reply_of(text).strip()) == bool(text.strip())


@given(TEXTS)
@settings(max_examples=100, deadline=None)
def test_a_reply_has_no_line_that_is_marked_below_an_announcement(text: str) -> None:
    letter = f"It works.\n\nOn 3 March 2025, Ann Oak <ann@desk.example> wrote:\n> Does it?\n{text}"
    assert "> Does it?" not in reply_of(letter).split("\n")


@given(LETTERS)
@settings(max_examples=100, deadline=None)
def test_a_letter_without_marks_header_and_signature_comes_back_whole(letter: str) -> None:
    assert reply_of(letter) == letter


@given(LETTERS)
@settings(max_examples=50, deadline=None)
def test_a_letter_above_an_unmarked_history_comes_back_whole(letter: str) -> None:
    header = "Von: Ann Oak\nGesendet: Montag, 3. März 2025 10:00\nAn: Zoe\nBetreff: AW: Drucker"
    assert reply_of(f"{letter}\n\n{header}\n\n{letter}") == letter


@pytest.mark.parametrize(
    "line",
    [
        "a:",
        "From: a@b.example",
        "To",
        "> x",
        "AB> x",
        "On 3 March 2025, Ann <a@b.example> wrote:",
        "wrote " * 30 + ":",
        "+49 " * 20,
        "From: x Sent: y To: z Subject: w " * 10,
        "a@" * 100,
        "-" * 60,
        " " * 80,
    ],
)
def test_twenty_thousand_lines_that_look_like_something_are_read_in_one_pass(line: str) -> None:
    text = f"It works.\n\n{(line + chr(10)) * 20_000}"
    assert reply_of(text).startswith("It works.")


def test_one_line_of_a_million_characters_is_a_letter() -> None:
    for piece in ("a", "-", "<a@", "1 ", ":", "写道："):
        text = piece * (1_000_000 // len(piece))
        assert reply_of(text) == text.rstrip()


@pytest.mark.parametrize(
    "element",
    [
        "<blockquote>x</blockquote>",
        '<blockquote type="cite">x</blockquote>y',
        '<div style="border-left:1px solid">x</div>',
        '<div class="gmail_quote">a</div><p>b</p>',
    ],
)
def test_ten_thousand_quotes_in_html_are_read_in_one_pass(element: str) -> None:
    assert reply_from("It works.", f"<p>It works.</p>{element * 10_000}") == "It works."


def test_a_list_of_addresses_without_a_mark_is_read_as_written() -> None:
    people = "Please invite:\n\nAnn Oak <ann@desk.example>\nTom Baker <tom@baker.example>\nEva Lind <eva@lind.example>"
    assert reply_of(people) == people
