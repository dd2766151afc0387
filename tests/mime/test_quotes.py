"""What the writer wrote this time, as mail programs of many languages announce what they quote and sign."""

# ruff: noqa: E501

import pytest

from tickets.mime.quotes import reply_of

CASES = [
    ("Hello\n\nAm 03.03.2025 um 10:00 schrieb Help Desk:\n> x", "Hello"),
    ("Hello\n\nHelp Desk <help@desk.example> schrieb am Mo., 3. März 2025, 10:00:\n\n> x", "Hello"),
    ("Hello\n\nEl lun, 3 mar 2025 a las 10:00, Help (<help@desk.example>) escribió:\n\n> x", "Hello"),
    ("Hello\n\nIl giorno lun 3 mar 2025 alle ore 10:00 Help <help@desk.example> ha scritto:\n\n> x", "Hello"),
    ("Hello\n\nEm seg., 3 de mar. de 2025 às 10:00, Help <help@desk.example> escreveu:\n\n> x", "Hello"),
    ("Hello\n\nOp ma 3 mrt 2025 om 10:00 schreef Help <help@desk.example>:\n\n> x", "Hello"),
    ("Hello\n\npon., 3 mar 2025 o 10:00 Help <help@desk.example> napisał(a):\n\n> x", "Hello"),
    ("Hello\n\nW dniu 3.03.2025 o 10:00, Help pisze:\n> x", "Hello"),
    ("Hello\n\nDen mån 3 mars 2025 kl 10:00 skrev Help <help@desk.example>:\n\n> x", "Hello"),
    ("Hello\n\nma 3. maalisk. 2025 klo 10.00 Help (help@desk.example) kirjoitti:\n\n> x", "Hello"),
    ("Hello\n\npo 3. 3. 2025 v 10:00 odesílatel Help <help@desk.example> napsal:\n\n> x", "Hello"),
    ("Hello\n\nHelp <help@desk.example> ezt írta (időpont: 2025. márc. 3., H, 10:00):\n\n> x", "Hello"),
    ("Hello\n\nÎn lun., 3 mar. 2025 la 10:00, Help <help@desk.example> a scris:\n\n> x", "Hello"),
    ("Hello\n\nHelp <help@desk.example>, 3 Mar 2025 Pzt, 10:00 tarihinde şunu yazdı:\n\n> x", "Hello"),
    ("Hello\n\nΣτις Δευ 3 Μαρ 2025 στις 10:00 π.μ., ο χρήστης Help <help@desk.example> έγραψε:\n\n> x", "Hello"),
    ("Hello\n\n在 2025年3月3日周一 10:00，Help <help@desk.example> 写道：\n\n> x", "Hello"),
    ("Hello\n\n2025년 3월 3일 (월) 오전 10:00, Help <help@desk.example>님이 작성:\n\n> x", "Hello"),
    ("Hello\n\nבתאריך יום ב׳, 3 במרץ 2025 ב-10:00 מאת Help <‪help@desk.example‬‏>:‬\n\n> x", "Hello"),
    ("Hello\n\nVào Th 2, 3 thg 3, 2025 vào lúc 10:00 Help <help@desk.example> đã viết:\n\n> x", "Hello"),
    ("Hello\n\nPada Sen, 3 Mar 2025 pukul 10.00 Help <help@desk.example> menulis:\n\n> x", "Hello"),
    ("Hello\n\nOn 2025-03-03 10:00, Help wrote:\n> x", "Hello"),
    ('Hello\n\n03.03.2025, 10:00, "Help" <help@desk.example>:\nold text not marked', "Hello"),
    ("Hello\n\n3 марта 2025 г., 10:00, Help <help@desk.example> написал(а):\n\n> x", "Hello"),
    ("Hello\n\nПонедельник, 3 марта 2025, 10:00 +03:00 от Help <help@desk.example>:\nold", "Hello"),
    (
        "Hello\n\n--- Original Message ---\nOn Monday, March 3rd, 2025 at 10:00, Help <help@desk.example> wrote:\n\n> x",
        "Hello",
    ),
    (
        "Hello\n\nSent with Proton Mail secure email.\n\nOn Monday, March 3rd, 2025 at 10:00, Help <help@desk.example> wrote:\n\n> x",
        "Hello",
    ),
    (
        "Hello\n\n________________________________\nFrom: Help <help@desk.example>\nSent: Monday\nTo: a\nSubject: x\n\nold",
        "Hello",
    ),
    (
        'Hello\n\n\nFrom: "Help" <help@desk.example>\nTo: zoe@x.example\nSent: Monday, March 3, 2025 10:00:00 AM\nSubject: Re: x\n\nold',
        "Hello",
    ),
    (
        'Hello\n\nGesendet: Montag, 03. März 2025 um 10:00 Uhr\nVon: "Help" <help@desk.example>\nAn: zoe@x.example\nBetreff: Re: x\n\nold',
        "Hello",
    ),
    ("Hello\n\n-------- Ursprüngliche Nachricht --------\nVon: Help\nDatum: x\n\nold", "Hello"),
    ("Hello\n\n-----Original Message-----\nFrom: Help\n\nold", "Hello"),
    ("Hello\n\nBegin forwarded message:\n\nFrom: A <a@b>\nSubject: x\nDate: y\nTo: z\n\nold", "Hello"),
    (
        "Hello\n\nDate: Mon, 3 Mar 2025 10:00:00 +0100\nFrom: help@desk.example\nTo: zoe@x.example\nSubject: x\n\nold",
        "Hello",
    ),
    (
        "Hello\n\nHelp ---03.03.2025 10:00:00---Did it\n\nFrom: Help/Desk\nTo: Zoe/X\nDate: 03.03.2025 10:00\nSubject: x\n\nold",
        "Hello",
    ),
    ("Hello\n\nAnn Oak\nSenior Engineer\nACME GmbH\nMusterstr. 1, 12345 Berlin\nTel. +49 30 123456\n", "Hello"),
    (
        "Hi,\n\nIt fails.\n\nMit freundlichen Grüßen\n\nMax Muster\n\nACME GmbH | Musterstr. 1 | 12345 Berlin\nTel.: 030 / 123456-0 | Fax: 030 / 123456-9\nGeschäftsführer: A. Chef | HRB 1234\nwww.acme.example",
        "Hi,\n\nIt fails.\n\nMit freundlichen Grüßen",
    ),
    ("Hi,\n\nIt fails.\n\nКоваленко Олена\nменеджер\nтел. +380 44 123 45 67", "Hi,\n\nIt fails."),
    ("It is 4712.\n\nBob Ray, PhD\nProfessor of Physics\nUniversity of Example", "It is 4712."),
    ("My number is\n+49 30 123456", "My number is\n+49 30 123456"),
    (
        "Please send it to:\n\nZoe Oak\nMain Street 1\n12345 Town\nzoe@x.example",
        "Please send it to:\n\nZoe Oak\nMain Street 1\n12345 Town\nzoe@x.example",
    ),
    ("Please use the link\n\nhttps://x.example/a\n\nthanks", "Please use the link\n\nhttps://x.example/a\n\nthanks"),
    ("See:\n\nhttps://x.example/a", "See:\n\nhttps://x.example/a"),
    (
        "The error:\n\nError 500 at https://x.example/a\nline 4",
        "The error:\n\nError 500 at https://x.example/a\nline 4",
    ),
    ("Order numbers:\n\n4711 0815 1234\n4712 0816 1235", "Order numbers:\n\n4711 0815 1234\n4712 0816 1235"),
    ("Hello\n--\nZoe", "Hello"),
    ("- item one\n- item two\n\n--\n\nmore text after a rule\nthat goes on", "- item one\n- item two"),
    (
        "Yes.\n\n> On 3 Mar 2025, at 10:00, Help <help@desk.example> wrote:\n> \n> Did it?\n\nAnd this too.",
        "Yes.\n\nAnd this too.",
    ),
    (
        "##- Please type your reply above this line -##\nold text",
        "##- Please type your reply above this line -##\nold text",
    ),
    ("New\n\n##- Please type your reply above this line -##\nold text", "New"),
    (
        'Hi Help,\n\nAt 10:00 my boss wrote:\n"please fix"\n\nCan you?',
        'Hi Help,\n\nAt 10:00 my boss wrote:\n"please fix"\n\nCan you?',
    ),
    ("Vielen Dank!\n\nLG\nZoe", "Vielen Dank!\n\nLG\nZoe"),
    ("OK\n\nVon meinem/meiner Galaxy gesendet", "OK"),
    ("OK\n\nGesendet mit der Telekom Mail App", "OK"),
    ("OK\n\nОтправлено с iPhone", "OK"),
    ("OK\n\nСобщение отправлено из Почты Mail.ru", "OK\n\nСобщение отправлено из Почты Mail.ru"),
    (
        "--\nОтправлено из Mail.ru для Android\n\nпонедельник, 3 марта 2025, 10:00 +03:00 от help@desk.example:\n> x\n\nДа",
        "Да",
    ),
    ("OK\n\nСпасибо.\n\n--\nС уважением,\nИван Петров", "OK\n\nСпасибо."),
    ("OK\n\nEnviado desde mi iPhone\n\n> El 3 mar 2025, a las 10:00, Help <h@d.example> escribió:\n> \n> x", "OK"),
    ("OK\n\nВід: Help [mailto:help@desk.example]\nНадіслано: 3 березня\nКому: Zoe\nТема: x\n\nold", "OK"),
]


@pytest.mark.parametrize(("text", "reply"), CASES)
def test_the_reply_is_what_was_written_this_time(text: str, reply: str) -> None:
    assert reply_of(text) == reply


def test_our_own_quotes_are_cut() -> None:
    assert (
        reply_of("Thanks!\n\nOn 3 March 2025 at 10:00, Ann of the Desk wrote:\n> Did it help?\n> \n> Ann") == "Thanks!"
    )


def test_an_answer_below_an_outlook_block_with_marked_lines_stays() -> None:
    block = "From: Help <help@desk.example>\nSent: Monday\nTo: Zoe\nSubject: x\n\n"
    assert reply_of(block + "> Does it print?\nNo, it does not.\n> Is it on?\nYes.") == "No, it does not.\n\nYes."
