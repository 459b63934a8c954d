"""How an operator hears that notices do not leave: a web address or a program, neither of which is our mail.

What is told is made of codes, an instant and a count. Telling never raises: what failed is logged by code.
"""

import json
import logging
import shlex
import subprocess
from collections.abc import Callable
from datetime import datetime

import httpx2

from engage.domain.alarms import Fault, Moment
from engage.settings import settings

log = logging.getLogger(__name__)
SECONDS = 10.0  # Ours: for each road, so that both end well within engage.domain.alarms.LEASE.
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def tell(fault: Fault, moment: Moment, *, since: datetime, count: int) -> bool:
    """Tell operators of a fault by every road they have set, and in the log; False where a road did not take it.

    Without a road the log is all there is, and that counts as told.
    """
    log.error("alarm %s: %s, since %s, %s", moment, fault, since.isoformat(timespec="seconds"), count)
    words = {
        "service": "engage",
        "alarm": fault.value,
        "state": moment.value,
        "since": since.isoformat(timespec="seconds"),
        "count": count,
    }
    chosen = settings()
    took = True
    if chosen.ALARM_URL is not None:
        address = chosen.ALARM_URL.get_secret_value()
        took &= _took("address", lambda: _post(address, words))
    if chosen.ALARM_COMMAND is not None:
        command = chosen.ALARM_COMMAND
        took &= _took("command", lambda: _run(command, words))
    return took


def _took(road: str, give: Callable[[], None]) -> bool:
    try:
        give()
    except Exception as error:  # whatever it is, the next look tries again; its text may hold the address
        log.error("the alarm did not leave by the %s: %s", road, type(error).__name__)
        return False
    return True


def _post(address: str, words: dict[str, str | int]) -> None:
    """Post the words; certificates are checked, and who answers with another place is not followed."""
    with httpx2.Client(timeout=SECONDS) as client:
        client.post(address, json=words).raise_for_status()


def _run(command: str, words: dict[str, str | int]) -> None:
    """Run the program with the words on its standard input. It gets none of our variables: secrets may be in them."""
    subprocess.run(
        shlex.split(command),
        input=json.dumps(words).encode(),
        env={"PATH": _PATH},
        timeout=SECONDS,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
