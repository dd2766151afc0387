"""The settings of the usual providers are found by the address alone."""

import pytest
from django.core.management import CommandError, call_command

from tickets.mail.presets import MICROSOFT, PRESETS, choices, hint_for, preset_for, preset_named, preset_of_host
from tickets.models import Account


def test_no_domain_belongs_to_two_providers_and_every_one_has_two_servers() -> None:
    domains = [domain for preset in PRESETS for domain in preset.domains.split()]
    assert len(domains) == len(set(domains))
    assert len({preset.key for preset in PRESETS}) == len(PRESETS) == len(list(choices()))
    for preset in PRESETS:
        found = preset.settings("someone@any.example")
        assert "." in found["imap_host"]
        assert "." in found["smtp_host"]
        assert (found["imap_port"], found["imap_security"]) == ("993", "ssl")
        assert (found["smtp_port"], found["smtp_security"]) in (("465", "ssl"), ("587", "starttls"))


@pytest.mark.parametrize(
    "address",
    "a@gmail.com a@googlemail.com a@Outlook.com a@hotmail.com a@live.com a@yahoo.com a@icloud.com a@gmx.de a@web.de "
    "a@t-online.de a@posteo.de a@mailbox.org a@fastmail.com a@zoho.com a@yandex.ru a@mail.ru a@ukr.net a@i.ua a@orange.fr "
    "a@free.fr a@libero.it a@terra.com.br a@uol.com.br".split(),
)
def test_the_usual_providers_are_known(address: str) -> None:
    assert preset_for(address)


def test_a_domain_of_ones_own_is_not_guessed_but_its_host_can_be_chosen() -> None:
    assert preset_for("help@desk.example") is None
    hosted = preset_named("office365")
    assert hosted
    assert (hosted.sign_in, hosted.settings("help@desk.example")["smtp_user"]) == (MICROSOFT, "help@desk.example")
    assert preset_of_host("IMAP.strato.de") == preset_named("strato")


def test_icloud_wants_the_name_without_its_domain_for_imap() -> None:
    found = preset_for("desk@icloud.com")
    assert found
    assert (found.settings("desk@icloud.com")["imap_user"], found.settings("desk@icloud.com")["smtp_user"]) == (
        "desk",
        "desk@icloud.com",
    )


def test_an_address_alone_is_enough_to_add_an_account(
    db: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tickets.mail.channel.imap.begin_now", lambda account: None)
    call_command("account", "add", "email", "--name", "Desk", "--set", "address=desk@gmx.de", "imap_password=x")
    account = Account.objects.get()
    assert (account.config["imap_host"], account.config["smtp_host"], account.config["smtp_user"]) == (
        "imap.gmx.net",
        "mail.gmx.net",
        "desk@gmx.de",
    )


def test_what_is_given_goes_before_what_is_known_and_a_password_before_a_consent(
    db: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tickets.mail.channel.imap.begin_now", lambda account: None)
    words = ["account", "add", "email", "--name", "Desk", "--set"]
    call_command(*words, "address=desk@gmail.com", "imap_password=x", "smtp_host=relay.desk.example")
    account = Account.objects.get()
    assert (account.config["smtp_host"], "sign_in" in account.config) == ("relay.desk.example", False)
    call_command(*words, "address=other@gmail.com")
    assert Account.objects.get(address="other@gmail.com").config["sign_in"] == "google"
    assert "Gmail takes no ordinary password from mail programs" in capsys.readouterr().err


def test_a_domain_of_ones_own_is_connected_by_the_name_of_its_provider(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tickets.mail.channel.imap.begin_now", lambda account: None)
    words = ["account", "add", "email", "--name", "Desk", "--set", "address=help@desk.example", "imap_password=x"]
    with pytest.raises(CommandError, match=r"There is no provider nobody. There are: .*, ovh, .*strato"):
        call_command(*words, "provider=nobody")
    call_command(*words, "provider=ovh")
    config = Account.objects.get().config
    assert (config["imap_host"], config["imap_user"], "provider" in config) == (
        "ssl0.ovh.net",
        "help@desk.example",
        False,
    )


def test_a_refused_password_is_said_with_what_the_provider_wants() -> None:
    assert "make an app password" in hint_for("smtp.mail.yahoo.com")
    assert hint_for("mail.desk.example") == ""
