"""A wrong setting stops the start, and says which one and why."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.services.holdfast import ROOT, environment


def check(tmp_path: Path, **settings: str) -> tuple[int, str]:
    """Exit code and words of `manage.py check` with these settings."""
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT, env=environment(tmp_path, **settings), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("PORT", "http", "it is not a whole number"),
        ("PORT", "70000", "it must be between 0 and 65535"),
        ("SMTP_MAX_BYTES", "64 MB", "it is not a whole number"),
        ("SITE_URL", "help.example.org", "it must begin with one of http://, https://"),
        ("SITE_URL", "https://help.example.org/desk", "a host without a path"),
        ("TIME_ZONE", "Europe/Kiyv", "it is no time zone known here"),
        ("DATABASE_URL", "oracle://x/y", "it must begin with one of"),
        ("DATABASE_URL", "postgresql://localhost", "it names no database"),
        ("SECRET_KEY_FILE", "/does/not/exist", "it cannot be read"),
        ("SMTP_TLS_CERT", "/does/not/exist", "there is no file there that can be read"),
        ("DEBUG", "perhaps", "it must be yes or no"),
        ("DATA_DIR", "/proc/nowhere", "the folder cannot be made"),
    ],
)
def test_a_wrong_setting_is_named_with_the_reason(tmp_path: Path, name: str, value: str, why: str) -> None:
    code, words = check(tmp_path, **{name: value})
    assert code == 1
    assert words.startswith(f"{name}='{value}' cannot be used: ")
    assert why in words
    assert "Traceback" not in words


def test_the_secret_key_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    assert check(tmp_path)[0] == 0
    made = (tmp_path / "secret_key").read_text()
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
    assert check(tmp_path)[0] == 0
    assert (tmp_path / "secret_key").read_text() == made
    assert len(made.strip()) > 50


def test_a_given_secret_key_is_not_stored(tmp_path: Path) -> None:
    assert check(tmp_path, SECRET_KEY="x" * 60)[0] == 0
    assert not (tmp_path / "secret_key").exists()
