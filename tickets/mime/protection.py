"""Is a mail signed or encrypted, and how (RFC 3156, RFC 8551)? It is kept as it came and recognised; opening it comes later."""

from tickets.mime.parse import Mail

PGP_SIGNED, PGP_ENCRYPTED = "pgp-signed", "pgp-encrypted"
SMIME_SIGNED, SMIME_ENCRYPTED = "smime-signed", "smime-encrypted"
_ARMOUR = {"-----BEGIN PGP MESSAGE-----": PGP_ENCRYPTED, "-----BEGIN PGP SIGNED MESSAGE-----": PGP_SIGNED}
_SMIME = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_PARTS = {
    "application/pgp-encrypted": PGP_ENCRYPTED,
    "application/pgp-signature": PGP_SIGNED,
    "application/pkcs7-signature": SMIME_SIGNED,
    "application/x-pkcs7-signature": SMIME_SIGNED,
}


def protection(mail: Mail) -> str:
    """Return "pgp-encrypted", "pgp-signed", "smime-encrypted", "smime-signed" or "": what the outermost layer says."""
    head = " ".join((mail.headers.get("content-type") or "").lower().split())
    kind = head.partition(";")[0].strip()
    if kind in _SMIME:
        return SMIME_SIGNED if "signed-data" in head or "certs-only" in head else SMIME_ENCRYPTED
    parts = [_PARTS[file.content_type] for file in mail.attachments if file.content_type in _PARTS]
    if parts or kind == "multipart/encrypted":
        return parts[0] if parts else PGP_ENCRYPTED
    top = mail.text[:4000].lstrip()
    armoured = next((kind for line, kind in _ARMOUR.items() if top.startswith(line)), "")
    return armoured or next((SMIME_ENCRYPTED for file in mail.attachments if file.content_type in _SMIME), "")
