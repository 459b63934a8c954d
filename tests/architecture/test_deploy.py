"""The configurations that we hand out say what the pages promise and what the settings allow."""

import re

from config import Settings
from tests.architecture.sources import ROOT

NGINX = (ROOT / "deploy" / "nginx.conf").read_text("utf-8")
SAID = "\n".join(line.partition("#")[0] for line in NGINX.splitlines())


def test_the_proxy_writes_down_no_address():
    assert "access_log off;" in SAID
    assert re.findall(r"error_log \S+ (\w+);", SAID) == ["crit"]
    assert "log_format" not in SAID


def test_the_proxy_takes_what_a_form_may_hold_and_no_more(settings):
    defaults = {name: Settings.model_fields[name].default for name in ("FILE_MAX_BYTES", "FILES_MAX", "FORM_MAX_BYTES")}
    most = defaults["FILE_MAX_BYTES"] * defaults["FILES_MAX"] + defaults["FORM_MAX_BYTES"]
    assert re.findall(r"client_max_body_size (\d+)m;", SAID) == [str(most // 1024 // 1024)]


def test_the_proxy_sets_no_header_that_the_pages_have_already():
    assert "add_header" not in SAID
    assert "proxy_hide_header" not in SAID


def test_what_a_client_claims_of_itself_is_dropped():
    assert "$proxy_add_x_forwarded_for" not in SAID
    for name in ("X-Forwarded-For $remote_addr", "X-Forwarded-Proto https", "X-Forwarded-Host $host"):
        assert f"proxy_set_header {name};" in SAID


def test_nothing_old_is_spoken():
    assert re.findall(r"ssl_protocols ([^;]+);", SAID) == ["TLSv1.2 TLSv1.3"]
    ciphers = re.findall(r"ssl_ciphers ([^;]+);", SAID)[0].split(":")
    assert all(name.startswith("ECDHE-") and ("GCM" in name or "POLY1305" in name) for name in ciphers)


def test_braces_and_lines_of_the_configuration_end():
    assert SAID.count("{") == SAID.count("}")
    odd = [line for line in SAID.splitlines() if line.strip() and not line.rstrip().endswith((";", "{", "}"))]
    assert odd == []
