"""Header fields in the encodings of RFC 2047 and in all the forms that break it."""

import base64

import pytest

from tickets.mime.headers import Headers

B = base64.b64encode("Grüße aus Köln".encode()).decode()


@pytest.mark.parametrize(
    ("field", "wanted"),
    [
        (b"=?utf-8?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        (b"=?UTF-8?Q?Gr=c3=bc=c3=9fe?=", "Grüße"),
        (b"=?utf-8*de?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        (b"=?utf-8?q?Gr=C3=BC?= =?utf-8?q?=C3=9Fe?=", "Grüße"),
        (b"=?utf-8?q?Gr=C3=BC=C3?=\n =?utf-8?q?=9Fe?=", "Grüße"),
        (b"=?utf-8?b?R3LDvMM=?= =?utf-8?q?=9Fe?=", "Grüße"),
        (b"=?utf-8?b?R3LDvMOf?= =?iso-8859-1?q?e_=FC?=", "Grüße ü"),
        (b"Re: =?utf-8?q?Gr=C3=BC=C3=9Fe?= an alle", "Re: Grüße an alle"),
        (b"Re:=?utf-8?q?Gr=C3=BC=C3=9Fe?=an", "Re:Grüßean"),
        (b"=?utf-8?q?Gr=C3=BC=C3=9Fe an alle?=", "Grüße an alle"),
        (b"=?utf-8?q?Gr=C3=BC=C3=9Fe", "Grüße"),
        (b"=?utf-8?q?Gr=C3=BC=C3=9Fe? alle", "Grüße alle"),
        (b"=?iso-8859-1?q?Gr\xfc\xdfe?=", "Grüße"),
        (b"=?koi8-r?q?\xf0\xd2\xc9\xd7\xc5\xd4?=", "Привет"),
        (b"=?utf-8?q?Gr\xc3\xbc\xc3\x9fe?=", "Grüße"),
        (b"=?utf-8?b?" + B.rstrip("=").encode() + b"?=", "Grüße aus Köln"),
        (b"=?utf-8?b?" + B[:7].encode() + b"?= =?utf-8?b?" + B[7:].encode() + b"?=", "Grüße aus Köln"),
        (b"=?utf-8?b?" + B[:6].encode() + b"\n " + B[6:].encode() + b"?=", "Grüße aus Köln"),
        (b"=?unknown-8bit?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        (b"=?x-unknown?b?R3L8398=?=", "Grüßß"),
        (b"=??q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        (b'=?"utf-8"?q?Gr=C3=BC=C3=9Fe?=', "Grüße"),
        (b"=? utf-8 ? q ?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        (b"=?iso-8859-1?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        (b"=?utf-8?q?Gr=FC=DFe?=", "Grüße"),
        (b"=?utf-8?q?=3D=3Futf-8=3Fq=3FGr=3DC3=3DBC=3DC3=3D9Fe=3F=3D?=", "Grüße"),
        (b"=?utf-8?q?100%?= =?utf-8?q?_off=?=", "100% off"),
        (b"=?utf-8?q??=", ""),
        (b"=?utf-8?x?abc?=", "=?utf-8?x?abc?="),
        (b"what =? this ?=", "what =? this ?="),
        (b"=?utf-8?q?a=0Ab?=", "a b"),
        (b"=?iso-2022-jp?b?GyRCRnxLXBsoQg==?= =?iso-2022-jp?b?GyRCOGwbKEI=?=", "日本語"),
        (b"=?cp1251?b?z/Do4uXy?=", "Привет"),
        (b"=?windows-1251?Q?=CF=F0=E8=E2=E5=F2?=", "Привет"),
        ("Grüße".encode(), "Grüße"),
        ("Grüße".encode("latin-1"), "Grüße"),
    ],
)
def test_a_subject_is_decoded_as_its_writer_meant_it(field: bytes, wanted: str) -> None:
    assert Headers(b"Subject: " + field + b"\n\n").get("subject") == wanted


def test_raw_bytes_in_a_field_are_read_in_the_charset_of_the_mail() -> None:
    raw = "Pytanie o zamówienie: łóżko".encode("iso-8859-2")
    assert Headers(b"Subject: " + raw, "iso-8859-2").get("subject") == "Pytanie o zamówienie: łóżko"
    assert Headers(b"Subject: " + "Größe".encode(), "iso-8859-2").get("subject") == "Größe"
