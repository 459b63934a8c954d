"""Pictures are drawn in a process of their own: what is built to break their readers breaks that process alone."""

import io
import os
import stat
import sys
import threading
import time
from pathlib import Path

import pytest
from PIL import Image

from engage.services import pictures
from engage.services.attachments import FileRefused, check
from tests.services.test_file_checks import picture

MEGABYTE = 1024**2


@pytest.fixture(autouse=True)
def limits(app):
    with app.app_context():
        yield


def refusal(content: bytes, media_type: str = "image/jpeg") -> FileRefused:
    with pytest.raises(FileRefused) as refused:
        pictures.redrawn(io.BytesIO(content), media_type)
    return refused.value


@pytest.fixture
def taken_over(monkeypatch, tmp_path):
    """Let something else answer in the place of what draws: a shell script with these lines."""

    def take_over(*lines: str) -> None:
        script = tmp_path / "python"
        script.write_text("\n".join(["#!/bin/sh", *lines]) + "\n")
        script.chmod(stat.S_IRWXU)
        monkeypatch.setattr(sys, "executable", str(script))

    return take_over


def test_a_picture_that_needs_more_memory_than_there_is_is_refused_and_we_live_on(monkeypatch):
    monkeypatch.setattr(pictures, "MEMORY_MOST", 250 * MEGABYTE)
    wide = picture("PNG", (7000, 7000))
    assert len(wide) < MEGABYTE
    refused = refusal(wide, "image/png")
    assert (refused.code, refused.values) == ("too_many_pixels", {"megapixels": 50})
    assert pictures.redrawn(io.BytesIO(picture()), "image/jpeg")[1] == "image/jpeg"


def test_a_picture_that_takes_more_of_the_processor_than_there_is_is_refused(monkeypatch):
    monkeypatch.setattr(pictures, "PROCESSOR_SECONDS", 1)
    noise = Image.effect_noise((5000, 5000), 60)
    target = io.BytesIO()
    Image.merge("RGB", (noise, noise, noise)).save(target, "WEBP", quality=10, method=0)
    assert refusal(target.getvalue(), "image/webp").code == "too_slow"


def test_a_picture_that_keeps_its_reader_waiting_is_refused_after_a_while(monkeypatch, taken_over):
    taken_over("exec sleep 60")
    monkeypatch.setattr(pictures, "SECONDS", 0.2)
    begun = time.monotonic()
    assert refusal(picture()).code == "too_slow"
    assert time.monotonic() - begun < 20


def test_a_picture_that_grows_without_end_is_refused_before_it_fills_the_disk(monkeypatch):
    monkeypatch.setattr(pictures, "OUTPUT_MOST", 10_000)
    noise = io.BytesIO()
    Image.effect_noise((400, 400), 60).save(noise, "PNG")
    assert refusal(noise.getvalue(), "image/png").code == "too_many_pixels"


def test_a_reader_that_dies_of_a_picture_takes_nobody_along(taken_over, caplog):
    taken_over("kill -SEGV $$")
    assert refusal(picture()).code == "broken"
    assert "ended with -11" in caplog.text


@pytest.mark.parametrize(
    "says",
    [
        r"printf 'image/jpeg\n<html><script>x()</script></html>'",
        r"printf 'text/html\n<html></html>'",
        r"printf 'text/plain\nonly words'",
        r"printf 'image/png\n\377\330\377\340 a JPEG by its head'",
        "true",
        r"printf 'image/jpeg'",
    ],
)
def test_what_comes_back_and_is_no_picture_of_its_kind_is_not_kept(taken_over, says, caplog):
    taken_over(says)
    assert refusal(picture()).code == "broken"
    assert "no picture" in caplog.text


def test_what_draws_is_given_no_secret_of_ours_and_no_open_file(taken_over, tmp_path, monkeypatch):
    monkeypatch.setenv("ENGAGE_SECRET_KEY", "the root secret")
    with (tmp_path / "ours").open("w") as ours:
        os.set_inheritable(ours.fileno(), True)
        taken_over(
            f"env > {tmp_path}/env", f"ls -l /proc/self/fd > {tmp_path}/open", f"printf '%s ' \"$@\" > {tmp_path}/said"
        )
        assert refusal(picture()).code == "broken"
    assert "ENGAGE" not in (tmp_path / "env").read_text()
    assert "root secret" not in (tmp_path / "env").read_text()
    assert f"{tmp_path}/ours" not in (tmp_path / "open").read_text()
    assert (tmp_path / "said").read_text().startswith("-I ")


def test_the_limits_hold_in_the_process_itself(monkeypatch, tmp_path):
    """Read from the kernel while it draws."""
    noise = Image.effect_noise((4000, 4000), 60)
    target = io.BytesIO()
    Image.merge("RGB", (noise, noise, noise)).save(target, "WEBP", quality=10, method=0)
    done: list[object] = []
    drawing = threading.Thread(
        target=lambda: done.append(pictures.redrawn(io.BytesIO(target.getvalue()), "image/webp"))
    )
    drawing.start()
    seen = ""
    while drawing.is_alive() and "2147483648" not in seen:
        for child in Path("/proc/self/task").glob("*/children"):
            for pid in child.read_text().split():
                limits = Path(f"/proc/{pid}/limits")
                seen = limits.read_text() if limits.exists() else seen
        time.sleep(0.01)
    drawing.join()
    held = {line[:25].strip(): line[26:].split()[:2] for line in seen.splitlines()}
    assert held["Max address space"] == [str(2 * 1024**3)] * 2
    assert held["Max cpu time"] == ["60", "61"]
    assert held["Max file size"] == [str(64 * MEGABYTE)] * 2
    assert held["Max core file size"] == ["0", "0"]
    assert done


@pytest.mark.slow
def test_the_largest_photo_that_we_take_fits_within_the_limits():
    noise = Image.effect_noise((8000, 6200), 40)
    target = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.merge("RGB", (noise, noise, noise)).save(target, "JPEG", quality=30, exif=exif)
    checked = check(io.BytesIO(target.getvalue()), "wide.jpg")
    with Image.open(checked.content) as drawn:
        assert drawn.size == (6200, 8000)
