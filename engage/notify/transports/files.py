"""Mails as files in a folder, for the demonstration and for looking at."""

import os
import tempfile
from pathlib import Path

from engage.notify.transports import Post, TransportDown


class FileTransport:
    """Writes each mail whole or not at all. The name is the notice's, so a second copy replaces the first."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, post: Post) -> None:
        """Write the mail; the file is there when this returns, power cut or not.

        Raises:
            TransportDown: the folder cannot be written.
        """
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            half = self._folder / f".{post.name}.{os.getpid()}"
            with open(half, "wb", opener=_private) as file:
                file.write(post.raw)
                file.flush()
                os.fsync(file.fileno())
            half.replace(self._folder / f"{post.name}.eml")
        except OSError as error:
            raise TransportDown(type(error).__name__) from error

    def check(self) -> None:
        """See that the folder can be written.

        Raises:
            TransportDown: it cannot.
        """
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self._folder) as probe:
                probe.write(b"probe")
        except OSError as error:
            raise TransportDown(type(error).__name__) from error

    def close(self) -> None:
        """Nothing is held open."""


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
