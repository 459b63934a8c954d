"""What a worker process and its children have used, as the kernel counts it."""

import os
import subprocess
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def family(process: subprocess.Popen[bytes]) -> list[int]:
    """The worker and its children."""
    pids = [process.pid]
    for task in Path(f"/proc/{process.pid}/task").iterdir():
        pids += map(int, (task / "children").read_text().split())
    return pids


def cpu(process: subprocess.Popen[bytes]) -> float:
    """The CPU seconds that it has used."""
    stats = (Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in family(process))
    return sum(int(words[11]) + int(words[12]) for words in stats) / TICKS


def peak(process: subprocess.Popen[bytes]) -> float:
    """The most memory that it ever held, in megabytes; the worker and its child share much of it."""
    lines = (Path(f"/proc/{pid}/status").read_text().splitlines() for pid in family(process))
    return sum(int(line.split()[1]) for some in lines for line in some if line.startswith("VmHWM")) / 1024
