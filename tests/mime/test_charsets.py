"""Which characters do the bytes mean, with a right label, a wrong one, or none?"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tickets.mime.charsets import codec, decode

RUSSIAN = "Здравствуйте, не могу войти в личный кабинет"


@pytest.mark.parametrize(
    ("label", "wanted"),
    [
        ("utf-8", "utf-8"),
        ("UTF8", "utf-8"),
        ('"utf-8";', "utf-8"),
        ("utf-8 (the usual)", "utf-8"),
        ("utf-8=20", "utf-8"),
        ("iso 8859-1", "cp1252"),
        ("iso-8559-1", "cp1252"),
        ("iso8859-15", "iso8859-15"),
        ("windows 1250", "cp1250"),
        ("win-1251", "cp1251"),
        ("x-cp1251", "cp1251"),
        ("ibm852", "cp852"),
        ("gb2312", "gb18030"),
        ("ks_c_5601-1987", "cp949"),
        ("x-mac-croatian", "mac-croatian"),
        ("unicode-1-1-utf-7", "utf-7"),
        ("x-unknown", None),
        ("8bit", None),
        ("us-ascii", None),
        ("punycode", None),
        ("base64", None),
        ("", None),
    ],
)
def test_a_label_names_what_really_decodes(label: str, wanted: str | None) -> None:
    assert codec(label) == wanted


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        *((RUSSIAN, charset) for charset in ("cp1251", "koi8-r", "cp866", "iso8859-5", "utf-8")),
        ("СРОЧНО! Заказ", "cp1251"),
        ("СРОЧНО! Заказ", "koi8-r"),
        ("Доброго дня, де моє замовлення?", "koi8-u"),
        ("Καλημέρα, πού είναι η παραγγελία μου;", "cp1253"),
        ("שלום, איפה ההזמנה שלי?", "cp1255"),
        ("مرحبا أين طلبي؟", "cp1256"),
        ("สวัสดีครับ สินค้าอยู่ที่ไหน", "cp874"),
        ("Dzień dobry, gdzie jest moja paczka? Chciałbym wiedzieć, proszę", "cp1250"),
        ("Dzień dobry, gdzie jest moja paczka? Chciałbym wiedzieć, proszę", "iso8859-2"),
        ("Dobrý den, přeji hezký den, řešíme to, děkuji", "cp1250"),
        ("Grüße aus München, schön", "cp1252"),
        ("Où est ma commande ? Ça va déjà", "cp1252"),
        ("10 m² für 5 m³, ±3 °C, ¼ Liter", "cp1252"),
        ("Smørrebrød på Ærø, hjørnet, bjørn", "cp1252"),
        ("así está ¿qué tal? mañana ¿no?", "cp1252"),
        ("您好，请问我的订单什么时候可以到？谢谢", "gb18030"),
        ("注文した商品がまだ届いていません。", "cp932"),
        ("注文した商品がまだ届いていません。", "iso2022_jp"),
    ],
)
def test_text_without_a_label_is_read_by_its_letters(text: str, charset: str) -> None:
    assert decode(text.encode(charset)) == text


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\ufeff\x1b")))
def test_utf_8_is_utf_8_whatever_it_is_called(text: str) -> None:
    assert decode(text.encode(), "utf-8") == text
    assert decode(text.encode(), "iso-8859-2") == text
    assert decode(text.encode()) == text


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=60),
    st.sampled_from(["utf-16", "iso-2022-jp", "utf-7", "hz", "big5", "gb2312", "x", "iso-2022-kr"]),
)
def test_any_bytes_are_some_text(raw: bytes, label: str) -> None:
    assert decode(raw + b"\x1b$B" + raw, label).encode("utf-8") is not None
    assert "\x00" not in decode(raw, label)
