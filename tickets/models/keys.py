"""The keys that sign reply addresses and subject tags: derived from SECRET_KEY, older ones still read."""

from functools import lru_cache

from django.conf import settings

from tickets.models.secrets import derive

KEY_ID = "a"  # names the key in force inside a token


def signing_key() -> bytes:
    """Return the key that signs new tokens."""
    return signing_keys()[KEY_ID]


def signing_keys() -> dict[str, bytes]:
    """Return all keys whose tokens are still believed, by key id."""
    return _keys((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


@lru_cache(maxsize=4)
def _keys(secrets: tuple[str, ...]) -> dict[str, bytes]:
    ids = (KEY_ID, *"bcdefgh")
    return {name: derive("reply addresses", secret) for name, secret in zip(ids, secrets, strict=False)}
