"""Ask the advisory services of Python and npm whether anything we pin has a known hole.

Exits 1 when something has. A service that cannot be reached, or does not know what was asked, is said so in words and
fails nothing: a build without network must go on, and nobody must take its silence for a clean bill.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LONGEST_SECONDS = 180
PINS = ("requirements.txt", "requirements-dev.txt")


@dataclass(frozen=True)
class Audit:
    """What one service said: holes by package, and how many packages it could tell nothing of."""

    holes: Sequence[str] = ()
    asked: int = 0
    unknown: int = 0
    why_not: str = ""

    def lines(self, what: str) -> list[str]:
        """Return the outcome in words, a line for each hole first."""
        if self.why_not:
            return [f"{what}: NOT AUDITED, the advisory service could not be reached ({self.why_not})"]
        said = [f"{what}: {hole}" for hole in self.holes]
        if self.unknown:
            said.append(f"{what}: NOT AUDITED are {self.unknown} of {self.asked}, the service told nothing of them")
        return [*said, f"{what}: {len(self.holes)} known holes in {self.asked - self.unknown} packages"]


def of_python(printed: str) -> Audit:
    """Return what pip-audit printed as JSON."""
    try:
        rows: list[Mapping[str, Any]] = list(json.loads(printed)["dependencies"])
    except (ValueError, KeyError, TypeError):
        return Audit(why_not="no report")
    holes = [f"{row['name']} {row['version']}: {hole['id']}" for row in rows for hole in row.get("vulns", ())]
    return Audit(holes, len(rows), sum("skip_reason" in row for row in rows))


def of_npm(printed: str) -> Audit:
    """Return what `npm audit --json` printed."""
    try:
        report: Mapping[str, Any] = json.loads(printed)
        rows: Mapping[str, Any] = report["vulnerabilities"]
    except (ValueError, KeyError, TypeError):
        return Audit(why_not="no report")
    holes = [f"{name}: {row.get('severity', 'severity unknown')}" for name, row in rows.items()]
    total = report.get("metadata", {}).get("dependencies", {}).get("total", len(rows))
    return Audit(holes, max(int(total), len(rows)))


def asked(command: Sequence[str]) -> str:
    """Return what a command prints, whatever it exits with; nothing where it does not end in time."""
    try:
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LONGEST_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return ended.stdout


def main() -> int:
    """Audit everything; return the exit code."""
    tools = Path(sys.executable).parent
    audits = {}
    for name in PINS:
        command = [str(tools / "pip-audit"), "--require-hashes", "-r", name, "--disable-pip", "-f", "json"]
        audits[name] = of_python(asked([*command, "--progress-spinner", "off", "--timeout", "5"]))
    audits["package-lock.json"] = of_npm(asked([str(tools / "npm"), "audit", "--json", "--package-lock-only"]))
    for name, audit in audits.items():
        print("\n".join(audit.lines(name)))
    return int(any(audit.holes for audit in audits.values()))


if __name__ == "__main__":
    sys.exit(main())
