"""The authorization servers that mailboxes sign in at, and how this helpdesk is registered there (docs/oauth.md)."""

from typing import Any

from helpdesk import environment as env

GOOGLE = "https://accounts.google.com/o/oauth2/v2/auth", "https://oauth2.googleapis.com/token"
MICROSOFT = "https://login.microsoftonline.com"
OUTLOOK = "https://outlook.office.com"  # whose mailboxes the scopes of Microsoft name
WEB = {"http", "https"}


def servers() -> dict[str, dict[str, Any]]:
    """Read them from the environment. Addresses can be set for a server of one's own, or a test."""
    tenant = env.text("OAUTH_MICROSOFT_TENANT", "common")
    microsoft = f"{MICROSOFT}/{tenant}/oauth2/v2.0"
    return {
        "google": {
            "name": "Google",
            **_client("GOOGLE"),
            "authorize": env.url("OAUTH_GOOGLE_AUTHORIZE_URL", GOOGLE[0], WEB),
            "token": env.url("OAUTH_GOOGLE_TOKEN_URL", GOOGLE[1], WEB),
            "device": "",  # Google's device flow has no scope for mail
            "scope": "https://mail.google.com/",
            "extra": {"access_type": "offline", "prompt": "consent"},
        },
        "microsoft": {
            "name": "Microsoft",
            **_client("MICROSOFT"),
            "authorize": env.url("OAUTH_MICROSOFT_AUTHORIZE_URL", f"{microsoft}/authorize", WEB),
            "token": env.url("OAUTH_MICROSOFT_TOKEN_URL", f"{microsoft}/token", WEB),
            "device": env.url("OAUTH_MICROSOFT_DEVICE_URL", f"{microsoft}/devicecode", WEB),
            "scope": f"offline_access {OUTLOOK}/IMAP.AccessAsUser.All {OUTLOOK}/SMTP.Send",
            "extra": {"prompt": "select_account"},
        },
    }


def _client(name: str) -> dict[str, str]:
    return {
        "client_id": env.text(f"OAUTH_{name}_CLIENT_ID"),
        "client_secret": env.secret(f"OAUTH_{name}_CLIENT_SECRET"),
    }
