"""The language a paper is written in, as it declares it or as its words tell."""

from __future__ import annotations

import re
from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

# Names of babel and polyglossia (their manuals' tables of languages) to codes of ISO 639-1.
_NAMES: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(
            ("english", "american", "usenglish", "british", "ukenglish", "australian", "canadian", "newzealand"), "en"
        ),
        **dict.fromkeys(("german", "ngerman", "austrian", "naustrian", "swissgerman", "nswissgerman", "germanb"), "de"),
        **dict.fromkeys(("french", "francais", "frenchb", "acadian", "canadien"), "fr"),
        **dict.fromkeys(("spanish", "spanishmx"), "es"),
        **dict.fromkeys(("portuguese", "portuges", "brazil", "brazilian"), "pt"),
        **dict.fromkeys(("chinese", "chinese-simplified", "chinese-traditional", "chinese-hans", "chinese-hant"), "zh"),
        "japanese": "ja",
        "korean": "ko",
        "arabic": "ar",
    }
)
_CODES = frozenset(_NAMES.values())
_OPTION = r"\s*+(?:\[(?P<options>[^\]]{0,2000})\])?\s*+"
_CLASS = re.compile(r"\\documentclass" + _OPTION + r"\{(?P<name>[^{}]{0,100})\}")
_PACKAGE = re.compile(r"\\(?:usepackage|RequirePackage)" + _OPTION + r"\{(?P<names>[^{}]{0,2000})\}")
_MAIN = re.compile(
    r"\\(?:setmainlanguage|setdefaultlanguage)\s*(?:\[[^\]]{0,400}\])?\s*\{(?P<set>[^{}]{0,100})\}"
    r"|\\babelprovide\s*\[(?=[^\]]{0,400}main)[^\]]{0,400}\]\s*\{(?P<provided>[^{}]{0,100})\}"
    r"|\\selectlanguage\s*\{(?P<selected>[^{}]{0,100})\}"
)
_CLASSES = (
    (re.compile(r"ctex\w*|.*thu?thesis.*|ustcthesis|njuthesis|sjtuthesis"), "zh"),
    (
        re.compile(r"[jtu](?:article|book|report)|[ju]s(?:article|book|report)|ltj\w+|bxjs\w+|jlreq|ieicej|ipsj\w*"),
        "ja",
    ),
    (re.compile(r"oblivoir|xoblivoir|hreport|harticle|kaist.*|snuthesis"), "ko"),
)
_PACKAGES: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("ctex", "xeCJK", "ctexcap"), "zh"),
        **dict.fromkeys(("luatexja", "luatexja-fontspec", "zxjatype", "pxchfon", "otf"), "ja"),
        **dict.fromkeys(("kotex", "xetexko", "luatexko", "dhucs", "hangul"), "ko"),
        **dict.fromkeys(("arabtex", "arabi", "arabxetex"), "ar"),
    }
)
# A few of the commonest words that the other languages lack.
_FUNCTION_WORDS: Mapping[str, str] = MappingProxyType(
    {
        word: code
        for code, words in {
            "en": "the of and is that with for are this which from we be by it has can",
            "de": "der die das und ist nicht mit den von zu für auf dem eine wird werden sich auch wir",
            "fr": "le les des est dans une pour qui sur par nous avec sont cette ce aux ces pas",
            "es": "el los las del una es con se por que como son este esta más para al",
            "pt": "os das dos uma não com são em ao por como mais foi na no seu pela para",
        }.items()
        for word in words.split()
    }
)
_WORD = re.compile(r"[^\W\d_]{2,12}")
_KANA, _HANGUL, _HAN, _ARABIC = "\u3040-\u30ff", "\uac00-\ud7a3", "\u4e00-\u9fff", "\u0620-\u064a"
_SAMPLE = 15_000  # characters of a paper that tell its language,
_PIECE = 3_000  # at most so many of each file
_NO_WORDS = re.compile(r"\\(?:begin|end|ref|label|[A-Za-z]*cite[a-z]*)\s*\{[^{}]*\}|\\[A-Za-z@]+|\$[^$]{0,400}\$")
_TELLING = 30  # function words from which the text has a say against what is declared
_SCRIPT = 0.25  # share of letters from which a script decides
_ONLY_JAPANESE = 0.08  # share of kana among letters of Han and kana; Chinese papers hold a word or two


def declared_language(preamble: str) -> str:
    """The code of the language that the code of a root file declares, empty where it names none of ours."""
    document = _CLASS.search(preamble)
    found = ""
    for match in _PACKAGE.finditer(preamble):
        for name in (each.strip() for each in match["names"].split(",")):
            if name in _PACKAGES:
                found = found or _PACKAGES[name]
            if name == "babel":
                own = match["options"] or (document["options"] if document else "") or ""
                found = _babel(own) or (_babel(document["options"] or "") if document else "") or found
    for match in _MAIN.finditer(preamble):
        found = _code(match["set"] or match["provided"] or match["selected"] or "") or found
    if not found and document:
        found = next((code for pattern, code in _CLASSES if pattern.fullmatch(document["name"].strip())), "")
    return found or (_babel(document["options"] or "") if document else "")


def _code(name: str) -> str:
    return _NAMES.get(name.strip().lower(), name.strip() if name.strip() in _CODES else "")


def _babel(options: str) -> str:
    """The main language among babel's options: the one that ``main=`` names, else the last."""
    given = [option.strip() for option in options.split(",")]
    main = [option.split("=")[1] for option in given if option.replace(" ", "").startswith("main=")]
    codes = [code for option in (main or given) if (code := _code(option))]
    return codes[-1] if codes else ""


def language_of(declared: str, codes: Iterable[str]) -> str:
    """The code of a paper's language; English where nothing tells.

    Args:
        declared: what it declares, or an empty string.
        codes: the code of its files; no more is read than is needed.
    """
    sample = _NO_WORDS.sub(" ", "".join(_head(codes)))
    script = _script(sample)
    if script:
        return script
    if declared in ("zh", "ja", "ko", "ar"):
        declared = ""  # the package is loaded for a name or two
    words = Counter(code for code in map(_FUNCTION_WORDS.get, _WORD.findall(sample.lower())) if code)
    if not words:
        return declared or "en"
    best = max(sorted(words), key=lambda code: words[code])
    if not declared:
        return best
    return best if words[best] >= _TELLING and words[declared] < words[best] / 3 else declared


def _head(codes: Iterable[str]) -> Iterator[str]:
    size = 0
    for code in codes:
        yield code[:_PIECE]
        size += len(code[:_PIECE])
        if size >= _SAMPLE:
            return


def _script(sample: str) -> str:
    """The language that a script other than Latin tells."""
    if sample.isascii():
        return ""
    # Compiled here: such wide ranges take longer than all other patterns, and few papers need them.
    kana, hangul, han, arabic, latin = (
        len(re.findall(f"[{letters}]", sample)) for letters in (_KANA, _HANGUL, _HAN, _ARABIC, "A-Za-z")
    )
    letters = kana + hangul + han + arabic + latin / 4  # a word of Latin takes about four
    if max(kana + han, hangul, arabic) < _SCRIPT * letters or not letters:
        return ""
    if arabic >= max(hangul, kana + han):
        return "ar"
    if hangul >= kana + han:
        return "ko"
    return "ja" if kana >= _ONLY_JAPANESE * (kana + han) else "zh"
