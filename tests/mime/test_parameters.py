"""Content-Type and Content-Disposition, and the file names in them, however they are written."""

import pytest

from tickets.mime.parameters import file_name, value_and_parameters


@pytest.mark.parametrize(
    ("text", "value", "parameters"),
    [
        ("text/plain", "text/plain", {}),
        ("TEXT / Plain; Charset=UTF-8", "text/plain", {"charset": "UTF-8"}),
        ('"text/html"; charset=utf-8', "text/html", {"charset": "utf-8"}),
        ("text/plain charset=utf-8", "text/plain", {"charset": "utf-8"}),
        ("text/plain; charset = utf-8 ;;", "text/plain", {"charset": "utf-8"}),
        ("text/plain; charset=utf-8 (the usual)", "text/plain", {"charset": "utf-8"}),
        ('text/plain; charset="utf-8', "text/plain", {"charset": "utf-8"}),
        ("text/plain; charset='utf-8'", "text/plain", {"charset": "'utf-8'"}),
        ('multipart/mixed; boundary="a;b=c"', "multipart/mixed", {"boundary": "a;b=c"}),
        ("multipart/mixed; boundary=a=b(c)/d", "multipart/mixed", {"boundary": "a=b(c)/d"}),
        ('a/b; name="x" charset="y"', "a/b", {"name": "x", "charset": "y"}),
        ("filename=a.txt", "", {"filename": "a.txt"}),
        ("", "", {}),
        (";;;", "", {}),
    ],
)
def test_a_value_is_read_with_its_parameters(text: str, value: str, parameters: dict[str, str]) -> None:
    assert value_and_parameters(text) == (value, parameters)


@pytest.mark.parametrize(
    ("parameters", "wanted"),
    [
        ('filename="offer.pdf"', "offer.pdf"),
        ("filename=my offer.pdf", "my offer.pdf"),
        ('filename="the "best" offer.pdf"', 'the "best" offer.pdf'),
        ('filename="the \\"best\\" offer.pdf"', 'the "best" offer.pdf'),
        ('filename="C:\\My Files\\offer.pdf"', "offer.pdf"),
        ('filename="/etc/../offer.pdf"', "offer.pdf"),
        ("filename*=utf-8''Gr%C3%BC%C3%9Fe.pdf", "Grüße.pdf"),
        ("filename*=utf-8'de'Gr%C3%BC%C3%9Fe.pdf; filename=Gruesse.pdf", "Grüße.pdf"),
        ("filename=Gruesse.pdf; filename*=utf-8''Gr%C3%BC%C3%9Fe.pdf", "Grüße.pdf"),
        ("filename*=\"utf-8''Gr%C3%BC%C3%9Fe.pdf\"", "Grüße.pdf"),
        ("filename=\"utf-8''Gr%C3%BC%C3%9Fe.pdf\"", "Grüße.pdf"),
        ("filename=\"iso-8859-15'de'Gr%FC%DFe.pdf\"", "Grüße.pdf"),
        ("filename*=iso-8859-1''Gr%FC%DFe.pdf", "Grüße.pdf"),
        ("filename*=''Gr%C3%BC%C3%9Fe.pdf", "Grüße.pdf"),
        ("filename*=Gr%C3%BC%C3%9Fe.pdf", "Grüße.pdf"),
        ("filename*1*=%C3%9Fe.pdf; filename*0*=utf-8''Gr%C3%BC", "Grüße.pdf"),
        ("filename*0*=utf-8''Gr%C3; filename*1*=%BC%C3%9Fe.pdf", "Grüße.pdf"),
        ("filename*0*=utf-8''Gr%C3%BC%C3%9Fe; filename*1=\" 100%.pdf\"", "Grüße 100%.pdf"),
        ('filename*0="long "; filename*1="name"; filename*2=.pdf', "long name.pdf"),
        ('filename*0="long "; filename*2=.pdf', "long .pdf"),
        ('filename*0="=?utf-8?q?Gr=C3=BC"; filename*1="=C3=9Fe.pdf?="', "Grüße.pdf"),
        ('filename="=?utf-8?q?Gr=C3=BC=C3=9Fe.pdf?="', "Grüße.pdf"),
        ("filename==?utf-8?q?Gr=C3=BC=C3=9Fe.pdf?=", "Grüße.pdf"),
        ('filename="=?utf-8?b?R3LDvMOf?= =?utf-8?b?ZS5wZGY=?="', "Grüße.pdf"),
        ("filename*=utf-8''%3D%3Futf-8%3Fq%3FGr=C3=BC=C3=9Fe.pdf%3F%3D", "Grüße.pdf"),
        ('filename="100%25 sure.pdf"', "100%25 sure.pdf"),
        ('filename="ann\u202efdp.exe"', "annfdp.exe"),
        ('filename="a\tb.pdf"', "ab.pdf"),
        ('filename=""', None),
        ("filename=", None),
    ],
)
def test_a_file_name_is_read_however_it_is_written(parameters: str, wanted: str | None) -> None:
    assert file_name(value_and_parameters(f"attachment; {parameters}")[1], {}) == wanted
