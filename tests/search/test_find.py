"""What a search finds: the same on SQLite and on PostgreSQL."""

import unicodedata
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.flows.desk import arrive, arrive_together, mail, mailbox
from tests.search.desk import found
from tickets.actions.change import assign, set_status, set_subject, tag, untag
from tickets.actions.contact import edit_contact
from tickets.actions.merge import merge
from tickets.actions.note import note
from tickets.actions.snooze import snooze
from tickets.actions.spam import mark_spam
from tickets.actions.unmerge import unmerge
from tickets.mime.build import File
from tickets.models import Account, Agent, Message, ReadMark, Team, Ticket
from tickets.search import find, read_query, refresh

pytestmark = pytest.mark.database
BERLIN = ZoneInfo("Europe/Berlin")

# What somebody wrote, what is typed, and whether it is found.
SAID_AND_TYPED = [
    ("The printer smokes", "print", True),
    ("The printer smokes", "rinter", False),
    ("The printer smokes", "SMOKES Printer", True),
    ("The printer smokes", '"printer smokes"', True),
    ("The printer smokes", '"smokes printer"', False),
    ("The printer smokes", "“printer smo”", True),
    ("Die Straße in Łódź", "strasse lodz", True),
    ("smørrebrød", "SMORREBROD", True),
    ("Ёлка и мёд", "елка мед", True),
    ("елка", "ЁЛКА", True),
    ("Замовлення № 17", "замовлення 17", True),
    ("DIYARBAKIR ilçesi", "diyarbakır", True),
    ("diyarbakır", "DIYARBAKIR", True),
    ("İZMİR'den", "izmir", True),
    ("プリンターが壊れました", "壊れ", True),
    ("プリンターが壊れました", "れ壊", False),
    ("ﾌﾟﾘﾝﾀｰ", "プリンター", True),
    ("我的订单在哪里", "订单", True),
    ("프린터가 고장났어요", "고장", True),
    ("الطّابِعةُ مُعطَّلة", "الطابعة معطله", True),
    ("הַמַּדְפֶּסֶת לא עובדת", "המדפסת", True),
    ("เครื่องพิมพ์เสีย", "พิมพ์", True),
    ("मेरा प्रिंटर खराब है", "प्रिंटर", True),
    ("Résumé naïve", "resume NAIVE", True),
    ("write to zoe.reed@customer.example", "zoe.reed@customer", True),
    ("the order A-1042/B_7", "1042 b", True),
    ("the order A-1042/B_7", "A-1042/B_7", True),
    ("don’t panic", "don't", True),
    ("٣٤ ريال", "34", True),
    ("full\u200bwidth ＡＢＣ", "fullwidth abc", True),
    ("x " * 300 + "the end", '"the end"', True),
]


@pytest.fixture
def support(db: None) -> Account:
    return mailbox()


def write(support: Account, text: str, **more: object) -> Ticket:
    message = arrive(support, mail(text, **more))  # type: ignore[arg-type]
    assert message is not None
    return message.ticket


def test_words_are_found_in_every_script(support: Account, ann: Agent) -> None:
    everything = dict.fromkeys(said for said, _typed, _found in SAID_AND_TYPED)
    arrive_together(support, [mail(said, subject="") for said in everything])
    tickets = dict(zip(everything, Ticket.objects.order_by("number"), strict=True))
    wrong = [
        (said, typed)
        for said, typed, is_found in SAID_AND_TYPED
        if (tickets[said].number in found(ann, typed)) != is_found
    ]
    assert wrong == []


def test_all_words_stand_in_one_message_and_may_be_in_any_part_of_it(support: Account, ann: Agent) -> None:
    file = File("invoice-März.pdf", "application/pdf", b"%PDF")
    ticket = write(support, "It smokes.", subject="Printer", name="Zoë Reed", files=(file,))
    for typed in (
        "printer smokes",
        "zoe printer",
        "invoice marz",
        "customer.example smokes",
        f"#{ticket.number} smokes",
    ):
        assert found(ann, typed) == [ticket.number], typed
    assert not found(ann, '"printer it"')  # a phrase does not run from the subject into the text


def test_the_newest_matching_message_comes_first(support: Account, ann: Agent) -> None:
    first, second = write(support, "the pump"), write(support, "the pump")
    assert found(ann, "pump") == [second.number, first.number]
    note(first, "ask about the pump", ann)
    assert found(ann, "pump") == [first.number, second.number]


def test_mail_that_moved_in_stands_where_its_own_date_puts_it(support: Account, ann: Agent) -> None:
    new = write(support, "the pump")
    old = arrive(support, mail("the pump", date=timezone.now() - timedelta(days=900)), history=True)
    assert old is not None
    assert found(ann, "pump") == [new.number, old.ticket.number]
    assert found(ann, "pump before:30d") == [old.ticket.number]


def test_notes_are_found(support: Account, ann: Agent) -> None:
    ticket = write(support, "Hello")
    note(ticket, "a difficult customer", ann)
    assert found(ann, "difficult from:ann") == [ticket.number]


@pytest.fixture
def desk(support: Account, ann: Agent, ben: Agent) -> dict[str, int]:
    """Four tickets, by a name for each."""
    zoe = write(support, "invoice paid", subject="Invoice", sender="zoe@reed.example", name="Zoe Reed")
    bob = write(
        support, "invoice open", subject="Question", sender="bob@hill.example", name="Bob Hill", cc="eve@x.example"
    )
    file = File("plan.pdf", "application/pdf", b"%PDF")
    cem = write(support, "see the plan", subject="Plan", sender="cem@kaya.example", name="Cem Kaya", files=(file,))
    dan = write(support, "thanks", subject="Thanks", sender="dan@x.example", name="Dan")
    tag(bob, ["VIP client"], ann)
    assign(zoe, ben, ann)
    assign(cem, ann, ann)
    set_status(dan, "solved", ann)
    return {"zoe": zoe.number, "bob": bob.number, "cem": cem.number, "dan": dan.number}


OPERATORS = [
    ("from:zoe", "zoe"),
    ("FROM:reed.example", "zoe"),
    ('from:"zoe reed"', "zoe"),
    ("from: zoe", "zoe"),
    ("zoe", "zoe"),
    ("to:eve", "bob"),
    ("to:support plan", "cem"),
    ("subject:invoice", "zoe"),
    ("invoice -subject:invoice", "bob"),
    ("invoice -paid", "bob"),
    ("invoice -from:zoe", "bob"),
    ("paid OR plan", "cem zoe"),
    ("invoice paid OR open", "bob zoe"),
    ("tag:vip-client", "bob"),
    ('tag:"VIP Client"', "bob"),
    ("vip invoice", "bob"),
    ("-tag:“vip client” invoice", "zoe"),
    ("is:solved", "dan"),
    ("is:new is:unassigned", "bob"),
    ("is:mine", "cem"),
    ("-is:solved -assigned:ben", "cem bob"),
    ("assigned:me", "cem"),
    ("assigned:ben", "zoe"),
    ("assigned:nobody", "dan bob"),
    ("assigned:ben invoice", "zoe"),
    ("has:attachment", "cem"),
    ("invoice -has:attachment", "bob zoe"),
    ("is:new has:file", "cem"),
    ("channel:email plan", "cem"),
    ("before:2020", ""),
    ("after:today plan", "cem"),
    ("-before:today plan", "cem"),
    ("before:yesterday", ""),
    ("is:new -plan", "bob zoe"),
    ("-invoice is:new", "cem"),
    ("note:plan", ""),
    ("the:plan", "cem"),
    ("https://plan.example/x", ""),
]


def test_operators_narrow_what_is_found(desk: dict[str, int], ann: Agent) -> None:
    names = {number: name for name, number in desk.items()}
    assert {typed: " ".join(names[number] for number in found(ann, typed)) for typed, _names in OPERATORS} == dict(
        OPERATORS
    )


COMPLAINTS = [
    ("see:the plan", "There is no “see:”"),
    ("is:strange plan", "“is:strange” was left out"),
    ("before:soon plan", "“soon” is no date"),
    ("after:2026-13 plan", "“2026-13” is no date"),
    ("has:wings plan", "“has:wings” was left out"),
    ("tag:gold", "There is no tag “gold”"),
    ("assigned:xaver", "Nobody here is called “xaver”"),
    ("channel:pigeon", "There is no channel “pigeon” here"),
]


def test_what_is_not_understood_is_said_and_loses_nothing(desk: dict[str, int], ann: Agent) -> None:
    for typed, said in COMPLAINTS:
        query = read_query(typed, timezone.localtime())
        hits = find(ann, query).hits
        assert said in " ".join(query.complaints)
        assert bool(hits) == (" plan" in typed), typed


def test_unread_is_what_came_after_somebody_looked(desk: dict[str, int], ann: Agent) -> None:
    assert found(ann, "is:unread") == [desk["cem"], desk["bob"], desk["zoe"]]
    ticket = Ticket.objects.get(number=desk["bob"])
    ReadMark.objects.create(agent=ann, ticket=ticket, read_at=timezone.now())
    assert found(ann, "is:unread invoice") == [desk["zoe"]]


def test_days_begin_where_the_agent_is(support: Account, ann: Agent) -> None:
    ticket = write(support, "the pump")
    Message.objects.update(at=datetime(2026, 3, 28, 23, 30, tzinfo=ZoneInfo("UTC")))  # the 29th in Berlin
    from_there = datetime(2026, 3, 31, 12, 0, tzinfo=BERLIN)
    refresh([ticket.pk])
    assert found(ann, "pump after:2026-03-29", now=from_there) == [ticket.number]
    assert found(ann, "pump before:2026-03-29", now=from_there) == []
    assert found(ann, "pump before:2026-03-29", now=from_there.astimezone(ZoneInfo("UTC"))) == [ticket.number]
    assert found(ann, "pump after:2026-03 before:2026-04", now=from_there) == [ticket.number]
    assert found(ann, "pump after:2d", now=from_there) == [ticket.number]
    assert found(ann, "pump after:yesterday", now=from_there) == []


def test_what_is_changed_later_is_found_as_it_is_now(support: Account, ann: Agent) -> None:
    ticket = write(support, "It smokes", subject="Help")
    tag(ticket, ["hardware"], ann)
    set_subject(ticket, "Printer on fire", ann)
    assert found(ann, "hardware smokes fire") == [ticket.number]
    assert found(ann, "subject:help") == [ticket.number]  # as the mail itself says
    untag(ticket, ["hardware"], ann)
    assert not found(ann, "hardware")
    assert found(ann, "smokes fire") == [ticket.number]


def test_what_was_merged_is_found_where_it_is_by_those_who_see_it(support: Account, ann: Agent, ben: Agent) -> None:
    board = mailbox("board@desk.example", team=Team.objects.create(name="Board"))
    hidden = arrive(board, mail("The secret pump", to="board@desk.example"))
    ticket = write(support, "Hello")
    assert hidden is not None
    assert not found(ben, "secret")
    merge(hidden.ticket, ticket, ann)
    assert found(ben, "secret pump") == found(ann, "secret pump") == [ticket.number]
    unmerge(hidden.ticket.number, ann)
    assert not found(ben, "secret")
    assert found(ann, "secret") == [hidden.ticket.number]


def test_spam_is_found_by_whoever_asks_for_it(desk: dict[str, int], ann: Agent) -> None:
    mark_spam([desk["bob"]], ann)
    snooze([desk["cem"]], None, ann)
    assert found(ann, "invoice") == [desk["zoe"]]
    assert found(ann, "invoice is:spam") == found(ann, "is:spam") == [desk["bob"]]
    assert found(ann, "is:snoozed") == [desk["cem"]]


def test_a_contact_is_found_by_the_name_that_somebody_gave_them(support: Account, ann: Agent) -> None:
    ticket = write(support, "Hello", name="")
    edit_contact(ticket.contact, ann, name="Zoë Reed-Hill", language="")
    assert found(ann, "hill hello") == [ticket.number]


def test_a_common_word_hides_nothing_from_a_team_that_sees_little(
    support: Account, ben: Agent, ann: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = mailbox("board@desk.example", team=Team.objects.create(name="Board"))
    mine = write(support, "order old")
    for _ in range(12):
        arrive(board, mail("order", to="board@desk.example"))
    monkeypatch.setattr("tickets.search.walk.STRETCHES", (3, 3))
    assert found(ben, "order") == [mine.number]
    assert found(ben, "order -new") == [mine.number]
    nobody = Team.objects.create(name="Nobody")
    support.team = nobody
    support.save()
    assert found(ben, "order") == []
    assert len(found(ann, "order")) == 6  # the walk is bounded, and says so
    result = find(ann, read_query("order old", timezone.localtime()))
    assert [*result.hits] == [mine.pk]


def test_pages_follow_each_other_without_gap_or_repetition(
    support: Account, ann: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    tickets = [write(support, "order", sender=f"c{n}@x.example") for n in range(7)]
    for ticket in tickets[:4]:
        note(ticket, "order again", ann)
    monkeypatch.setattr("tickets.search.walk.STRETCHES", (2, 2, 2, 2))
    seen: list[int] = []
    for typed in ("order", "is:new"):
        after, seen = "", []
        while True:
            page = find(ann, read_query(typed, timezone.localtime()), after, most=2)
            seen += page.hits
            if not page.next:
                break
            after = page.next
        assert sorted(seen) == sorted(ticket.pk for ticket in tickets), typed


def test_a_search_asks_a_bounded_number_of_questions(desk: dict[str, int], ann: Agent, ben: Agent) -> None:
    for agent in (ann, ben):
        for typed in (
            "invoice",
            "invoice -paid is:new tag:vip-client assigned:ben channel:email before:today",
            "is:new",
        ):
            with CaptureQueriesContext(connection) as asked:
                found(agent, typed)
            assert len(asked) <= 9, typed


@settings(max_examples=150, deadline=None)
@given(
    st.text(st.characters(codec="utf-8"), max_size=60)
    | st.from_regex(
        r"(?:-?(?:from|is|before|tag|has|x):)?[\"'\\&|!()*:<>^{}~+ -]{0,9}\w*(?: OR )?[\"'\\&|!()*:<>{}\x00]*"
    )
)
def test_no_word_that_reaches_the_database_means_anything_to_it(typed: str) -> None:
    query = read_query(typed, timezone.localtime())
    words = [word for term in [*query.terms, *query.without] for word in term.words]
    assert all(unicodedata.category(character)[0] in "LNM" for word in words for character in word)


def test_whatever_is_typed_is_answered(desk: dict[str, int], ann: Agent) -> None:
    odd = [
        '"',
        "'",
        "\\",
        "NEAR(a b)",
        "sender : x",
        "a* b^",
        "{a b}: c",
        "x') OR ('1",
        "a & | ! b",
        "<->",
        "§m1",
        "-",
        "OR",
        "a OR",
    ]
    for typed in [
        *odd,
        "\x00",
        "is:",
        "from:",
        "-OR",
        "before:",
        "after:99999d",
        "(((",
        "𝔘𝔫",
        "\ud800".encode("utf-8", "replace").decode(),
    ]:
        found(ann, typed)
