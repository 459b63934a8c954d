"""The bundle itself: a ZIP that is sent as it is made, so that no copy of it lies on our disk."""

import json
import uuid
import zipfile
from collections.abc import Iterator, Mapping, Sequence

from flask import Response

from engage.queries.case_everything import Everything
from engage.services.file_store import Opened
from engage.services.file_types import safe_name
from engage.web.filters import speak_in
from engage.web.takeaway import facts, page

NAME = "engage.zip"
PAGE, FACTS, FOLDER = "read-me.html", "facts.json", "files"


def answer_with(found: Everything, files: Mapping[uuid.UUID, Opened], proof: Sequence[str]) -> Response:
    """Answer with the bundle, in the language of this request and in the time of the case's site.

    `files` are those of the case that can be opened, by attachment; another one is named on the page and left out.
    """
    speak_in(found.file.case.site.time_zone)
    places = _places(files)
    texts = {
        PAGE: page.written(found, places, proof),
        FACTS: json.dumps(facts.of(found, places, proof), ensure_ascii=False, indent=1),
    }
    content = packed(texts, {places[key]: file.content for key, file in files.items()})
    answer = Response(content, mimetype="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="{NAME}"'
    return answer


def _places(files: Mapping[uuid.UUID, Opened]) -> Mapping[uuid.UUID, str]:
    """Where each file lies in the bundle: numbered, so that no two share a name and none leads out of the folder."""
    return {
        key: f"{FOLDER}/{number:02}-{safe_name(file.name, file.media_type)}"
        for number, (key, file) in enumerate(files.items(), start=1)
    }


def packed(texts: Mapping[str, str], files: Mapping[str, Iterator[bytes]]) -> Iterator[bytes]:
    """Return the pieces of a ZIP of the texts and files, each as soon as it is made; no file is held in memory."""
    pieces = _Pieces()
    with zipfile.ZipFile(pieces, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, text in texts.items():
            bundle.writestr(name, text)
            yield pieces.taken()
        for name, content in files.items():
            with bundle.open(zipfile.ZipInfo(name), "w", force_zip64=True) as target:
                for piece in content:
                    target.write(piece)
                    yield pieces.taken()
    yield pieces.taken()


class _Pieces:
    """A file that can only be written to, and gives away what was written since it was last asked."""

    def __init__(self) -> None:
        self._held = bytearray()

    def write(self, data: bytes, /) -> int:
        self._held += data
        return len(data)

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """Nothing is open."""

    def taken(self) -> bytes:
        """Return what was written since the last time."""
        held, self._held = bytes(self._held), bytearray()
        return held
