"""Addresses of the built style sheets, scripts and pictures, by the names they have in frontend/."""

import json
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

_FOLDER = "dist"
_RIGHT_TO_LEFT = "rtl"


class AssetMissing(RuntimeError):
    """The front end was not built, or does not hold the name asked for."""


@dataclass(frozen=True, slots=True)
class Assets:
    """The manifest of one build."""

    base_url: str
    names: dict[str, str]

    def url(self, name: str, direction: str = "ltr") -> str:
        """The address of an asset as a path on this host.

        With direction ``rtl`` a style sheet is its mirrored twin; everything else has no twin.

        Raises:
            AssetMissing: no such asset in this build.
        """
        stem, dot, ending = name.rpartition(".")
        if direction == _RIGHT_TO_LEFT and ending == "css":
            name = f"{stem}.{_RIGHT_TO_LEFT}{dot}{ending}"
        try:
            return f"{self.base_url}/{self.names[name]}"
        except KeyError:
            raise AssetMissing(f"frontend/ has built no {name}. Run: make build") from None


def load(folder: Path, base_url: str) -> Assets:
    """Read the manifest of the build in a folder.

    Raises:
        AssetMissing: there is no build there.
    """
    manifest = folder / "manifest.json"
    try:
        return Assets(base_url, json.loads(manifest.read_text("utf-8")))
    except FileNotFoundError:
        raise AssetMissing(f"{_FOLDER}/manifest.json is missing: the front end is not built. Run: make build") from None


def init_assets(app: Flask) -> None:
    """Give templates ``asset(name, direction="ltr")``.

    The manifest is read once, at the first page, so that commands and tests without pages need no build.
    """
    loaded: list[Assets] = []

    def asset(name: str, direction: str = "ltr") -> str:
        if not loaded:
            loaded.append(load(Path(app.static_folder or "") / _FOLDER, f"{app.static_url_path}/{_FOLDER}"))
        return loaded[0].url(name, direction)

    app.add_template_global(asset, "asset")
