"""`python -m bench.incoming`: read damaged mails, and print what they were taken for and how long it took.

Each is a mail of the tests' corpus after a few random changes; one in eight is two of them run into one, one in sixteen
has no sense at all. The seed is printed, so that a run can be run again. Exits with 1 if a rule of reading broke.
"""

import argparse
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator

from engage.incoming.mail import Incoming, read, stripped_copy
from tests.incoming.corpus import SAMPLES
from tests.incoming.corpus.pieces import OWN_ADDRESSES, OWN_DOMAINS, OWN_MARK, PERSON
from tests.incoming.damage import damaged, random_change


def mails(dice: random.Random, count: int) -> Iterator[tuple[str, bytes]]:
    """Yield mails with the name of what they were made from."""
    samples = [sample for sample in SAMPLES if not sample.is_huge]
    for _ in range(count):
        sample = dice.choice(samples)
        lot = dice.random()
        if lot < 1 / 16:
            yield "noise", dice.randbytes(dice.randrange(4_000))
        elif lot < 3 / 16:
            other = dice.choice(samples)
            joined = sample.raw[: dice.randrange(len(sample.raw) + 1)] + other.raw[dice.randrange(len(other.raw) + 1) :]
            yield f"{sample.name} + {other.name}", joined
        else:
            yield sample.name, damaged(sample.raw, [random_change(dice) for _ in range(dice.randrange(1, 12))])


def broken_rules(mail: Incoming, copy: bytes) -> list[str]:
    """Return what must never be and is."""
    texts = [mail.subject, mail.text, mail.shown, *(file.name for file in mail.files)]
    found = {
        "unreadable": mail.why == "unreadable",
        "no copy": copy == b"\n",
        "sender in the copy": PERSON.encode() in copy.lower(),
        "NUL": any("\0" in text for text in texts) or b"\0" in copy,
        "surrogate": any("\ud800" <= character <= "\udfff" for text in texts for character in text),
        "nothing shown": bool(mail.text) != bool(mail.shown),
    }
    return [rule for rule, broken in found.items() if broken]


def main() -> int:
    """Read the mails; return 1 if a rule broke."""
    parser = argparse.ArgumentParser(prog="python -m bench.incoming")
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    asked = parser.parse_args()
    kinds: Counter[str] = Counter()
    whys: Counter[str] = Counter()
    troubles: Counter[str] = Counter()
    slowest, spent, failures = (0.0, "", 0), 0.0, 0
    for name, raw in mails(random.Random(asked.seed), asked.messages):
        begun = time.perf_counter()
        mail = read(raw, own_domains=OWN_DOMAINS, own_addresses=OWN_ADDRESSES, own_mark=OWN_MARK)
        took = time.perf_counter() - begun
        copy = stripped_copy(raw)
        spent += took
        slowest = max(slowest, (took, name, len(raw)))
        kinds[mail.kind] += 1
        whys[mail.why] += 1
        troubles.update(mail.troubles)
        for rule in broken_rules(mail, copy):
            failures += 1
            print(f"BROKEN {rule}: {name}, {raw[:200]!r}")
    rate = asked.messages / spent
    print(f"{asked.messages:,} mails, seed {asked.seed}: {rate:,.0f} read in a second, {failures} rules broken")
    print(f"slowest: {slowest[0] * 1_000:.0f} ms, {slowest[1]} ({slowest[2]:,} bytes)")
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1_024
    print(f"memory at its most: {megabytes} MB, of which the corpus has 84 for two mails that are not damaged")
    for title, counter in (("kinds", kinds), ("why", whys), ("troubles", troubles)):
        print(f"{title}: {', '.join(f'{key} {number:,}' for key, number in counter.most_common())}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
