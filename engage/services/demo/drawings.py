"""Pictures that stand in for photos: drawn here, so that no real place or person is shown."""

from io import BytesIO
from typing import IO

from PIL import Image, ImageDraw

SIZE = (960, 640)
_HORIZON = 300
# Sky, ground and what the picture is about, by name.
_PALETTES = {
    "crack": ("#cfd6da", "#d9cfbd", "#3b332b"),
    "mud": ("#b9c4c9", "#7d8a4c", "#5b4630"),
    "pond": ("#d7c9a4", "#a58a63", "#8fae9b"),
    "creek": ("#a9c4b5", "#4f6b42", "#8a6a45"),
}


def picture(name: str) -> IO[bytes]:
    """Return a plain drawing as a JPEG."""
    sky, ground, thing = _PALETTES[name]
    image = Image.new("RGB", SIZE, sky)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, _HORIZON, *SIZE), fill=ground)
    if name == "crack":
        draw.rectangle((260, 120, 700, 520), fill="#efe8da", outline=thing, width=4)
        draw.rectangle((540, 220, 640, 340), fill="#6b7f8a")
        draw.line([(540, 220), (500, 190), (512, 160), (470, 120)], fill=thing, width=7)
    else:
        draw.polygon([(0, 640), (330, 330), (610, 330), (960, 560), (960, 640)], fill=thing)
        draw.ellipse((380, 350, 560, 400), fill=sky)
    found = BytesIO()
    image.save(found, "JPEG", quality=70)
    found.seek(0)
    return found
