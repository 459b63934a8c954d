import json

import pytest
from flask import Flask

from engage.web.assets import AssetMissing, Assets, init_assets, load

BUILD = Assets(
    "/static/dist", {"public.css": "public-1.css", "public.rtl.css": "public.rtl-2.css", "logo.svg": "l-3.svg"}
)


def test_a_name_becomes_the_address_of_this_build():
    assert BUILD.url("public.css") == "/static/dist/public-1.css"


def test_right_to_left_pages_get_the_mirrored_style_sheet():
    assert BUILD.url("public.css", "rtl") == "/static/dist/public.rtl-2.css"


def test_what_has_no_direction_is_the_same_in_both():
    assert BUILD.url("logo.svg", "rtl") == BUILD.url("logo.svg")


def test_an_unknown_name_says_what_to_run():
    with pytest.raises(AssetMissing, match="no nothing.css.*make build"):
        BUILD.url("nothing.css")


def test_a_missing_build_says_what_to_run(tmp_path):
    with pytest.raises(AssetMissing, match="not built.*make build"):
        load(tmp_path, "/static/dist")


def test_templates_ask_by_name_and_the_manifest_is_read_once(tmp_path):
    folder = tmp_path / "static" / "dist"
    folder.mkdir(parents=True)
    manifest = folder / "manifest.json"
    manifest.write_text(json.dumps({"staff.js": "staff-4.js"}))
    app = Flask("assets", root_path=str(tmp_path))
    init_assets(app)
    template = app.jinja_env.from_string("{{ asset('staff.js') }}")
    assert template.render() == "/static/dist/staff-4.js"
    manifest.unlink()
    assert template.render() == "/static/dist/staff-4.js"
