"""`make mutate`: take each rule of the mail reader away and see whether a test notices; print those that none misses.

First the mails of tests/messages are read, those that hold the phrase for one phrase of many; where all are read the same, the tests
of its module run too (not with --mails-only, which takes minutes instead of an hour). The file named gets one line for each rule that
is not missed: result, kind, name, words.
"""

import contextlib
import gc
import io
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import pytest

from tests.mutate.rules import Rule, rules
from tickets.mime.parse import parse
from tickets.mime.show import fields_of

PHRASES = ("alternative", "entry")
ROOT = Path(__file__).resolve().parent.parent
MESSAGES = ROOT / "messages"
# The tests of a module, where they are not called after it.
QUOTES, MACHINES = ("test_quotes.py", "test_known.py"), ("test_automatic.py",)
TESTS = {
    **dict.fromkeys(["attributions", "cards", "footers", "header_blocks", "html_quotes", "marks", "separators", "signatures",
                     "quote_words", "signature_words", "quotes"], QUOTES),
    **dict.fromkeys(["bounces", "returned", "delivery_reports", "machine_words", "automatic_words", "partial", "automatic"], MACHINES),
    **dict.fromkeys(["html", "html_text", "html_hidden"], ("test_html.py",)),
    **dict.fromkeys(["fields", "file_names"], ("test_build.py", "test_parameters.py")),
    **dict.fromkeys(["charsets", "charset_guess", "headers", "words"], ("test_words.py",)),
    "tnef_properties": ("test_tnef.py",),
}  # fmt: skip


def corpus() -> list[tuple[bytes, dict[str, Any]]]:
    """Every mail, and what its pair says."""
    return [
        (path.read_bytes(), json.loads(path.with_suffix(".json").read_text("utf-8")))
        for path in sorted(MESSAGES.glob("*.eml"))
    ]


def texts_of(raw: bytes) -> str:
    """All that a rule may look at in a mail: its bytes, its words, its names, each also in small letters."""
    mail = parse(raw)
    names = [
        f"{box.name} {box.address}"
        for box in [*mail.to, *mail.cc, *mail.reply_to, *([mail.from_] if mail.from_ else [])]
    ]
    files = [f"{file.filename}\n{file.content[:50_000].decode('utf-8', 'replace')}" for file in mail.attachments]
    said = "\n".join([mail.subject or "", mail.text, mail.html or "", *names, *files, raw.decode("latin-1")])
    return f"{said}\n{said.lower()}"


def is_noticed(rule: Rule, mails: Sequence[tuple[bytes, dict[str, Any]]]) -> bool:
    """Whether a test fails without the rule. The process is spoilt afterwards."""
    rule.take_away()
    try:
        if any(_differs(raw, wanted) for raw, wanted in mails):
            return True
    except Exception:
        return True
    module = rule.name.partition(".")[0]
    files = [ROOT / "mime" / name for name in TESTS.get(module, (f"test_{module}.py",))]
    there = [str(path) for path in files if path.exists()]
    if rule.kind in PHRASES or not there or "--mails-only" in sys.argv:
        return False  # one phrase of many: the other tests speak of rules
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return pytest.main(["-x", "-q", "-p", "no:cacheprovider", "--no-header", *there]) != 0


def _differs(raw: bytes, wanted: dict[str, Any]) -> bool:
    found = fields_of("", parse(raw))
    for file in found["attachments"]:
        file.pop("sha256")
    return any(found[key] != value for key, value in wanted.items() if key != "file")


def try_one(place: int) -> tuple[int, str]:
    """Try rule number `place` in a process of its own: "noticed", "missed by nobody", or "in no mail"."""
    rule = RULES[place]
    mails = [mail for mail, text in zip(MAILS, TEXTS, strict=True) if rule.kind not in PHRASES or rule.shows(text)]
    if not mails:
        return place, "in no mail"
    pid = os.fork()
    if pid == 0:
        noticed = True
        with contextlib.suppress(BaseException):
            noticed = is_noticed(rule, mails)
        os._exit(0 if noticed else 1)
    return place, "missed by nobody" if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 1 else "noticed"


def main() -> None:
    """Try all and write what was found, one rule a line."""
    began = time.monotonic()
    with Pool(int(os.environ.get("WORKERS", "2"))) as pool:
        results = dict(pool.imap_unordered(try_one, range(len(RULES)), chunksize=4))
    found = Counter((rule.kind, results[place]) for place, rule in enumerate(RULES))
    for (kind, result), count in sorted(found.items()):
        print(f"{kind}: {count} {result}")
    print(f"{len(MAILS)} mails, {(time.monotonic() - began) / 60:.1f} minutes")
    lines = [
        f"{results[place]}\t{rule.kind}\t{rule.name}\t{rule.words}"
        for place, rule in enumerate(RULES)
        if results[place] != "noticed"
    ]
    Path(sys.argv[1]).write_text("\n".join(sorted(lines)) + "\n", "utf-8")


if __name__ == "__main__":
    MAILS = corpus()
    RULES = [rule for rule in rules() if len(sys.argv) < 3 or rule.kind in sys.argv[2].split(",")]
    wrong = [wanted for raw, wanted in MAILS if _differs(raw, wanted)]
    TEXTS = [texts_of(raw) for raw, _ in MAILS]
    assert not wrong, f"{len(wrong)} mails are not read as their pairs say before anything is taken away"
    gc.collect()
    gc.freeze()
    main()
