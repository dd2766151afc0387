"""A JSON field whose database column is encrypted: account credentials at rest."""

import base64
import json
import os
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models


def derive(purpose: str, secret: str | bytes | None = None) -> bytes:
    """Return 32 key bytes made of SECRET_KEY for one `purpose`, so that no key serves two ends (RFC 5869)."""
    material = secret or settings.SECRET_KEY
    material = material.encode() if isinstance(material, str) else material
    return HKDF(hashes.SHA256(), 32, salt=None, info=f"holdfast {purpose}".encode()).derive(material)


def _fernet() -> MultiFernet:
    return _fernet_of(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


@lru_cache(maxsize=4)
def _fernet_of(*secrets: str) -> MultiFernet:
    """The newest key encrypts, all of them decrypt."""
    return MultiFernet([Fernet(base64.urlsafe_b64encode(derive("credentials", secret))) for secret in secrets])


def wrapped(text: str) -> str:
    """Encrypt one secret."""
    return _fernet().encrypt(text.encode()).decode()


def unwrapped(token: str) -> str:
    """Decrypt what `wrapped` made. With a lost key it is a new secret, that nothing fits: an empty one could be guessed."""
    try:
        return _fernet().decrypt(token.encode()).decode()
    except InvalidToken:
        return base64.b32encode(os.urandom(20)).decode()


class EncryptedJSONField(models.TextField[Any, Any] if TYPE_CHECKING else models.TextField):  # type: ignore[misc]
    """Holds a JSON value; the column holds a Fernet token. With a lost key it reads as {}: everything else lives on."""

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        if not value:
            return {}
        try:
            return json.loads(_fernet().decrypt(value.encode()))
        except InvalidToken:
            return {}

    def to_python(self, value: Any) -> Any:
        return value

    def get_prep_value(self, value: Any) -> str:
        return _fernet().encrypt(json.dumps(value or {}, sort_keys=True).encode()).decode() if value else ""
