"""Text messages: how many parts one takes, and the words by which somebody wants no more of them, or a code."""

import unicodedata

# Source: 3GPP TS 23.038, 6.2.1: the default alphabet, and what takes two places of it.
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_DOUBLE = frozenset("^{}\\[~]|€\f")
# Source: 3GPP TS 23.038 and 23.040: 140 octets, of which a part of several gives six away.
ONE, PART = 160, 153  # places of the default alphabet
ONE_WIDE, PART_WIDE = 70, 67  # of UCS-2


def parts_of(text: str) -> int:
    """Return in how many parts a text travels, each of which costs as much as one."""
    if all(sign in _BASIC or sign in _DOUBLE for sign in text):
        length, one, part = len(text) + sum(sign in _DOUBLE for sign in text), ONE, PART
    else:
        length, one, part = len(text.encode("utf-16-be")) // 2, ONE_WIDE, PART_WIDE
    return 1 if length <= one else -(-length // part)


def is_stop(text: str) -> bool:
    """Whether somebody wants no more texts: a word for it and nothing beside, however it is written."""
    return folded(text) in STOP_WORDS


def is_code_wanted(text: str) -> bool:
    """Whether somebody wants a link to a code: a word for it and nothing beside, however it is written."""
    return folded(text) in CODE_WORDS


def folded(text: str) -> str:
    """Return the text without accents, capitals and signs, with one space between words."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(sign if sign.isalnum() else " " for sign in plain if not unicodedata.combining(sign))
    return " ".join(kept.split())


# By which people stop texts. Source: CTIA Messaging Principles, 5.1.3, for the English ones; ours: the others, in
# languages that are spoken around mines.
STOP_WORDS = frozenset(
    folded(word)
    for word in {
        *("stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "revoke", "opt out", "optout"),
        *("arret", "arreter", "arretez", "alto", "parar", "pare", "baja", "cancelar", "basta"),
        *("стоп", "стой", "отписаться", "stani", "prekini", "zaustavi", "стани", "прекини"),
        *("توقف", "ايقاف", "الغاء", "قف", "acha", "simama", "sitisha", "berhenti", "dur", "iptal"),
        *("停止", "退订", "取消", "зогс"),
    }
)

# Ours, for the same languages: by which whoever raised a concern by text asks for another link to a code.
CODE_WORDS = frozenset(
    folded(word)
    for word in {
        *("code", "link", "new code", "new link", "le code", "lien", "codigo", "enlace"),
        *("код", "ссылка", "kod", "šifra", "шифра", "رمز", "الرمز", "رابط", "kodi", "msimbo", "kode", "tautan"),
        *("代码", "链接", "холбоос"),
    }
)
