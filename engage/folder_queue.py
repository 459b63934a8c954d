"""The queue as files in a folder."""

import json
import time
import uuid
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

from kombu.transport import filesystem

# The task that each folder was given last by this process: its file, and when that was.
_last: MutableMapping[tuple[str, str], tuple[Path, float]] = {}


def still_waits(folder: str, task: str, seconds: float) -> bool:
    """Whether a task of this name, put into the folder by this process so many seconds ago at most, lies there still.

    Whoever takes it out begins after this call, so a task without arguments need not be put there twice.
    """
    path, at = _last.get((folder, task), (None, 0.0))
    return path is not None and time.monotonic() - at < seconds and path.exists()


class WholeFiles(filesystem.Channel):
    """Puts each task into the folder whole: kombu's own writes into the visible file, and a worker that looks in that
    moment reads half a task and stops."""

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]  # - kombu's two differ
        folder = Path(self.data_folder_out)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        whole = folder / f"{time.monotonic_ns() // 1_000_000:015}_{uuid.uuid4()}.{queue}.msg"
        part = whole.with_name(f"{whole.name}.part")
        part.write_text(json.dumps(payload), "utf-8")
        part.replace(whole)
        _last[str(folder), payload["headers"].get("task", "")] = whole, time.monotonic()


class FolderTransport(filesystem.Transport):
    """Celery's queue as files in a folder."""

    Channel = WholeFiles
