"""What was built from frontend/: small, whole, mirrored, and readable."""

import itertools
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DIST = ROOT / "engage" / "static" / "dist"
PALETTE = ROOT / "frontend" / "scss" / "_palette.scss"

# Bytes as they travel, of the 50 kB a first visit may cost in all.
MOST = {"public.css": 14_000, "public.rtl.css": 14_000, "public.js": 6_000}

INK, WHITE = "#0b0c0c", "#ffffff"
# (letters, ground) as the style sheets pair them; AA wants 4.5 for text.
PAIRS = [
    (WHITE, "brand"), (INK, "accent"), ("link", WHITE), ("link", "paper"), ("link", "footer"), ("link", "note"),
    ("quiet", WHITE), ("quiet", "paper"), ("quiet", "note"), ("late", WHITE), ("late", "paper"), (WHITE, "late"),
    (INK, "calm"), (WHITE, "severity-4"), (WHITE, "severity-5"), ("severity-5", WHITE), (INK, "soft"),
    ("brand", "soft"),
]  # fmt: skip


@pytest.fixture(scope="module")
def manifest() -> dict[str, str]:
    return json.loads((DIST / "manifest.json").read_text("utf-8"))


def test_every_bundle_is_there_with_its_mirrored_twin(manifest):
    for side in ("public", "staff"):
        assert {f"{side}.css", f"{side}.rtl.css", f"{side}.js"} <= manifest.keys()


def test_every_file_lies_there_plain_and_compressed_and_nothing_else_does(manifest):
    expected = {f"{name}{ending}" for name, ending in itertools.product(manifest.values(), ("", ".br", ".gz"))}
    assert {path.name for path in DIST.iterdir()} == expected | {"manifest.json", ".stamp"}


@pytest.mark.parametrize("name", MOST)
def test_a_slow_line_carries_little(manifest, name):
    assert (DIST / f"{manifest[name]}.br").stat().st_size <= MOST[name]


def test_nothing_is_fetched_from_elsewhere_and_no_source_map_is_named(manifest):
    for name in manifest.values():
        if name.endswith((".css", ".js")):
            text = (DIST / name).read_text("utf-8")
            assert not re.search(r"url\(|@import|sourceMappingURL|@font-face", text), name


def test_the_mirrored_style_sheet_differs(manifest):
    assert (DIST / manifest["public.css"]).read_bytes() != (DIST / manifest["public.rtl.css"]).read_bytes()


@pytest.mark.parametrize("bundle", ["public", "staff"])
def test_a_tick_is_a_tick_from_right_to_left_too(manifest, bundle):
    kept = {}
    for name in (f"{bundle}.css", f"{bundle}.rtl.css"):
        text = (DIST / manifest[name]).read_text("utf-8")
        rules = re.findall(r"([^{}]*checkboxes__label::?after[^{}]*)\{([^}]*)\}", text)
        assert rules
        kept[name] = [re.findall(r"transform:[^;]*|border-width:[^;]*", body)[-2:] for _, body in rules][-2:]
    assert kept[f"{bundle}.css"] == kept[f"{bundle}.rtl.css"]


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize(("letters", "ground"), PAIRS)
def test_letters_stand_out_from_their_ground(letters, ground):
    named = dict(re.findall(r"^\$([a-z0-9-]+): (#[0-9a-f]{6});", PALETTE.read_text("utf-8"), re.MULTILINE))
    lighter, darker = sorted((luminance(named.get(one, one)) for one in (letters, ground)), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5
