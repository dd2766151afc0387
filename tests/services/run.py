"""`make test`, `make soak`, `make screenshots`: everything on SQLite, what depends on the database again on PostgreSQL."""

import argparse
import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.services import migrated, postgres, system

ROOT = Path(__file__).resolve().parent.parent.parent
REPORTS = ROOT / "var" / "tests"
NOTHING_COLLECTED = 5


@dataclass
class Result:
    """What one run of pytest did."""

    title: str
    code: int
    seconds: float
    passed: int = 0
    failed: int = 0
    skipped: list[str] = field(default_factory=list)
    services: Counter[str] = field(default_factory=Counter)

    def read(self, report: Path) -> None:
        """Count the cases of a JUnit report."""
        for case in ET.parse(report).iter("testcase"):
            skip = case.find("skipped")
            if skip is not None:
                self.skipped.append(f"{case.get('classname')}.{case.get('name')}: {skip.get('message')}")
            elif case.find("failure") is not None or case.find("error") is not None:
                self.failed += 1
            else:
                self.passed += 1
            self.services.update(str(one.get("value")) for one in case.iter("property") if one.get("name") == "service")


def pytest(title: str, *arguments: str, **environment: str) -> Result:
    """One run of pytest in a process of its own."""
    print(f"\n--- {title}", flush=True)
    REPORTS.mkdir(parents=True, exist_ok=True)
    report = REPORTS / f"{title.split(':')[0].lower()}.xml"
    report.unlink(missing_ok=True)
    began = time.monotonic()
    command = [sys.executable, "-m", "pytest", f"--junit-xml={report}", "-o", "junit_family=xunit1", *arguments]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, check=False)
    result = Result(title, done.returncode, time.monotonic() - began)
    if report.exists():
        result.read(report)
    return result


def suite(arguments: list[str]) -> list[Result]:
    """All tests on SQLite; those marked database or flows again on PostgreSQL."""
    parallel = ["-q", "-n", "4", "--dist", "worksteal", *arguments]
    ordinary = "not soak and not screenshots"
    with tempfile.TemporaryDirectory(prefix="holdfast-migrated-") as folder:
        empty = {"DATABASE_URL": "", migrated.VARIABLE: migrated.make("", Path(folder))}
        results = [pytest("SQLite: all tests", "-m", ordinary, *parallel, **empty)]
        with postgres.running() as url:
            empty = {"DATABASE_URL": url, migrated.VARIABLE: migrated.make(url, Path(folder))}
            marked = f"(database or flows) and {ordinary}"
            results.append(pytest("PostgreSQL: database and flows", "-m", marked, *parallel, **empty))
    return results


def soak(arguments: list[str]) -> list[Result]:
    """The long tests, on both databases, one at a time and with their figures shown."""
    alone = ["-m", "soak", "-s", "-o", "timeout=3600", *arguments]
    results = [pytest("SQLite: long tests", *alone, DATABASE_URL="")]
    with postgres.running() as url:
        results.append(pytest("PostgreSQL: long tests", *alone, DATABASE_URL=url))
    return results


def screenshots(arguments: list[str]) -> list[Result]:
    """Every screen as a picture, to var/screens."""
    return [pytest("Screens: to var/screens", "-m", "screenshots", "-q", "-s", *arguments, DATABASE_URL="")]


def summary(results: list[Result]) -> bool:
    """Say what ran, and whether all is well."""
    print("\n--- What ran")
    for result in results:
        print(
            f"{result.title}: {result.passed} passed, {result.failed} failed, {len(result.skipped)} skipped, {result.seconds:.0f} s"
        )
    for service, count in sorted(sum((result.services for result in results), Counter()).items()):
        print(f"  with a real {service}: {count}")
    for result in results:
        for line in result.skipped:
            print(f"  skipped on {result.title.split(':')[0]}: {line}")
    return all(result.code in {0, NOTHING_COLLECTED} and not result.failed for result in results) and any(
        result.passed for result in results
    )


def main() -> None:
    """Exit code 0 when everything passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--soak", action="store_true")
    parser.add_argument("--screenshots", action="store_true")
    options, arguments = parser.parse_known_args()
    os.chdir(ROOT)
    system.provide()
    kind = soak if options.soak else screenshots if options.screenshots else suite
    sys.exit(0 if summary(kind(arguments)) else 1)


if __name__ == "__main__":
    main()
