"""The settings of the tests: an environment of their own, so that nobody's real data, mail or Redis is touched."""

import atexit
import os
import shutil
import tempfile

KEPT = {"DATABASE_URL", "LOG_LEVEL"}
OURS = {
    "DATA_DIR", "RECORD_URL", "HOST", "PORT", "SMTP_HOST", "SMTP_PORT", "LMTP_PORT", "REDIS_URL", "CELERY_BROKER_URL",
    "SECRET_KEY", "SECRET_KEY_FILE", "SITE_URL", "TIME_ZONE", "SMTP_TLS_CERT", "SMTP_TLS_KEY", "SMTP_MAX_BYTES",
    "AUTHSERV_ID", "S3_ENDPOINT_URL", "DEBUG", "DEMO", "EMAIL_HOST", "EMAIL_PORT", "EMAIL_HOST_USER",
    "EMAIL_HOST_PASSWORD", "EMAIL_BACKEND", "LANGUAGE_CODE", "STATIC_ROOT", "PHONE_PORT", "SEAL_MINUTES", "SEAL_WITNESS",
}  # fmt: skip
for name in OURS - KEPT:
    os.environ.pop(name, None)

SCRATCH = tempfile.mkdtemp(prefix="holdfast-tests-")
os.environ["DATA_DIR"] = SCRATCH
os.environ["SECRET_KEY"] = "tests only, and not a secret: " + "0123456789abcdef" * 3
# Playwright's event loop runs beside the test, in the same thread; the ORM calls are the test's own.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "yes"

from helpdesk.settings import *  # noqa: E402, F403
from helpdesk.settings import DATABASES, DEMO_APPS, INSTALLED_APPS  # noqa: E402

INSTALLED_APPS = [*INSTALLED_APPS, *DEMO_APPS]

maker = os.getpid()
atexit.register(lambda: os.getpid() == maker and shutil.rmtree(SCRATCH, ignore_errors=True))

# A file, as in real life: threads and other processes see what a test commits.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": f"{SCRATCH}/test.sqlite3"}
elif "MIGRATED" in os.environ:
    DATABASES["default"]["TEST"] = {"TEMPLATE": os.environ["MIGRATED"]}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
