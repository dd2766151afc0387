"""Templates and values: whatever stands in them, a customer sees no brace, no hole and no message of somebody else."""

import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tickets.texts.languages import LANGUAGES
from tickets.texts.template import bare, faults, fill, places
from tickets.texts.text import Text
from tickets.texts.values import VALUES, cleaned, person
from tickets.texts.words import BY_NAME, TEXTS

HOSTILE = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "{number}", "{name.__class__}", "%s %(x)s", "$name", "[a|b]", "\u202eevil", "a\nBcc: all@x.example", "a\r\n\r\nb",
            "\x00", "}{", "{{name}}", "\u2028line", "\ud800", "Zoe|", "]", "[{number}|",
        ]
    ),
)  # fmt: skip
EASY = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
TEMPLATES = st.lists(
    st.one_of(
        st.text(max_size=12), st.sampled_from(["{name}", "[", "]", "|", "{", "}", "{ Number }", "\n", ", ", "\0"])
    ),
    max_size=12,
).map("".join)


@EASY
@given(
    st.sampled_from(TEXTS), st.sampled_from(list(LANGUAGES)), st.dictionaries(st.sampled_from(list(VALUES)), HOSTILE)
)
@example(BY_NAME["greeting"], "en", {"name": "a\nBcc: all@x.example"})
def test_no_text_ever_leaves_a_brace_or_a_bracket_of_its_own_whatever_the_values_are(
    text: Text, language: str, values: dict[str, str]
) -> None:
    template = text.templates[language]
    said = fill(template, cleaned(values))
    assert not set(said) & set("{}\0")
    assert said.count("\n") <= template.count("\n")
    controls = [c for c in said if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") and c != "\n"]
    assert controls == []


@EASY
@given(TEMPLATES, st.dictionaries(st.sampled_from(["name", "number"]), HOSTILE))
def test_no_template_of_an_account_ever_leaves_a_brace_or_raises(template: str, values: dict[str, str]) -> None:
    said = fill(template, values)
    assert not set(said) & set("{}\0")
    faults(template, values)
    bare(template)


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.name)
def test_every_text_is_there_in_every_language_in_the_same_form(text: Text) -> None:
    for templates in filter(None, (text.templates, text.subjects)):
        assert set(templates) == set(LANGUAGES)
        assert len({frozenset(places(template)) for template in templates.values()}) == 1
    for template in text.templates.values():
        assert faults(template, text.places) == ([], False)
        assert "!" not in template
        assert set(text.needs) <= set(text.places)


@pytest.mark.parametrize(("language", "with_name", "without"), [
    ("en", "Hello Zoe,", "Hello,"),
    ("de", "Guten Tag Zoe,", "Guten Tag,"),
    ("es", "Hola, Zoe:", "Hola:"),
    ("fr", "Bonjour Zoe,", "Bonjour,"),
    ("uk", "Добрий день, Zoe.", "Добрий день."),
    ("ru", "Здравствуйте, Zoe.", "Здравствуйте."),
    ("pt", "Olá Zoe,", "Olá,"),
])  # fmt: skip
def test_a_greeting_has_a_form_without_a_name(language: str, with_name: str, without: str) -> None:
    template = BY_NAME["acknowledgement"].templates[language]
    assert fill(template, {"name": "Zoe"}).split("\n")[0] == with_name
    assert fill(template, {}).split("\n")[0] == without


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("Hello {name}, thanks", "Hello, thanks"),
        ("Hello {name}", "Hello"),
        ("{name}, thanks", "thanks"),
        ("Dear {name} Reed", "Dear Reed"),
        ("Number ({number}) is", "Number is"),
        ("Hello\n{mailbox}", "Hello"),
        ("{name}\n\n{mailbox}\nBye", "Bye"),
        ("See [our page] at [#{number}]", "See [our page] at"),
        ("{Unknown} { name } {", ""),
        ("We are [back {opens}|away]", "We are away"),
        ("[{name}|{number}] wrote", "wrote"),
    ],
)
def test_a_place_without_a_value_leaves_no_hole(template: str, said: str) -> None:
    assert fill(template, {}) == said


def test_values_are_not_read_as_templates() -> None:
    assert fill("Hello[ {name}]", {"name": "{number} [x|y]", "number": "7"}) == "Hello (number) [x|y]"


def test_the_docs_name_each_text_with_its_places() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "texts.md").read_text("utf-8")
    told = {}
    for names, listed in re.findall(r"^\| (`.+?`) \|[^|]+\| ([^|]+) \|", page, re.MULTILINE):
        found = set(re.findall(r"\w+", re.sub(r"\(.*\)", "", listed))) - {"none"}
        told |= dict.fromkeys(re.findall(r"`(.+?)`", names), found)
    assert told == {text.name: set(text.places) for text in TEXTS}


def test_the_check_names_places_that_nothing_fills_and_a_brace_that_stands_alone() -> None:
    assert faults("{name} {nmae} {0} }", ("name",)) == (["nmae", "0"], True)
    assert bare("[Hello {name}|Dear {mailbox}] {number}") == ["mailbox", "number"]


@pytest.mark.parametrize(
    "name",
    [
        "",
        "zoe@customer.example",
        "Win at www.evil.example",
        "https://evil.example",
        "Call 0900123456",
        "…",
        "a" * 61,
        "<b>Zoe</b>",
    ],
)
def test_what_is_no_name_counts_as_missing(name: str) -> None:
    assert person(name) == ""


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("“Zoe Reed”", "Zoe Reed"),
        ("Zoe\n  Reed", "Zoe Reed"),
        ("\u202eZoe\u200b", "Zoe"),
        ("Ольга", "Ольга"),
        ("李", "李"),
    ],
)
def test_a_name_is_one_line_without_marks_that_steer(written: str, name: str) -> None:
    assert person(written) == name


def test_a_long_value_is_cut_and_a_link_is_not() -> None:
    found: dict[str, Any] = cleaned({"subject": "word " * 100, "link": "https://x.example/" + "a" * 900})
    assert (len(found["subject"]), found["subject"][-1], len(found["link"])) == (200, "…", 918)
