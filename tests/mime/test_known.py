"""The reply when the helpdesk knows what it sent: no announcement, no language, no mail program needs to be known."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tickets.mime.known import quoted_lines, reply_knowing
from tickets.mime.parse import Mail, parse

SENT = """Hello Zoe,

please switch the printer off, wait for one minute and switch it on again. Does the
green light come on after that? Please tell us the serial number as well.

Ann
Help Desk"""


def mail(text: str) -> Mail:
    """A mail of Zoe's with this text."""
    return parse(
        f"From: zoe@x.example\nSubject: Re: Printer\nContent-Type: text/plain; charset=utf-8\n\n{text}".encode()
    )


def test_our_words_below_the_answer_are_cut_although_nothing_announces_them() -> None:
    assert reply_knowing(mail(f"It does not.\n\n{SENT}"), [SENT]) == "It does not."


def test_an_announcement_in_an_unknown_language_is_cut_with_them() -> None:
    text = "Ez da pizten.\n\nHelp Desk igorleak hau idatzi du, 2025(e)ko martxoaren 3a:\n\n" + "\n".join(
        "> " + line for line in SENT.split("\n")
    )
    assert reply_knowing(mail(text), [SENT]) == "Ez da pizten."


def test_wrapping_marks_and_white_space_do_not_matter() -> None:
    quoted = (
        "> > Hello Zoe, please switch\n> the   printer off, wait for one minute and\n> switch it on again. Does the green\n"
        "> light come on after that?"
    )
    assert reply_knowing(mail(f"{quoted}\n\nYes it does!"), [SENT]) == "Yes it does!"


def test_answers_between_our_words_stay_although_no_line_is_marked() -> None:
    text = (
        "please switch the printer off, wait for one minute and switch it on again.\nDone, twice.\n"
        "Does the\ngreen light come on after that?\nNo, it is red.\nPlease tell us the serial number as well.\nAB-4711"
    )
    assert reply_knowing(mail(text), [SENT]) == "Done, twice.\n\nNo, it is red.\n\nAB-4711"


def test_a_phrase_of_ours_within_a_sentence_of_the_customer_stays() -> None:
    text = "You say that I should switch the printer off, wait for one minute and switch it on again, but it has no switch."
    assert reply_knowing(mail(text), [SENT]) == text


def test_everything_below_an_outlook_header_is_history_even_what_others_wrote() -> None:
    block = "From: Help <help@desk.example>\nSent: Monday, March 3, 2025 10:00\nTo: Zoe\nSubject: Printer"
    text = f"Thanks.\n\n{block}\n\n{SENT}\n\nolder words of a colleague"
    assert reply_knowing(mail(text), [SENT]) == "Thanks."


def test_without_our_words_the_guess_stands() -> None:
    text = "Hello\n\nOn 3 March 2025, Bob <bob@x.example> wrote:\n> something else"
    assert reply_knowing(mail(text), [SENT]) == "Hello"
    assert reply_knowing(mail(text), []) == "Hello"


def test_a_mail_that_only_repeats_us_stays_whole() -> None:
    assert reply_knowing(mail(SENT), [SENT]) == SENT


def test_a_short_message_of_ours_is_no_evidence() -> None:
    assert reply_knowing(mail("Thank you\n\nI will try"), ["Thank you"]) == "Thank you\n\nI will try"


def test_words_without_spaces_between_them_are_compared_by_character() -> None:
    sent = "プリンターの電源を切って、一分待ってから、もう一度入れてください。緑のランプは点きますか。"
    assert reply_knowing(mail(f"点きません。\n\n{sent[:20]}\n{sent[20:]}"), [sent]) == "点きません。"


LINES = st.sampled_from(
    [*SENT.split("\n"), "> " + SENT.split("\n")[2], "On 3 March 2025, Ann <a@b.example> wrote:", "-- ", "own words"]
)


@given(
    st.lists(LINES | st.text(max_size=30), max_size=20).map("\n".join),
    st.lists(st.sampled_from([SENT, "", "x"]) | st.text(), max_size=3),
)
@settings(max_examples=100, deadline=None)
def test_any_text_gives_lines_of_that_text_and_never_nothing(text: str, sent: list[str]) -> None:
    read = mail(text)
    reply = reply_knowing(read, sent)
    left = iter(line.rstrip() for line in read.text.split("\n"))
    assert all(not line.strip() or line.rstrip() in left for line in reply.split("\n"))
    assert bool(reply.strip()) or not read.text.strip()


def test_fifty_thousand_lines_are_compared_in_one_pass() -> None:
    lines = ["> the same seven words in every line"] * 50_000
    assert len(quoted_lines(lines, ["the same seven words in every line"])) == 50_000
