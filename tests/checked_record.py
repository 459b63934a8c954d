"""What the two verifiers say of a record: our own, and the one that stands alone."""

import subprocess
import sys
from pathlib import Path

from engage.services import record_copy, verifying
from engage.services.verifying_heads import Saved

VERIFIER = Path(__file__).parents[1] / "deploy" / "verify_record.py"


def within(saved: Path, *, leaves: bool = True) -> list[str]:
    """What our own verifier finds."""
    kept = (saved / "leaves.json").read_text() if leaves else None
    return verifying.verify(Saved.read((saved / "checkpoint.json").read_text(), kept)).broken


def outside(saved: Path, *, leaves: bool = True) -> tuple[int, str]:
    """What the verifier that stands alone says: its exit code and its words."""
    with (saved / "record.jsonl").open("w") as file:
        assert record_copy.write(file) > 1
    names = ["record.jsonl", "checkpoint.json", *(["leaves.json"] if leaves else [])]
    done = subprocess.run(
        [sys.executable, "-I", str(VERIFIER), *names], cwd=saved, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr
