"""All settings, from the environment alone. docs/operating.md lists them; a wrong value stops the start and says why."""

import os
import re
import secrets
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from helpdesk import environment as env
from helpdesk import oauth, redis

BASE_DIR = Path(__file__).resolve().parent.parent


# --- Where things are -------------------------------------------------------------------------------------------------


def prepared(folder: Path) -> Path:
    """DATA_DIR itself, made when it is missing."""
    try:
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    except OSError as error:
        raise env.wrong("DATA_DIR", str(folder), f"the folder cannot be made ({error.strerror})") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise env.wrong("DATA_DIR", str(folder), "this user may not write there")
    return folder


# A demo has data of its own, and sends nothing outside.
DEMO = env.flag("DEMO")
DATA_DIR = prepared(env.path("DATA_DIR", BASE_DIR / "var" / "demo" if DEMO else BASE_DIR / "var"))
RECORD_URL = env.url("RECORD_URL", f"file://{DATA_DIR}/record", {"file", "s3"})

HOST = env.text("HOST", "127.0.0.1")
PORT = env.port("PORT", 8000)
SMTP_HOST = env.text("SMTP_HOST", "127.0.0.1")
SMTP_PORT = env.port("SMTP_PORT", 2525)
LMTP_PORT = env.port("LMTP_PORT", 0)
SMTP_TLS_CERT = env.existing_file("SMTP_TLS_CERT")
SMTP_TLS_KEY = env.existing_file("SMTP_TLS_KEY")
if bool(SMTP_TLS_CERT) != bool(SMTP_TLS_KEY):
    raise ImproperlyConfigured("SMTP_TLS_CERT and SMTP_TLS_KEY belong together: set both, or none.")
SMTP_MAX_BYTES = env.number("SMTP_MAX_BYTES", 64 * 1024 * 1024, low=1024)

# The name in Authentication-Results fields that may be believed (RFC 8601, section 2.5): our own mail server's.
AUTHSERV_ID = env.text("AUTHSERV_ID", "mx.harbourlane.example" if DEMO else "")

# Without such a server: SPF, DKIM, ARC and DMARC checked here, by DNS. Off, because nothing should need the internet.
VERIFY_SENDERS = env.flag("VERIFY_SENDERS")
DNS_SERVERS = env.text("DNS_SERVERS")

S3_ENDPOINT_URL = env.url("S3_ENDPOINT_URL", "", {"http", "https"})
AWS_ACCESS_KEY_ID = env.secret("AWS_ACCESS_KEY_ID")
AWS_SECRET_ACCESS_KEY = env.secret("AWS_SECRET_ACCESS_KEY")
AWS_REGION = env.text("AWS_REGION", env.text("AWS_DEFAULT_REGION", "us-east-1"))


def default_site_url() -> str:
    """Where a browser on this machine finds the server."""
    host = "localhost" if HOST in {"0.0.0.0", "::"} else HOST
    return f"http://[{host}]:{PORT}" if ":" in host else f"http://{host}:{PORT}"


SITE_URL = env.site_url("SITE_URL", default_site_url())
SITE_IS_HTTPS = SITE_URL.startswith("https://")

# A link to "your request" in mails to customers: only where they can reach it. It works for so many days.
SITE_IS_PUBLIC = SITE_IS_HTTPS and env.is_public(SITE_URL)
REQUEST_LINKS = SITE_IS_PUBLIC and env.flag("REQUEST_LINKS", True)
REQUEST_LINK_DAYS = env.number("REQUEST_LINK_DAYS", 30, low=1, high=3650)
REQUEST_MAX_BYTES = env.number("REQUEST_MAX_BYTES", 20_000_000, low=1024)

# --- Secrets ----------------------------------------------------------------------------------------------------------


def made_once(file: Path) -> str:
    """The secret in `file`, made at the first start and readable by its owner alone."""
    if not file.exists():
        draft = file.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(64) + "\n", "ascii")
        try:
            os.link(draft, file)  # of two first starts at once, one wins and both read its file
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return file.read_text("ascii").strip()


SECRET_KEY = env.secret("SECRET_KEY") or made_once(DATA_DIR / "secret_key")

# --- Django -----------------------------------------------------------------------------------------------------------

DEBUG = env.flag("DEBUG")
ROOT_URLCONF = "helpdesk.urls"
ASGI_APPLICATION = "helpdesk.asgi.application"
WSGI_APPLICATION = "helpdesk.wsgi.application"
AUTH_USER_MODEL = "tickets.Agent"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LOGIN_URL = "tickets:sign-in"
LOGIN_REDIRECT_URL = "/"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "django_htmx",
    "anymail",
    "tickets.apps.TicketsConfig",  # before allauth: our templates take the place of its own
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "helpdesk",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "csp.middleware.CSPMiddleware",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# --- Database ---------------------------------------------------------------------------------------------------------

# IMMEDIATE: a transaction that reads first and writes later would fail at once, whatever the timeout.
# FULL: a commit is on the disk before anybody is told so.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA journal_size_limit=67108864;",
}
# For PostgreSQL, in the parts that give every connection back (helpdesk/run/parts.py). Seconds to wait for one.
DATABASE_POOL = {"min_size": 0, "max_size": 16, "timeout": 5}


def database() -> dict[str, Any]:
    """SQLite under DATA_DIR, or what DATABASE_URL names."""
    value = env.url("DATABASE_URL", f"sqlite:///{DATA_DIR}/db.sqlite3", {"sqlite", "postgres", "postgresql"})
    found: dict[str, Any] = environ.Env.db_url_config(value)
    if not found.get("NAME"):
        raise env.wrong("DATABASE_URL", value, "it names no database; write postgresql://user:password@host/name")
    options = SQLITE_OPTIONS if found["ENGINE"].endswith("sqlite3") else {}
    return {**found, "OPTIONS": {**found.get("OPTIONS", {}), **options}, "CONN_MAX_AGE": 0, "ATOMIC_REQUESTS": False}


DATABASES = {"default": database()}

# --- Redis and Celery -------------------------------------------------------------------------------------------------

REDIS_SOCKET = redis.socket_path(DATA_DIR)
REDIS_URL = env.url("REDIS_URL", f"unix://{REDIS_SOCKET}", {"redis", "rediss", "unix"})
REDIS_IS_EMBEDDED = not env.text("REDIS_URL")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL, "KEY_PREFIX": "cache"}
}

CELERY_BROKER_URL = env.text("CELERY_BROKER_URL", REDIS_URL.replace("unix://", "redis+socket://", 1))
# The tables are the queues: a task only rings the bell, so that nothing is kept, retried or acknowledged late here.
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_DEFAULT_QUEUE = "slow"
CELERY_TASK_ROUTES = {
    "tickets.tasks.process_inbox": {"queue": "in"},
    "tickets.tasks.deliver": {"queue": "out"},
    "tickets.tasks.append": {"queue": "record"},
    "tickets.tasks.fetch_files": {"queue": "files"},
    "tickets.tasks.*": {"queue": "slow"},
}
CELERY_TASK_SEND_SENT_EVENT = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True  # concerns late acknowledgement only: none here
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
BELLS_PREFIX = "celery:"
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"socket_connect_timeout": 1, "global_keyprefix": BELLS_PREFIX} if CELERY_BROKER_URL.startswith("redis") else {}
)
LANES = ("in", "out", "slow", "record", "files")
# Parts that must be alive somewhere for /healthz to say ok.
PARTS = (*LANES, "clock", "mail", *(["phone"] if DEMO else []))

# --- Mail -------------------------------------------------------------------------------------------------------------

# The default way out; a mailbox may have its own. With no EMAIL_HOST, mail goes to a Maildir under DATA_DIR.
EMAIL_HOST = "" if DEMO else env.text("EMAIL_HOST")
EMAIL_PORT = env.port("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.secret("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS")
EMAIL_USE_SSL = env.flag("EMAIL_USE_SSL")
if EMAIL_USE_TLS and EMAIL_USE_SSL:
    raise ImproperlyConfigured(
        "EMAIL_USE_TLS and EMAIL_USE_SSL exclude each other: set TLS for port 587, SSL for port 465."
    )
EMAIL_TIMEOUT = env.number("EMAIL_TIMEOUT", 30, low=1)
EMAIL_BACKEND = env.text("EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", f"helpdesk@{urlsplit(SITE_URL).hostname}")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# ANYMAIL_POSTMARK_WEBHOOK_SECRET and the like: anymail's own names, taken as they are, each also as …_FILE.
ANYMAIL = {
    name.removesuffix("_FILE"): env.secret(name.removesuffix("_FILE"))
    for name in os.environ
    if name.startswith("ANYMAIL_")
}
ANYMAIL = {name.removeprefix("ANYMAIL_"): value for name, value in ANYMAIL.items()}

CHANNELS = [
    "tickets.mail.channel.Email",
    "bridges.telegram.channel.Telegram",
    "bridges.whatsapp.channel.WhatsApp",
    "bridges.viber.channel.Viber",
    "bridges.webchat.channel.Webchat",
]
LAST_RESORT = "email"
OAUTH = oauth.servers()  # where mailboxes sign in by consent


def apps_beside(channels: list[str], folder: str) -> list[str]:
    """The apps of this name beside bridges: "pages" for customers; in a demo "demo", their side (tickets/stand_in.py)."""
    rooms = [channel.rsplit(".", 2)[0] for channel in channels if channel.startswith("bridges.")]
    return [f"{room}.{folder}" for room in rooms if (BASE_DIR / room.replace(".", "/") / folder).is_dir()]


PAGE_APPS, DEMO_APPS = (apps_beside(CHANNELS, folder) for folder in ("pages", "demo"))
INSTALLED_APPS += PAGE_APPS
PHONE_PORT = env.port("PHONE_PORT", 8081)
if DEMO:
    INSTALLED_APPS += DEMO_APPS

# --- The record -------------------------------------------------------------------------------------------------------

# A seal states where the record's chain ends; a copy at an address outside shows whether anybody has rewritten it since.
SEAL_MINUTES = env.number("SEAL_MINUTES", 10, high=60 * 24 * 7)
SEAL_WITNESS = env.text("SEAL_WITNESS")
if SEAL_WITNESS and not re.fullmatch(r"[^@\s,;]+@[^@\s,;]+", SEAL_WITNESS):
    raise env.wrong("SEAL_WITNESS", SEAL_WITNESS, "it must be one email address")

# --- Language and time ------------------------------------------------------------------------------------------------

USE_TZ = True
USE_I18N = True
TIME_ZONE = env.time_zone("TIME_ZONE", "UTC")
LANGUAGES = [
    ("en", "English"),
    ("de", "Deutsch"),
    ("fr", "Français"),
    ("it", "Italiano"),
    ("uk", "Українська"),
    ("ar", "العربية"),
    ("ja", "日本語"),
]
LANGUAGE_CODE = env.text("LANGUAGE_CODE", "en")
if LANGUAGE_CODE not in dict(LANGUAGES):
    raise env.wrong("LANGUAGE_CODE", LANGUAGE_CODE, f"it must be one of {', '.join(dict(LANGUAGES))}")
LOCALE_PATHS = [BASE_DIR / "tickets" / "locale"]

# --- Static files -----------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
# Files are found in the packages themselves: nothing to collect before a start. A folder here is for `collectstatic`.
STATIC_ROOT = env.text("STATIC_ROOT") or None
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

# --- Security ---------------------------------------------------------------------------------------------------------

ALLOWED_HOSTS = sorted({str(urlsplit(SITE_URL).hostname), "localhost", "127.0.0.1", "[::1]"})
CSRF_TRUSTED_ORIGINS = sorted({SITE_URL, f"http://localhost:{PORT}", f"http://127.0.0.1:{PORT}"})
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SITE_IS_HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# A browser keeps cookies per host, not per port: two helpdesks on one machine must not sign each other out.
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"holdfast-{PORT}", f"holdfast-csrf-{PORT}"
SECURE_SSL_REDIRECT = SITE_IS_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^healthz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SITE_IS_HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
# W019: sanitised mail is shown in a frame of our own pages. W005, W021: whether subdomains may be held to https, and
# preloaded so, is the decision of the domain's owner.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W019", "security.W021"]
if not SITE_IS_HTTPS:
    # W004, W008, W012, W016: the address is http://, as on a first try on one machine; https brings all four.
    SILENCED_SYSTEM_CHECKS += ["security.W004", "security.W008", "security.W012", "security.W016"]

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "media-src": ["'self'"],
        "manifest-src": ["'self'"],
        "frame-src": ["'self'"],
        "frame-ancestors": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
    }
}

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
# django-allauth: signing in with an address and a password, a second step, and sessions. Wrong tries are counted by us
# (tickets/views/tries.py), so that whoever guesses cannot lock anybody else out.
ACCOUNT_ADAPTER = "tickets.views.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = False
ACCOUNT_FORMS = {"change_password": "tickets.views.adapters.NewPasswordForm"}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
MFA_ADAPTER = "tickets.views.adapters.SecondStepAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Holdfast"
MFA_TOTP_TOLERANCE = 1
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_FORMS = {
    "authenticate": "tickets.views.adapters.CodeForm",
    "reauthenticate": "tickets.views.adapters.CodeAgainForm",
}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# What may come in one request, without its files: a provider's webhook holds a whole mail, 50 MB and a third as base64.
DATA_UPLOAD_MAX_MEMORY_SIZE = 75 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# --- Logs -------------------------------------------------------------------------------------------------------------

LOG_LEVEL = env.text("LOG_LEVEL", "INFO").upper()
if LOG_LEVEL not in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}:
    raise env.wrong("LOG_LEVEL", LOG_LEVEL, "it must be DEBUG, INFO, WARNING, ERROR or CRITICAL")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "class": "helpdesk.logs.WithoutLinks",
            "format": "%(asctime)s %(levelname)s [%(processName)s] %(name)s: %(message)s",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "stream": sys.stderr}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"level": "INFO", "propagate": True, "handlers": []},
        "django.server": {"level": "WARNING", "propagate": True, "handlers": []},
        # Libraries that tell every step at INFO.
        **{
            name: {"level": "WARNING"}
            for name in ("celery", "kombu", "uvicorn", "httpx", "imapclient", "mail.log", "botocore", "asyncio")
        },
    },
}
