"""The queue as files in a folder."""

import json
import time
import uuid
from pathlib import Path
from typing import Any

from kombu.transport import filesystem


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


class FolderTransport(filesystem.Transport):
    """Celery's queue as files in a folder."""

    Channel = WholeFiles
