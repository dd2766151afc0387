"""Public ids: short random names that stand in URLs, addresses and the record instead of primary keys."""

import secrets

ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"  # base32 in lower case: survives mail systems that fold case


def new_id(length: int = 16) -> str:
    """Return `length` random characters of base32, 5 bits each (16 characters: 80 bits)."""
    return "".join(ALPHABET[byte & 31] for byte in secrets.token_bytes(length))


def new_random() -> str:
    """Return 128 random bits in hex, so that the hash of an erased entry tells nothing about its content."""
    return secrets.token_hex(16)
