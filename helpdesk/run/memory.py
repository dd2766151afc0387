"""How much memory each part takes. PSS counts a page that several processes share once, divided among them (Linux only)."""

import os
from pathlib import Path


def pss_kilobytes(pid: int) -> int:
    """Proportional set size of one process, from /proc/PID/smaps_rollup; 0 when it is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def parts_of(parent: int) -> dict[int, str]:
    """The process ids of a running `run` and its parts, with their names."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text("ascii").split()
    return {parent: "parent", **{int(pid): name_of(int(pid)) for pid in children}}


def name_of(pid: int) -> str:
    """The name that the part gave itself."""
    return Path(f"/proc/{pid}/comm").read_text("utf-8").strip().removeprefix("holdfast-")


def report(data_dir: Path) -> str:
    """A table of the parts that run on this DATA_DIR, and their sum. Raises ProcessLookupError when nothing runs."""
    try:
        parent = int((data_dir / "run" / "lock").read_text("ascii"))
        os.kill(parent, 0)
    except (OSError, ValueError):
        raise ProcessLookupError(f"Nothing runs on {data_dir}. Start it with: make run") from None
    sizes = {f"{name} ({pid})": pss_kilobytes(pid) for pid, name in parts_of(parent).items()}
    rows = [*sizes.items(), ("sum", sum(sizes.values()))]
    return "\n".join(f"{name:<20}{kilobytes / 1024:8.1f} MB PSS" for name, kilobytes in rows)
