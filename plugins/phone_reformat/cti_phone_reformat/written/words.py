"""The words of the phone world that stand around a number, in its languages."""

from __future__ import annotations

import re

_EXTENSION_WORDS = (
    # English, French, German, Dutch
    *(
        "x",
        "ext",
        "extn",
        "extension",
        "xtn",
        "int",
        "p",
        "poste",
        "durchwahl",
        "dw",
        "app",
        "apparat",
    ),
    *("nst", "nebenstelle", "klappe", "kl", "hausapparat", "toestel", "tst", "tsl"),
    # Spanish, Portuguese, Italian, Romanian
    *("extensión", "extensão", "anexo", "interno", "interne", "ramal", "derivato", "interior"),
    # Nordic, Baltic, Polish, Czech, Slovak, Hungarian, Slovene, Croatian, Turkish
    *("anknytning", "ankn", "lokal", "lok", "lokalnr", "alanumero", "alanro", "wew", "wewn"),
    *("wewnętrzny", "linka", "klapka", "mellék", "mell", "m", "lokální", "dahili", "dah"),
    # Russian, Ukrainian, Bulgarian, Greek
    *("доб", "добавочный", "вн", "внутр", "внутренний", "дод", "вътр", "εσωτ", "εσωτερικό"),
    # Chinese, Japanese, Korean, Vietnamese, Thai, Arabic, Persian, Hebrew
    *("内線", "內線", "分機", "分机", "转", "轉", "内线", "내선", "구내", "máy lẻ", "nhánh", "ต่อ"),
    *("تحويلة", "داخلي", "داخلی", "שלוחה"),
)

_LABELS = (
    # English
    *("tel", "telephone", "phone", "ph", "t", "call", "cell", "cellphone", "mobile", "mob", "c"),
    *("mobil", "home", "work", "office", "main", "direct", "switchboard", "reception", "fax", "f"),
    *("private", "business", "company", "landline", "desk", "number", "no", "nr", "central", "w"),
    *("hours", "emergency", "helpdesk", "support", "toll", "free", "tollfree", "voice", "p"),
    # French
    *("tél", "téléphone", "portable", "port", "fixe", "bureau", "domicile", "accueil", "standard"),
    *("ligne", "directe", "numéro", "n", "perso", "pro", "gsm", "secrétariat", "maison", "urgence"),
    # German, Dutch
    *("telefon", "handy", "zentrale", "büro", "buero", "privat", "geschäftlich", "dienstlich"),
    *("festnetz", "mobiltelefon", "empfang", "sekretariat", "direkt", "rufnummer", "arbeit"),
    *("telefoon", "mobiel", "kantoor", "thuis", "werk", "algemeen", "centrale", "notfall"),
    # Spanish, Portuguese, Italian
    *("teléfono", "telefono", "móvil", "movil", "celular", "cel", "oficina", "casa", "trabajo"),
    *("telefone", "telemóvel", "telemovel", "escritório", "trabalho", "cellulare", "ufficio"),
    *("centralino", "fijo", "fixo", "fisso", "comercial", "residencial", "whatsapp", "wa"),
    # Nordic, Polish, Czech, Hungarian, Turkish
    *("tlf", "tfn", "puh", "puhelin", "växel", "mobiltelefon", "arbete", "hem", "hjem", "arbejde"),
    *("kom", "komórka", "praca", "dom", "domowy", "służbowy", "práce", "domů", "otthon", "iroda"),
    *("cep", "ev", "iş", "ofis", "santral"),
    # Russian, Ukrainian, Greek
    *("тел", "телефон", "моб", "мобильный", "раб", "рабочий", "дом", "домашний", "сот", "факс"),
    *("офис", "приемная", "τηλ", "κιν", "κινητό"),
    # Chinese, Japanese, Korean, Vietnamese, Arabic, Hebrew
    *(
        "代表",
        "代",
        "電話",
        "电话",
        "携帯",
        "手机",
        "手機",
        "直通",
        "総合",
        "自宅",
        "会社",
        "总机",
        "總機",
    ),
    *("전화", "휴대폰", "대표", "điện", "thoại", "đt", "di", "động", "هاتف", "جوال", "טל", "נייד"),
)

_BETWEEN = (
    *("or", "and", "also", "oder", "und", "bzw", "ou", "et", "o", "y", "e", "of", "en", "eller"),
    *("lub", "veya", "vagy", "nebo", "и", "или", "або", "または", "或", "及", "또는", "أو", "או"),
)

LONGEST_MARK = 2
"""Shorter words are abbreviations and marks of phone systems ("L0#"), no names."""

LABELS = frozenset(_LABELS) | frozenset(_BETWEEN) | frozenset(_EXTENSION_WORDS)
"""Every word that may stand beside a number without making the text anything else."""

EXTENSION_MARK = re.compile(
    r"\s*(?:[,;]+\s*(?:[#*]\s*)?|[#*~]\s*|\s*[pw]\s*|[,;]*\s*\(?#\s*)", re.I
)
"""What stands between a number and its extension, if it is a mark or the pause of a dial string."""

_EXTENSION = frozenset(_EXTENSION_WORDS)
_AROUND_WORD = re.compile(r"[\s,;.:(/-]*([^\W\d_]+(?: [^\W\d_]+)?)\s*[.:=#-]*\s*")


def is_extension_word(between: str) -> bool:
    """Whether a word between two runs of digits says that the second is an extension."""
    match = _AROUND_WORD.fullmatch(between)
    return match is not None and match[1].casefold() in _EXTENSION


def only_labels(rest: str) -> bool:
    """Whether all words of a text are words of the phone world."""
    words = [word.casefold() for word in re.findall(r"[^\W\d_]+", rest)]
    return all(len(word) <= LONGEST_MARK or word in LABELS for word in words)
