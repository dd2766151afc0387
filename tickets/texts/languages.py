"""The languages that texts for customers are written in."""

from django.utils.translation import get_language_info

LANGUAGES = {
    "en": "English",
    "de": "Deutsch",
    "es": "Español",
    "fr": "Français",
    "uk": "Українська",
    "ru": "Русский",
    "pt": "Português",
}
DEFAULT = "en"


def spoken(code: str) -> str:
    """Return the language of ours that a code means: "pt" for "pt-BR"; "" for one that has no texts here."""
    base = code.lower().replace("_", "-").partition("-")[0]
    return base if base in LANGUAGES else ""


def direction(code: str) -> str:
    """Return how a language runs, as HTML writes it: "ltr" or "rtl"."""
    return "rtl" if get_language_info(code)["bidi"] else "ltr"


def language_name(code: str) -> str:
    """Return what a language is called in the language of whoever looks at the screen; the code itself if nobody knows it."""
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code
