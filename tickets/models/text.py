"""What text may enter the database: no NUL, no lone surrogate."""

LONGEST_SUBJECT = 998  # octets of a header line, RFC 5322 §2.1.1; more is no subject any more

LONGEST_ID = 900  # characters of a Message-ID that are kept: an index row of PostgreSQL ends near 2700 bytes


def storable(text: str, limit: int | None = None) -> str:
    """Return `text` without NUL and lone surrogates, cut to `limit` characters.

    PostgreSQL refuses both, and a mail may hold both.
    """
    if "\0" in text:
        text = text.replace("\0", "")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        text = text.encode("utf-8", "replace").decode("utf-8")
    return text if limit is None else text[:limit]
