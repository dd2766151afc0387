"""HTML of strangers: made safe, shown with or without its pictures, turned into text, and text turned into HTML."""

import html as entities
import re
from collections.abc import Mapping

import nh3

from tickets.mime.charsets import clean
from tickets.mime.html_hidden import with_hidden_classes
from tickets.mime.html_text import text_of_clean

LARGEST = 2_000_000
LONGEST_ROUGH = 3_000_000
DEEPEST = 500
MOST_WORK = 1_000_000
MOST_ENTITIES = 60_000
LONGEST_TAG = 60_000
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_MARKUP = re.compile(r"<[a-zA-Z/!?][^<>]*>?")
_SILENT = re.compile(r"<(script|style|title|!--)", re.I)
_LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{60000}")
_SILENT_ENDS = {name: re.compile(rf"</{name}[^<>]*>?", re.I) for name in ("script", "style", "title")}
_SILENT_ENDS["!--"] = re.compile("-->")
_DATA = re.compile(r"([\"'(=])data:[^\"'()<>\s]{200,}", re.I)
_BREAKING = re.compile(r"<(?:br|/p|/div|/tr|/li|/h[1-6]|/table|/blockquote)\b[^<>]{0,200}>", re.I)
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"]
)
_IMAGE = re.compile(r"<img\b[^<>]*>")
_SOURCE = re.compile(r'(\ssrc=")([^"]*)"')
_URL = re.compile(r"\bhttps?://[^\s<>\"'\x00-\x1f]{1,2000}", re.I)
# The shorthand may name a remote picture, so it does not pass; its plain colour does, or white words stand on white.
_BACKGROUND = re.compile(
    r"\bbackground\s{0,3}:\s{0,3}(#[0-9a-f]{3,8}|rgba?\([\d,.%\s]{1,40}\)|[a-z]{3,30})(?=\s{0,3}[;\"'!])", re.I
)
_TRAILING = ".,;:!?)]}'\"»"
_PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")

_TAGS = set(nh3.ALLOWED_TAGS) - {"area", "map", "rtc"} | {
    "font",
    "tfoot",
    "big",
    "main",
    "section",
    "address",
    "dir",
    "nobr",
    "label",
}
_BLOCK = {"align", "dir", "lang", "style", "title"}
_SIZED = {"width", "height", "valign", "bgcolor", "border", "cellpadding", "cellspacing", "nowrap"}
_ATTRIBUTES: dict[str, set[str]] = {
    "*": _BLOCK,
    "a": {"href", "name"},
    "img": {"src", "alt", "width", "height", "border", "hspace", "vspace"},
    "font": {"color", "face", "size"},
    "hr": {"size", "width", "color", "noshade"},
    "ol": {"start", "type"}, "ul": {"type"}, "li": {"value"},
    "col": {"span", "width"}, "colgroup": {"span", "width"},
    "td": {"colspan", "rowspan", *_SIZED}, "th": {"colspan", "rowspan", "scope", *_SIZED},
    "table": set(_SIZED), "tr": set(_SIZED), "tbody": {"valign"}, "thead": {"valign"}, "tfoot": {"valign"},
    "time": {"datetime"}, "data": {"value"},
}  # fmt: skip
# What mail programs put around quoted history. Only these values pass, so that no id or class of the page can be taken.
_QUOTE_CLASSES = {
    "gmail_quote", "gmail_attr", "gmail_signature", "gmail_extra", "gmail_quote_container", "moz-cite-prefix", "moz-signature",
    "moz-forward-container", "yahoo_quoted", "protonmail_quote", "protonmail_signature_block", "tutanota_quote", "zmail_extra",
    "WordSection1", "OutlookMessageHeader", "quote", "signature",
}  # fmt: skip
_QUOTE_IDS = {
    "divRplyFwdMsg",
    "appendonsend",
    "OLK_SRC_BODY_SECTION",
    "reply-intro",
    "mail-editor-reference-message-container",
    "ms-outlook-mobile-signature",
    "AppleMailSignature",
    "composer_signature",
    "_rc_sig",
    "Signature",
    "signature",
}
_STYLES = {
    "color", "background-color", "font", "font-family", "font-size", "font-style", "font-weight", "font-variant", "line-height",
    "letter-spacing", "text-align", "text-decoration", "text-indent", "text-transform", "vertical-align", "white-space", "word-break",
    "border", "border-top", "border-right", "border-bottom", "border-left", "border-color", "border-style", "border-width",
    "border-collapse", "border-spacing", "border-radius", "padding", "padding-top", "padding-right", "padding-bottom", "padding-left",
    "width", "height", "max-width", "min-width", "list-style-type", "direction", "table-layout", "display",
}  # fmt: skip

_cleaner = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags={"script", "style", "title", "template", "noscript", "iframe", "object", "svg", "math",
                        "textarea", "select", "xmp", "noembed", "noframes"},
    attributes=_ATTRIBUTES,
    allowed_classes=dict.fromkeys(("div", "blockquote", "span", "p", "table"), _QUOTE_CLASSES),
    tag_attribute_values={
        "div": {"id": _QUOTE_IDS}, "span": {"id": _QUOTE_IDS}, "p": {"id": _QUOTE_IDS},
        "hr": {"tabindex": {"-1"}, "data-marker": {"__DIVIDER__"}, "id": {"stopSpelling"}},
        "blockquote": {"type": {"cite"}},
    },
    url_schemes={"http", "https", "mailto", "tel", "cid", "xmpp", "sip", "sms"},
    url_relative="deny",
    filter_style_properties=_STYLES,
    link_rel="noopener noreferrer nofollow",
)  # fmt: skip


def sanitise(html: str) -> str:
    """`html` with nothing in it that can run, load a frame, post a form or restyle the page; cid: and http(s) pictures stay.

    HTML that is larger, deeper or more tangled than any mail program writes is shown as its text.
    """
    html = _without_pictures(html)
    if not is_sane(html):
        return from_text(rough_text(html))
    if "display" in html:
        html = with_hidden_classes(html)
    if "background" in html:
        html = _BACKGROUND.sub(r"background-color:\1", html)
    try:
        return clean(_cleaner.clean(html))
    except Exception:
        return from_text(rough_text(html))  # a fault of the vendor's library must not cost the mail


def is_cut(html: str) -> bool:
    """Is `html` so long that `sanitise` leaves its end out?"""
    return len(html) > LONGEST_ROUGH and len(_without_pictures(html)) > LONGEST_ROUGH


def _without_pictures(html: str) -> str:
    """`html` without the pictures inside the markup, which are not shown anyway."""
    return _DATA.sub(r"\1", html) if len(html) > LONGEST_TAG and "data:" in html else html


def is_sane(html: str) -> bool:
    """Can a parser build this tree in linear time? Deep nesting makes every HTML library quadratic."""
    tags = html.count("<")
    if len(html) > LARGEST or html.count("&") > MOST_ENTITIES or html.count("=") > 5000 + 20 * tags:
        return False
    if len(html) > LONGEST_TAG and _LONG_TAG.search(html):
        return False
    if tags <= DEEPEST:
        return True
    depth = work = 0
    for closing, name in _TAG.findall(html):
        if name.lower() in _VOID:
            continue
        depth += -1 if closing and depth else 1 if not closing else 0
        work += depth
        if depth > DEEPEST or work > MOST_WORK:
            return False
    return True


def rough_text(html: str) -> str:
    """The words of HTML that is not safe to parse: scripts and tags cut out, entities decoded. Linear in its length."""
    html = _without_silent(html[:LONGEST_ROUGH])
    return clean(entities.unescape(_MARKUP.sub(" ", _BREAKING.sub("\n", html)))).strip()


def _without_silent(html: str) -> str:
    """`html` without scripts, style sheets, titles and comments; one that never ends takes the rest."""
    out, at = [], 0
    while match := _SILENT.search(html, at):
        out.append(html[at : match.start()])
        stop = _SILENT_ENDS[match[1].lower()].search(html, match.end())
        if not stop:
            return "".join(out)
        at = stop.end()
    return "".join([*out, html[at:]])


def to_text(html: str) -> str:
    """`html` as a person would have written it in plain text: paragraphs, lists, quotes with `> `, links with their address."""
    return text_of_clean(sanitise(html))


def display(sanitised: str, images: Mapping[str, str], remote: Mapping[str, str] | None = None) -> tuple[str, int]:
    """Sanitised HTML for the screen, and how many remote pictures it leaves out.

    `images` maps content ids to URLs of ours; `remote` maps http(s) addresses to URLs that fetch them through the server.
    A picture that is in neither keeps its place and words without a source.
    """
    blocked = 0

    def source(match: re.Match[str]) -> str:
        nonlocal blocked
        url = entities.unescape(match[2])
        if url[:4].lower() == "cid:":
            target = images.get(url[4:]) or images.get(entities.unescape(_percent(url[4:])))
        else:
            target = (remote or {}).get(url)
            blocked += target is None
        return f'{match[1]}{entities.escape(target)}"' if target else ""

    return _IMAGE.sub(lambda image: _SOURCE.sub(source, image[0]), sanitised), blocked


def _percent(text: str) -> str:
    return re.sub(r"%([0-9A-Fa-f]{2})", lambda match: chr(int(match[1], 16)), text)


def from_text(text: str) -> str:
    """Plain text as safe HTML: a paragraph for each block, <br> for each line break, links that can be pressed."""
    paragraphs = _PARAGRAPHS.split(text.strip("\n"))
    return "\n".join(f"<p>{_linked(block)}</p>" for block in paragraphs if block.strip())


def _linked(text: str) -> str:
    out, at = [], 0
    for match in _URL.finditer(text):
        url = match[0].rstrip(_TRAILING)
        if url.endswith("/") or "(" not in url:
            pass
        elif match[0][len(url) : len(url) + 1] == ")":
            url += ")"
        out.append(_escaped(text[at : match.start()]))
        address = entities.escape(url)
        out.append(f'<a href="{address}" rel="noopener noreferrer nofollow">{address}</a>')
        at = match.start() + len(url)
    return "".join([*out, _escaped(text[at:])])


def _escaped(text: str) -> str:
    return entities.escape(text).replace("\n", "<br>\n")
