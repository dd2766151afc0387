"""Is the sender who the mail says? Checked by DNS when that is switched on: signatures, the way, the seals, the wish of the domain."""

import base64
import time
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.flows.desk import arrive, mail, mailbox, rebuilt_differences, settle
from tests.services import dns_server
from tests.services.dns_server import Server, quoted
from tests.services.ports import wait_until
from tickets.actions.reply import recipients, reply
from tickets.inbox import asking, sender
from tickets.inbox.sender import check
from tickets.models import Account, Agent, Message
from tickets.record.config import write_config

pytestmark = [pytest.mark.django_db(transaction=True)]

PEER = "203.0.113.9"
ENVELOPE = {"from": "zoe@customer.example", "to": ["support@desk.example"], "peer": PEER, "helo": "mx.customer.example"}


@lru_cache(maxsize=2)
def key(which: int = 0) -> tuple[bytes, str]:
    """A private key as the signing library takes it, and the record that publishes it."""
    made = rsa.generate_private_key(65537, 1024)
    private = made.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = made.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private, quoted(f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}")


def signed(raw: bytes, domain: str = "customer.example", **more: Any) -> bytes:
    raw = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return dkim.sign(raw, b"k1", domain.encode(), key()[0], include_headers=[b"from", b"subject"], **more) + raw


def sealed(raw: bytes, results: str) -> bytes:
    """As a list passes a mail on: with what it found, sealed, and then with a footer."""
    raw = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    raw = f"Authentication-Results: lists.example; {results}\r\n".encode() + raw
    lines = dkim.arc_sign(
        raw, b"k1", b"lists.example", key()[0], b"lists.example", include_headers=[b"from", b"subject"]
    )
    return b"".join(lines) + raw


@pytest.fixture
def zone() -> dns_server.Zone:
    return {
        ("k1._domainkey.customer.example", "TXT"): [key()[1]],
        ("k1._domainkey.lists.example", "TXT"): [key()[1]],
        ("k1._domainkey.provider.example", "TXT"): [key()[1]],
        ("k1._domainkey.news.customer.example", "TXT"): [key()[1]],
        ("customer.example", "TXT"): ['"v=spf1 include:_spf.provider.example mx -all"'],
        ("customer.example", "MX"): ["10 mx.customer.example."],
        ("mx.customer.example", "A"): ["203.0.113.77"],
        ("_spf.provider.example", "TXT"): [f'"v=spf1 ip4:{PEER} ~all"'],
        ("_dmarc.strict.example", "TXT"): ['"v=DMARC1; p=reject; adkim=s; sp=none"'],
        ("strict.example", "TXT"): ['"v=spf1 ?all"'],
    }


@pytest.fixture
def dns(zone: dns_server.Zone, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Checks are switched on, and ask this server."""
    asking.forget_silence()
    monkeypatch.setattr(sender, "LIMIT", 60.0)  # this server answers, however slow the machine is
    with dns_server.running(zone) as server:
        settings.VERIFY_SENDERS, settings.DNS_SERVERS = True, server.address
        yield server


def found(raw: bytes, domain: str = "customer.example", **envelope: str) -> tuple[str, str, str]:
    finding = check(raw, domain, {**envelope})
    return finding.verdict, finding.domain if finding.verdict == "pass" else finding.problem, finding.detail


def test_a_mail_signed_by_its_domain_is_its_senders(dns: Server) -> None:
    assert found(signed(mail())) == ("pass", "customer.example", "")


def test_a_signature_of_a_domain_below_speaks_for_it_too(dns: Server) -> None:
    assert found(signed(mail(), "news.customer.example"))[:2] == ("pass", "news.customer.example")


def test_a_domain_may_insist_on_its_own_name(dns: Server, zone: dns_server.Zone) -> None:
    zone["k1._domainkey.news.strict.example", "TXT"] = [key()[1]]
    raw = signed(mail(sender="max@strict.example"), "news.strict.example")
    assert found(raw, "strict.example") == ("unknown", "stranger", "news.strict.example")


def test_somebody_elses_signature_proves_nothing(dns: Server) -> None:
    assert found(signed(mail(), "provider.example")) == ("unknown", "stranger", "provider.example")


def test_words_changed_on_the_way_break_the_signature_and_accuse_nobody(dns: Server) -> None:
    verdict, problem, words = found(signed(mail("Pay account 1")).replace(b"account 1", b"account 2"))
    assert (verdict, problem) == ("unknown", "broken")
    assert "body hash mismatch" in words


def test_a_signature_over_a_part_of_the_words_counts_for_nothing(dns: Server) -> None:
    assert found(signed(mail(), length=True) + b"and pay account 2\r\n")[:2] == ("unknown", "broken")


def test_the_way_that_a_domain_permits_is_a_proof(dns: Server) -> None:
    assert found(mail(), **ENVELOPE) == ("pass", "customer.example", "")
    assert "_spf.provider.example TXT" in dns.asked


def test_a_way_that_the_domain_rules_out_is_a_failure(dns: Server) -> None:
    assert found(mail(), **{**ENVELOPE, "peer": "198.51.100.1"}) == ("fail", "refused", "198.51.100.1")


def test_a_relay_of_our_own_house_says_nothing_about_the_way(dns: Server) -> None:
    assert found(mail(), **{**ENVELOPE, "peer": "10.0.0.5"}) == ("unknown", "unsigned", "")
    assert found(mail(), **{"from": "zoe@customer.example"}) == ("unknown", "unsigned", "")


def test_a_domain_that_wants_unproven_mail_refused_is_taken_at_its_word(dns: Server) -> None:
    raw = mail(sender="max@strict.example")
    envelope = {"from": "bounce@provider.example", "peer": PEER, "helo": "x.example"}
    assert found(raw, "strict.example", **envelope) == ("fail", "refused", PEER)
    assert found(raw, "strict.example") == ("unknown", "unsigned", "")


def test_what_is_asked_for_the_domains_below_is_heeded(dns: Server) -> None:
    envelope = {"from": "bounce@provider.example", "peer": PEER, "helo": "x.example"}
    assert found(mail(), "shop.strict.example", **envelope)[:2] == ("unknown", "unsigned")


def test_a_mail_that_a_list_sealed_is_not_held_against_its_writer(dns: Server) -> None:
    raw = sealed(mail(sender="max@strict.example"), "dkim=pass header.d=strict.example")
    envelope = {"from": "list@lists.example", "peer": PEER, "helo": "lists.example"}
    assert found(raw, "strict.example", **envelope) == ("unknown", "stranger", "lists.example")


@pytest.mark.parametrize(
    "field",
    [
        b"DKIM-Signature: \r\n",
        b"DKIM-Signature: v=1; a=rsa-sha256; d=\xff; s=x; h=from; bh=x; b=x\r\n",
        b"DKIM-Signature: v=1; a=rsa-sha256; d=" + b"a." * 300 + b"; s=x; h=from; bh=eA==; b=eA==\r\n",
        b"ARC-Seal: i=99999999999; cv=pass\r\n",
        b"DKIM-Signature: " + b" " * 100_000 + b"\r\n",
    ],
)
def test_hostile_fields_only_prove_nothing(dns: Server, field: bytes) -> None:
    began = time.monotonic()
    assert found(field + mail(), **{**ENVELOPE, "peer": ""})[0] == "unknown"
    assert found(field + b"\x00\xff no head at all")[0] == "unknown"
    assert time.monotonic() - began < 5


def test_a_megabyte_of_spaces_is_hashed_at_once(dns: Server) -> None:
    raw = signed(mail("x"), canonicalize=(b"relaxed", b"relaxed")).replace(
        b"\r\n\r\n", b"\r\n\r\n" + b" " * 1_000_000 + b"y", 1
    )
    assert found(raw)[:2] == ("unknown", "broken")


def test_a_dns_that_never_answers_is_waited_for_once_and_then_left_alone(settings: Any) -> None:
    asking.forget_silence()
    asking._silence.answered = float("-inf")
    with dns_server.running({}, silent=True) as server:
        settings.DNS_SERVERS = server.address
        finding = check(signed(mail()), "customer.example", {}, seconds=0.3)
        assert (finding.verdict, finding.problem) == ("unknown", "silent")
        asked = len(server.asked)
        assert check(signed(mail()), "customer.example", {}).problem == "silent"
        assert len(server.asked) == asked
    asking.forget_silence()


def test_without_any_dns_a_mail_is_filed_all_the_same(settings: Any, transactional_db: None) -> None:
    asking.forget_silence()
    settings.VERIFY_SENDERS, settings.DNS_SERVERS = True, "127.0.0.1:1"
    message = arrive(mailbox(), signed(mail()), envelope=ENVELOPE)
    assert message
    assert (message.verified, message.trust["problem"]) == ("unknown", "silent")
    wait_until(asking.is_silent, why="whoever asked goes on asking")  # the mail did not wait for the last of them
    asking.forget_silence()


class TestOnTheWayIn:
    """With a mailbox, an agent, and a conversation."""

    @pytest.fixture
    def support(self, transactional_db: None) -> Account:
        return mailbox()

    @pytest.fixture
    def answer(self, support: Account, dns: Server, ann: Agent) -> Message:
        question = arrive(support, signed(mail()), envelope=ENVELOPE)
        assert question
        message = reply(question.ticket, "On its way.", ann, to=recipients(question.ticket)[0])
        settle()
        return message

    def test_what_was_found_is_kept_with_the_message(self, support: Account, dns: Server) -> None:
        message = arrive(support, signed(mail()), envelope=ENVELOPE)
        assert message
        assert message.verified == "pass"
        assert message.trust == {"by": "dns", "domain": "customer.example"}

    def test_nobody_is_asked_while_it_is_switched_off_or_about_old_mail(
        self, support: Account, dns: Server, settings: Any
    ) -> None:
        arrive(support, signed(mail("old")), history=True)
        settings.VERIFY_SENDERS = False
        message = arrive(support, signed(mail()))
        assert message
        assert (message.verified, message.trust, dns.asked) == ("unknown", {}, [])

    def test_our_borders_word_comes_first(self, support: Account, dns: Server, settings: Any) -> None:
        settings.AUTHSERV_ID = "mx.desk.example"
        said = b"Authentication-Results: mx.desk.example; dmarc=fail header.from=customer.example\r\n"
        message = arrive(support, said + signed(mail()))
        assert message
        assert (message.verified, message.trust["by"], message.trust["detail"]) == (
            "fail",
            "mx.desk.example",
            "dmarc=fail",
        )
        assert dns.asked == []

    def test_a_forged_answer_gets_a_new_ticket_linked(self, support: Account, answer: Message) -> None:
        forged = {**ENVELOPE, "peer": "198.51.100.1"}
        back = arrive(support, mail("It is me", answers=answer.message_id), envelope=forged)
        assert back
        assert back.ticket != answer.ticket
        assert list(back.ticket.links.all()) == [answer.ticket]
        assert back.trust == {"by": "dns", "domain": "customer.example", "problem": "refused", "detail": "198.51.100.1"}

    def test_a_proven_answer_joins(self, support: Account, answer: Message) -> None:
        back = arrive(support, signed(mail("Thanks", answers=answer.message_id)))
        assert back
        assert (back.ticket, back.verified) == (answer.ticket, "pass")

    def test_a_rebuild_asks_no_dns_and_finds_the_same(self, support: Account, answer: Message, dns: Server) -> None:
        arrive(support, mail("Hello", answers=answer.message_id), envelope={**ENVELOPE, "peer": "198.51.100.1"})
        write_config()  # Ann is known to the record
        settle()
        before = len(dns.asked)
        assert rebuilt_differences() == []
        assert len(dns.asked) == before
        assert set(Message.objects.filter(direction="in").values_list("verified", flat=True)) == {"pass", "fail"}
