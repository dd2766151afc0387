"""Erasure: a person's words leave the record, the database and the search; their place in the chain stays."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.utils import timezone

from tests.flows import desk
from tests.search.desk import found
from tickets.actions import erasing
from tickets.actions.accounts import change_account
from tickets.actions.change import NotAllowed, assign, set_status
from tickets.actions.drafts import FOLDER, add_file, save_draft, schedule, send_now
from tickets.actions.erase_plan import plan_for
from tickets.actions.erasing import CUT, WHOLE, erase_contact, erase_tickets
from tickets.actions.hold import Held, hold_contact, hold_ticket
from tickets.actions.merge import merge
from tickets.actions.note import note
from tickets.actions.person import Person
from tickets.actions.reply import forward, reply
from tickets.actions.retention import retain
from tickets.inbox import sweep
from tickets.inbox.rebuild import rebuild
from tickets.inbox.sweep import drop_unreferenced
from tickets.mime.build import File
from tickets.mime.parse import parse
from tickets.models import Account, Address, Agent, Contact, Delivery, Draft, Entry, InboxItem, Message, State, Ticket
from tickets.record import erase, read, spool, trace
from tickets.record.compare import differences, snapshot
from tickets.record.erase import carry_out, pending, structure
from tickets.record.store import store
from tickets.record.verify import verify

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]

SECRET = "My knee hurts since the accident in Ulm."
PICTURE = File("zoes-knee.png", "image/png", b"\x89PNG knee")


@pytest.fixture
def support(ann: Agent) -> Account:
    return desk.mailbox()


@pytest.fixture
def asked(support: Account, ann: Agent) -> Ticket:
    """Zoe wrote, Ann answered, asked an expert, noted, and solved it."""
    first = desk.arrive(support, desk.mail(SECRET, subject="Zoe's knee", files=(PICTURE,)))
    assert first is not None
    ticket = first.ticket
    desk.settle()
    assign(ticket, ann, ann)
    reply(ticket, "We are sorry, Zoe.", ann, to=[{"name": "Zoe Customer", "address": "zoe@customer.example"}])
    forward(ticket, first, "What do you think?", ann, to=[{"name": "", "address": "expert@maker.example"}])
    note(ticket, f"She says:\n{SECRET}\nLet us be kind.", ann)
    set_status(ticket, State.SOLVED, ann)
    desk.settle()
    return ticket


def test_what_was_sent_to_others_and_quotes_the_person_goes_with_their_words(support: Account, ann: Agent) -> None:
    first = desk.arrive(support, desk.mail(SECRET, cc="max@customer.example"))
    assert first is not None
    reply(first.ticket, "Max, can you help?", ann, to=[{"name": "", "address": "max@customer.example"}])
    desk.settle()
    assert SECRET in whole_record()
    erase_contact(zoe(), ann, "She asked.")
    desk.settle()
    carry_out()
    assert SECRET not in whole_record()
    assert verify().found == 0


def zoe() -> Contact:
    return Contact.objects.get(addresses__address="zoe@customer.example")


def whole_record() -> str:
    """Every byte of the record's folder, but for the config."""
    root = Path(urlsplit(settings.RECORD_URL).path)
    return "\n".join(path.read_text(errors="replace") for path in sorted(root.rglob("*:2,S")))


def entries() -> list[trace.Trace]:
    return [one.trace for one in read.walk()]


def test_messages_from_and_to_the_person_become_tombstones_everywhere(asked: Ticket, ann: Agent) -> None:
    erase_contact(zoe(), ann, "She asked for it.")
    desk.settle()
    said = [(m.direction, m.from_name, m.text.strip()[:26]) for m in Message.objects.order_by("pk")]
    assert said[0] == ("in", "Erased", "What stood here was erased")
    assert all("knee" not in text.lower() for _, _, text in said)
    record = whole_record()
    for words in ("knee", "accident", "zoe@customer.example", "Zoe", "We are sorry", "PNG"):
        assert words not in record
    assert not Address.objects.filter(address="zoe@customer.example").exists()


def test_attachments_are_gone_and_search_finds_nothing(asked: Ticket, ann: Agent) -> None:
    assert found(ann, "accident") == [asked.number]
    erase_contact(zoe(), ann, "She asked for it.")
    for words in ("accident", "zoes-knee.png", "zoe@customer.example", "sorry"):
        assert not found(ann, words)
    assert not Message.objects.filter(attachments__isnull=False).exists()


def test_the_chain_still_holds_and_each_tombstone_names_its_erasure(asked: Ticket, ann: Agent) -> None:
    before = {one.number: one.digest for one in entries()}
    erase_contact(zoe(), ann, "She asked for it.")
    desk.settle()
    chain = ""
    for one in entries():
        chain = trace.link(chain, one.digest)
        assert one.chain == chain
        assert before.get(one.number, one.digest) == one.digest
    erasures = {entry.number: entry.fields["erased"] for entry in Entry.objects.filter(kind="erasure")}
    for one in entries():
        if one.erased:
            assert one.number in erasures[one.erased]
            assert one.random == ""


def test_what_happened_stays_without_words(asked: Ticket, ann: Agent) -> None:
    erase_contact(zoe(), ann, "She asked for it.")
    asked.refresh_from_db()
    assert (asked.number, asked.subject, asked.state, asked.assignee) == (1, "", State.SOLVED, ann)
    kinds = list(asked.events.order_by("pk").values_list("kind", flat=True))
    assert "assigned" in kinds
    assert "state" in kinds
    sent = Delivery.objects.filter(message__automatic=False).order_by("pk").first()
    assert sent is not None
    assert (sent.state, sent.recipient) == ("sent", "")


def test_others_keep_their_words_when_the_quote_is_cut(asked: Ticket, ann: Agent) -> None:
    erase_contact(zoe(), ann, "She asked for it.", quotes=CUT)
    forwarded = Message.objects.get(kind="forward")
    assert forwarded.text.startswith("What do you think?")
    assert forwarded.to[0]["address"] == "expert@maker.example"
    assert forwarded.deliveries.get().recipient == "expert@maker.example"
    noted = Message.objects.get(direction="note")
    assert "Let us be kind." in noted.text
    assert "knee" not in noted.text + forwarded.text


def test_others_messages_go_whole_when_they_quote_and_that_is_chosen(asked: Ticket, ann: Agent) -> None:
    erase_contact(zoe(), ann, "She asked for it.", quotes=WHOLE)
    assert "kind" not in Message.objects.get(direction="note").text
    assert "think" not in Message.objects.get(kind="forward").text


@pytest.mark.parametrize("quotes", [CUT, WHOLE])
def test_a_rebuild_after_an_erasure_gives_the_same(asked: Ticket, ann: Agent, quotes: str) -> None:
    erase_contact(zoe(), ann, "She asked for it.", quotes=quotes)
    assert desk.rebuilt_differences() == []


def test_killed_between_the_rows_and_the_files_it_is_carried_out_later(
    asked: Ticket, ann: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erase, "carry_out", lambda: 0)
    erase_tickets([asked], ann, "She asked for it.")
    monkeypatch.undo()
    desk.append_all()
    assert "accident" in whole_record(), "the erasure is in the record, its tombstones are not yet"
    desk.wipe()
    rebuild()
    assert "accident" not in "".join(Message.objects.values_list("text", flat=True))
    assert carry_out() > 0
    assert "accident" not in whole_record()
    before = snapshot()
    desk.wipe()
    rebuild()
    assert differences(before, snapshot()) == []


def test_two_people_in_one_ticket_are_erased_one_after_the_other(asked: Ticket, ann: Agent, support: Account) -> None:
    forwarded = Message.objects.get(kind="forward")
    answer = desk.mail(f"> {SECRET}\nBend it less.", sender="expert@maker.example", name="Ed Expert",
                       answers=forwarded.message_id)  # fmt: skip
    desk.arrive(support, answer)
    desk.settle()
    erase_contact(zoe(), ann, "She asked for it.")
    desk.settle()
    assert "Bend it less." in whole_record()
    erase_contact(Contact.objects.get(addresses__address="expert@maker.example"), ann, "He asked too.")
    desk.settle()
    for words in ("Bend it", "Ed Expert", "expert@maker.example", "think"):
        assert words not in whole_record()
    assert desk.rebuilt_differences() == []


def test_mail_that_was_erased_does_not_come_back_when_it_is_fetched_again(support: Account, ann: Agent) -> None:
    raw = desk.mail(SECRET)
    desk.arrive(support, raw)
    desk.settle()
    erase_contact(zoe(), ann, "She asked for it.")
    desk.arrive(support, raw)
    assert InboxItem.objects.count() == 1
    assert Ticket.objects.count() == 1


def test_whoever_writes_again_is_a_new_contact(asked: Ticket, ann: Agent, support: Account) -> None:
    erase_contact(zoe(), ann, "She asked for it.")
    again = desk.arrive(support, desk.mail("Me again."))
    assert again is not None
    assert again.ticket.number == 2
    assert again.contact is not None
    assert again.contact.name == "Zoe Customer"
    assert desk.rebuilt_differences() == []


def test_copies_and_their_envelopes_go_too(support: Account, ann: Agent) -> None:
    raw = desk.mail(SECRET)
    envelope = {"from": "zoe@customer.example", "to": ["support@desk.example"]}
    desk.arrive(support, raw, envelope=envelope)
    desk.arrive(support, b"Received: by another way\r\n" + raw, envelope=envelope)
    assert Entry.objects.filter(kind="copy").count() == 1
    desk.settle()
    erase_contact(zoe(), ann, "She asked for it.")
    desk.settle()
    assert "accident" not in whole_record()
    assert "zoe@customer.example" not in whole_record()
    assert all("zoe" not in str(item.envelope) for item in InboxItem.objects.all())


def test_a_legal_hold_on_a_ticket_beats_the_erasure_and_says_why(asked: Ticket, ann: Agent) -> None:
    hold_ticket(asked, "Court of Ulm, 3 C 12/26", ann)
    with pytest.raises(Held, match="#1 is held and cannot be erased: Court of Ulm, 3 C 12/26"):
        erase_contact(zoe(), ann, "She asked for it.")
    with pytest.raises(Held):
        erase_tickets([asked], ann, "Old.")
    hold_ticket(asked, "", ann)
    erase_contact(zoe(), ann, "She asked for it.")
    assert desk.rebuilt_differences() == []


def test_a_legal_hold_on_a_contact_beats_the_erasure_and_says_why(asked: Ticket, ann: Agent) -> None:
    hold_contact(zoe(), "The insurer asks for it", ann)
    with pytest.raises(Held, match="The insurer asks for it"):
        erase_contact(zoe(), ann, "She asked for it.")
    assert desk.rebuilt_differences() == []


def test_a_held_ticket_stays_held_where_it_is_merged_into(asked: Ticket, ann: Agent, support: Account) -> None:
    other = desk.arrive(support, desk.mail("The other knee too."))
    assert other is not None
    hold_ticket(asked, "Court of Ulm, 3 C 12/26", ann)
    into = merge(asked, other.ticket, ann)
    with pytest.raises(Held, match="#2 is held and cannot be erased: Court of Ulm, 3 C 12/26"):
        erase_tickets([into], ann, "Old.")
    with pytest.raises(Held):
        erase_contact(zoe(), ann, "She asked for it.")
    desk.settle()
    assert SECRET in whole_record()
    assert desk.rebuilt_differences() == []
    into = Ticket.objects.get(number=into.number)
    assert into.hold == "Court of Ulm, 3 C 12/26"
    hold_ticket(into, "", Agent.objects.get(pk=ann.pk))
    erase_tickets([into], Agent.objects.get(pk=ann.pk), "Old.")


def test_the_words_of_a_held_person_stay_in_the_tickets_of_others(asked: Ticket, ann: Agent, support: Account) -> None:
    change_account(support, ann, retention_days=30)
    joined = desk.arrive(
        support, desk.mail("I saw the accident.", sender="max@customer.example", cc="zoe@customer.example")
    )
    assert joined is not None
    assert joined.contact is not None
    merge(joined.ticket, asked, ann)
    set_status(Ticket.objects.get(pk=asked.pk), State.SOLVED, ann)
    hold_contact(joined.contact, "A witness", ann)
    with pytest.raises(Held, match="A witness"):
        erase_contact(zoe(), ann, "She asked for it.")
    with pytest.raises(Held, match="A witness"):
        erase_tickets([asked], ann, "Old.")
    assert retain(timezone.now() + timedelta(days=31)) == 0


def test_a_hold_laid_on_amid_an_erasure_ends_it(asked: Ticket, ann: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    def held_meanwhile(*args: Any) -> Any:
        if not Ticket.objects.get(pk=asked.pk).hold:
            hold_ticket(asked, "Court of Ulm", ann)
        return plan_for(*args)

    monkeypatch.setattr(erasing, "plan_for", held_meanwhile)
    with pytest.raises(Held, match="Court of Ulm"):
        erase_tickets([asked], ann, "Old.")
    assert "knee" in Ticket.objects.get(pk=asked.pk).subject


def test_what_comes_in_and_is_written_while_an_erasure_is_planned_goes_too(
    asked: Ticket, ann: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans = []

    def planned_too_early(*args: Any) -> Any:
        plan = plan_for(*args)
        plans.append(plan)
        if len(plans) == 1:
            note(asked, "A late thought about the accident", ann)
            desk.settle()
        return plan

    monkeypatch.setattr(erasing, "plan_for", planned_too_early)
    erase_tickets([asked], ann, "Old.")
    desk.settle()
    assert "A late thought" not in whole_record()


def test_copies_of_what_a_retention_period_ends_go_too(support: Account, ann: Agent) -> None:
    raw = desk.mail(SECRET)
    first = desk.arrive(support, raw)
    assert first is not None
    desk.arrive(support, b"Received: by another way\r\n" + raw)
    desk.arrive(support, desk.mail("Another matter."))
    assert Entry.objects.filter(kind="copy").count() == 1
    desk.settle()
    erase_tickets([first.ticket], None, "Its time is over.")
    desk.settle()
    carry_out()
    assert "accident" not in whole_record()
    assert desk.rebuilt_differences() == []


def test_another_customer_of_the_same_name_keeps_it(asked: Ticket, ann: Agent, support: Account) -> None:
    joined = desk.mail("We have one name.", sender="z.customer@other.example", cc="zoe@customer.example")
    assert desk.arrive(support, joined) is not None
    erase_contact(zoe(), ann, "She asked for it.")
    assert desk.rebuilt_differences() == []
    assert Contact.objects.get(addresses__address="z.customer@other.example").name == "Zoe Customer"


def test_words_that_an_erasure_keeps_of_others_go_when_their_time_is_over(
    asked: Ticket, ann: Agent, support: Account
) -> None:
    theirs = desk.arrive(
        support, desk.mail("Zoe limps.", sender="max@customer.example", name="Max", cc="zoe@customer.example")
    )
    assert theirs is not None
    desk.arrive(support, desk.mail("Another matter.", sender="max@customer.example"))
    desk.settle()
    erase_contact(zoe(), ann, "She asked for it.")
    desk.settle()
    assert "limps" in str([message.text for message in theirs.ticket.messages.all()])
    erase_tickets([theirs.ticket], None, "Its time is over.")
    desk.settle()
    carry_out()
    erasure_mails = [read.original(entry) for entry in Entry.objects.filter(kind="erasure")]
    kept = [file.content for mail in erasure_mails for file in parse(mail).attachments]
    assert not any(b"limps" in mail for mail in kept)
    assert desk.rebuilt_differences() == []


def test_what_stands_in_the_way_of_one_overdue_ticket_holds_up_no_other(
    asked: Ticket, ann: Agent, support: Account
) -> None:
    change_account(support, ann, retention_days=30)
    other = desk.arrive(support, desk.mail("A short question.", sender="max@customer.example"))
    assert other is not None
    set_status(other.ticket, State.SOLVED, ann)
    desk.settle()
    Delivery.objects.filter(message__ticket=asked).update(state="sending")
    assert retain(timezone.now() + timedelta(days=31)) == 1
    assert Ticket.objects.get(pk=asked.pk).erased_at is None
    assert Ticket.objects.get(pk=other.ticket.pk).erased_at is not None


def test_drafts_and_their_files_go_and_a_sent_one_keeps_its_key_alone(asked: Ticket, ann: Agent) -> None:
    to = [{"name": "Zoe", "address": "Zoe@customer.example"}]
    sent = save_draft("k1", ann, ticket=asked, text="Your knee again", to=to)
    send_now(schedule(sent).pk)
    Delivery.objects.update(state="sent")
    save_draft("k2", ann, ticket=asked, text="A first thought", to=to)
    add_file(save_draft("k3", ann, kind="new", text="Dear Zoe", to=to), "knee.png", "image/png", b"\x89PNG knee")
    other = save_draft("k4", ann, kind="new", text="Dear Max", to=[{"name": "", "address": "max@customer.example"}])
    desk.settle()
    erase_contact(zoe(), ann, "She asked for it.")
    assert list(Draft.objects.order_by("key").values_list("key", "text", "to")) == [
        ("k1", "", []),
        ("k4", "Dear Max", other.to),
    ]
    assert list(store().names(FOLDER)) == []


def test_files_of_drafts_that_are_gone_are_swept_away(
    support: Account, ann: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = save_draft("k1", ann, kind="new", text="Never mind")
    add_file(gone, "knee.png", "image/png", b"\x89PNG knee")
    kept = add_file(save_draft("k2", ann, kind="new", text="Soon"), "plan.pdf", "application/pdf", b"%PDF plan")
    gone.delete()
    assert drop_unreferenced() == 0
    monkeypatch.setattr(sweep, "ORPHAN_AGE", timedelta(0))
    assert drop_unreferenced() == 1
    assert list(store().names(FOLDER)) == [f"{FOLDER}/{kept.stored}"]


def test_while_a_backup_is_made_nothing_in_the_record_is_replaced(asked: Ticket, ann: Agent) -> None:
    with spool.held():
        with pytest.raises(NotAllowed, match="A backup is being made"):
            erase_contact(zoe(), ann, "She asked for it.")
        assert Message.objects.filter(text__contains=SECRET).exists()
    erase_contact(zoe(), ann, "She asked for it.")
    desk.append_all()
    with spool.held():
        assert carry_out() == 0
    carry_out()
    assert pending() == []
    assert "accident" not in whole_record()


def test_answers_of_ours_that_moved_in_as_history_go_too(support: Account, ann: Agent) -> None:
    then = timezone.now() - timedelta(days=9)
    moving_in = {"from": None, "to": [], "moving_in": {"close_after": 14, "flags": []}}
    desk.arrive(support, desk.mail(SECRET, date=then), history=True, received_at=then, envelope=moving_in)
    ours = desk.mail("Rest your knee.", sender="support@desk.example", to="zoe@customer.example", date=then)
    desk.arrive(support, ours, history=True, received_at=then, envelope=moving_in)
    assert Message.objects.filter(direction="out", text__contains="Rest your knee").exists()
    erase_contact(zoe(), ann, "She asked for it.")
    desk.settle()
    carry_out()
    assert "knee" not in whole_record()
    assert desk.rebuilt_differences() == []


def test_an_erasure_needs_a_reason_and_keeps_its_author(asked: Ticket, ann: Agent) -> None:
    with pytest.raises(NotAllowed, match="Say why"):
        erase_contact(zoe(), ann, "  ")
    name = erase_contact(zoe(), ann, "She asked for it.")
    for entry in Entry.objects.filter(kind="erasure"):
        said = entry.fields
        assert (said["erasure"], said["by"], said["reason"]) == (name, ann.public_id, "She asked for it.")


def test_what_still_waits_to_be_sent_to_the_person_is_withdrawn(asked: Ticket, ann: Agent) -> None:
    reply(asked, "One more thing.", ann, to=[{"name": "", "address": "zoe@customer.example"}])
    erase_contact(zoe(), ann, "She asked for it.")
    desk.settle()
    assert Delivery.objects.order_by("-pk")[0].state == "failed"
    assert desk.rebuilt_differences() == []


def test_resting_tickets_are_erased_when_their_time_is_over(asked: Ticket, ann: Agent, support: Account) -> None:
    change_account(support, ann, retention_days=30)
    assert retain() == 0
    assert retain(timezone.now() + timedelta(days=31)) == 1
    desk.settle()
    asked.refresh_from_db()
    assert asked.erased_at is not None
    record = whole_record()
    for words in ("accident", "Let us be kind", "zoe@customer.example"):
        assert words not in record
    assert retain(timezone.now() + timedelta(days=31)) == 0
    assert desk.rebuilt_differences() == []


def test_a_held_ticket_outlives_its_retention_and_an_open_one_too(asked: Ticket, ann: Agent, support: Account) -> None:
    change_account(support, ann, retention_days=30)
    desk.arrive(support, desk.mail("Still open.", sender="max@customer.example"))
    hold_ticket(asked, "Court of Ulm", ann)
    assert retain(timezone.now() + timedelta(days=31)) == 0


def test_somebody_with_another_ticket_stays_a_customer(asked: Ticket, ann: Agent, support: Account) -> None:
    desk.arrive(support, desk.mail("Another matter."))
    erase_tickets([asked], ann, "Old.")
    desk.settle()
    assert zoe().name == "Zoe Customer"
    assert "accident" not in whole_record()
    assert desk.rebuilt_differences() == []


def test_an_erasure_of_many_tickets_is_several_entries_with_one_name(support: Account, ann: Agent) -> None:
    for number in range(12):
        desk.arrive(support, desk.mail(f"Question {number}"))
    name = erase_contact(zoe(), ann, "She asked for it.")
    found = [entry.fields for entry in Entry.objects.filter(kind="erasure").order_by("pk")]
    assert len(found) > 1
    assert {said["erasure"] for said in found} == {name}
    assert desk.rebuilt_differences() == []


def test_structure_keeps_ids_and_states_and_no_words() -> None:
    said: dict[str, Any] = {
        "ticket": 7,
        "message": "abc",
        "reason": "words",
        "new_ticket": {"subject": "words", "mailbox": "xyz", "linked": [3]},
        "deliveries": [{"delivery": "d", "recipient": "zoe@customer.example"}],
        "bcc": [{"name": "Zoe", "address": "zoe@customer.example"}],
    }
    assert structure(said) == {
        "ticket": 7,
        "message": "abc",
        "reason": "",
        "new_ticket": {"subject": "", "mailbox": "xyz", "linked": [3]},
        "deliveries": [{"delivery": "d", "recipient": ""}],
        "bcc": [],
    }
    assert structure(structure(said)) == structure(said)


def test_what_machines_reported_goes_with_the_words_and_a_complaint_still_counts(asked: Ticket, ann: Agent) -> None:
    answer = Message.objects.filter(direction="out", text__contains="sorry").get()
    for kind in ("failed", "complaint", "read"):
        desk.arrive(answer.account, desk.report(answer, kind))
    desk.arrive(answer.account, desk.mail(f"Thank you.\n\n{answer.text}", answers=answer.message_id))
    set_status(Ticket.objects.get(pk=asked.pk), State.SOLVED, ann)
    desk.settle()
    erase_tickets([Ticket.objects.get(pk=asked.pk)], ann, "Time is up.")
    desk.settle()
    address = Address.objects.get(address="zoe@customer.example")
    assert address.complained_at is not None
    before = snapshot()
    desk.wipe()
    rebuild()
    assert [one for one in differences(before, snapshot()) if not one.startswith("Agent")] == []


def test_an_answer_that_quotes_what_the_person_was_told_stays_the_same_after_a_rebuild(
    asked: Ticket, ann: Agent, support: Account
) -> None:
    carl = {"name": "Carl", "address": "carl@customer.example"}
    told = reply(asked, "Your knee will be fine, both doctors say so.", ann,
                 to=[{"name": "Zoe", "address": "zoe@customer.example"}], cc=[carl])  # fmt: skip
    desk.settle()
    quoting = "> Your knee will be fine, both doctors say so.\nGood to hear."
    raw = desk.mail(quoting, sender="carl@customer.example", name="Carl", answers=told.message_id)
    desk.arrive(support, raw)
    desk.settle()
    erase_contact(zoe(), ann, "She asked for it.")
    desk.settle()
    assert "doctors" not in whole_record()
    assert "Good to hear." in Message.objects.get(from_address="carl@customer.example").text
    assert desk.rebuilt_differences() == []


def test_a_name_is_taken_out_as_a_whole_word() -> None:
    person = Person(addresses={"max@customer.example"}, names={"Max"})
    assert person.without("Max at the maximum <MAX@customer.example>") == "(erased) at the maximum <(erased)>"
    assert not person.is_named_in("the maximum")
