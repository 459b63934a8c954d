"""Check that the named files end in one newline and hold no trailing space, merge mark, secret or large blob.

Without names, checks every file that Git tracks. Prints one line per finding and exits 1 if there is any.
"""

import re
import subprocess
import sys
from pathlib import Path

LARGEST_BYTES = 1_000_000

# Written by a tool, or a text that must stay as its authors published it.
UNCHECKED_SPACE = re.compile(r"(^|/)(LICENSE|package-lock\.json)$|\.(svg|po|pot|patch|diff)$")

MERGE_MARK = re.compile(rb"^(<{7} |={7}$|>{7} )", re.MULTILINE)
TRAILING_SPACE = re.compile(rb"[ \t\r]+$", re.MULTILINE)

# Private keys, and the tokens that the large code hosts and clouds hand out.
SECRET = re.compile(
    rb"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}\b|\bglpat-[\w-]{20}\b"
)
DEBUGGER = re.compile(rb"^\s*(breakpoint\(\)|import i?pdb\b|from i?pdb\b)", re.MULTILINE)


def findings(path: Path) -> list[str]:
    """Return what is wrong with one file, in words."""
    if path.is_symlink() or not path.is_file():
        return []
    content = path.read_bytes()
    found = []
    if len(content) > LARGEST_BYTES:
        found.append(f"is larger than {LARGEST_BYTES:,} bytes")
    if b"\0" in content[:8000]:
        return found
    if SECRET.search(content):
        found.append("holds what looks like a secret")
    if MERGE_MARK.search(content):
        found.append("holds a merge mark")
    if path.suffix == ".py" and DEBUGGER.search(content):
        found.append("starts a debugger")
    if not UNCHECKED_SPACE.search(path.as_posix()):
        if TRAILING_SPACE.search(content):
            found.append("has space at the end of a line")
        if content and (not content.endswith(b"\n") or content.endswith(b"\n\n")):
            found.append("does not end in exactly one newline")
    return found


def tracked() -> list[str]:
    """Return the path of every file that Git tracks."""
    listed = subprocess.run(["git", "ls-files", "-z"], check=True, capture_output=True, text=True)  # noqa: S607 - Git is wherever PATH says
    return [name for name in listed.stdout.split("\0") if name]


def main(names: list[str]) -> int:
    """Print every finding and return the exit code."""
    found = [f"{name} {what}" for name in names or tracked() for what in findings(Path(name))]
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
