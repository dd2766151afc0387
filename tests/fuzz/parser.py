"""A coverage-guided fuzzer over the whole parser: `make fuzz` (MINUTES=5), or `python -m tests.fuzz.parser MINUTES FOLDER`.

Any bytes must give a mail, as JSON, within two seconds. What breaks that is kept in FOLDER/findings, one file for each kind of
failure, and told at the end; the run goes on meanwhile. It begins with the mails of tests/messages.
"""

import hashlib
import json
import os
import shutil
import sys
import time
import traceback
from pathlib import Path
from typing import Any

import atheris

with atheris.instrument_imports(include=["tickets.mime"]):
    from tickets.mime.parse import parse
    from tickets.mime.protection import protection
    from tickets.mime.show import fields_of

MESSAGES = Path(__file__).parent.parent / "messages"
SLOWEST = 2.0  # seconds of this process's own time
LONGEST = 60_000  # bytes of one input


class Run:
    """What was tried so far, and what was found."""

    def __init__(self, minutes: float, folder: Path) -> None:
        self.began = time.monotonic()
        self.ends = self.began + minutes * 60
        self.findings = folder / "findings"
        self.findings.mkdir(parents=True, exist_ok=True)
        self.executions = 0
        self.slowest = 0.0
        self.found: dict[str, str] = {}

    def try_one(self, data: bytes) -> None:
        """Parse one input; ends the process when the time is up."""
        began = time.process_time()
        try:
            mail = parse(data)
            json.dumps(fields_of("-", mail))
            protection(mail)
        except Exception as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            self.keep(f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}", data)
        taken = time.process_time() - began
        self.slowest = max(self.slowest, taken)
        if taken > SLOWEST:
            self.keep(f"slower than {SLOWEST:g} s", data)
        self.executions += 1
        if time.monotonic() > self.ends:
            self.tell()

    def keep(self, kind: str, data: bytes) -> None:
        """Note a finding, with the first input of its kind."""
        if kind not in self.found:
            name = hashlib.sha256(kind.encode()).hexdigest()[:12]
            (self.findings / f"{name}.eml").write_bytes(data)
            self.found[kind] = name
            print(f"found: {kind} ({name}.eml)", flush=True)

    def tell(self) -> None:
        """Print the figures and end: 1 when something was found."""
        figures: dict[str, Any] = {
            "executions": self.executions,
            "minutes": round((time.monotonic() - self.began) / 60, 1),
            "slowest_seconds": round(self.slowest, 3),
            "findings": self.found,
        }
        print(json.dumps(figures), flush=True)
        os._exit(1 if self.found else 0)


def main() -> None:
    """Fuzz for so many minutes."""
    minutes, folder = float(sys.argv[1]), Path(sys.argv[2])
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in MESSAGES.glob("*.eml"):
        if seed.stat().st_size <= LONGEST:
            shutil.copy(seed, corpus / seed.name)
    run = Run(minutes, folder)
    atheris.Setup([sys.argv[0], f"-max_len={LONGEST}", "-timeout=60", "-verbosity=0", str(corpus)], run.try_one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
