"""`python -m bench.chaos [--notices 10000] [--seed N]`: the day on which everything dies, with more notices."""

import argparse
import secrets
import sys
import tempfile
from pathlib import Path

from tests.worker import chaos


def main() -> int:
    """Run it and print the account; return 1 if something is not accounted for."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--notices", type=int, default=10_000)
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--seed", type=int, default=secrets.randbelow(2**32))
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        found = chaos.run(folder, notices=given.notices, seed=given.seed, rounds=given.rounds, say=say)
    print(f"seed {found.seed}: {found.notices:,} notices in {found.seconds:.0f} s")
    for what in ("faults", "states", "roads"):
        print(f"{what}: {', '.join(f'{count} {name}' for name, count in getattr(found, what).most_common())}")
    print(f"mails that came twice, with a reason: {found.doubled - len(found.doubled_without_reason)}")
    print(f"rungs reached: {found.rungs}, errands: {found.errands}")
    wrong = {
        "still owed": found.still_owed,
        "given up without a reason": len(found.unexplained),
        "lost": len(found.lost),
        "nobody's": len(found.unowed),
        "doubled without a reason": len(found.doubled_without_reason),
        "rungs doubled": found.doubled_rungs,
    }
    print(", ".join(f"{name}: {count}" for name, count in wrong.items()))
    return 1 if any(wrong.values()) else 0


def say(text: str) -> None:
    """Tell how far it is, beside the account."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
