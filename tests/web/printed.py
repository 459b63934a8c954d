"""Files to print, as tests ask for them and read them."""

import io

from pypdf import PdfReader


def file_of(client, address="/case/print"):
    answer = client.get(address)
    assert answer.status_code == 200, answer.status
    return answer


def read(answer):
    return PdfReader(io.BytesIO(answer.data))


def text(answer):
    return " ".join(" ".join(page.extract_text() for page in read(answer).pages).split())
