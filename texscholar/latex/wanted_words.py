r"""What authors write where something is missing, in the languages of their papers.

For English, German, French, Spanish, Portuguese, Italian, Chinese, Japanese, Korean and Arabic; the phrases in square
brackets are those that public sources and the Wikipedias of these languages use.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import product

_WORD = re.compile(r"[^\W_]+")
_ARTICLES = frozenset(
    """
    a an the some l la le les un une el las los una o os uma ein eine einen die das der il
    """.split()  # noqa: SIM905 - words read best as text
)


def phrase(text: str) -> str:
    """The words of a note in small letters, without articles, accents and punctuation."""
    folded = text.casefold()
    if not folded.isascii():
        folded = "".join(char for char in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(char))
    return " ".join(word for word in _WORD.findall(folded) if word not in _ARTICLES)


def _phrases(*texts: str) -> frozenset[str]:
    """The phrases of texts in which bars part them."""
    return frozenset(phrase(each) for text in texts for each in text.split("|"))


def _pairs(first: str, second: str) -> frozenset[str]:
    """Each of the first words with each of the second, both parted by bars."""
    return frozenset(phrase(" ".join(pair)) for pair in product(first.split("|"), second.split("|")))


_EN = "cite|cites|citation|citations|ref|refs|reference|references|source|sources"
_DE = "Quelle|Quellen|Quellenangabe|Literaturangabe|Beleg|Belege|Zitat|Zitate|Nachweis|Referenz|Referenzen"
_FR = "citation|citations|référence|références|réf|source|sources"
_ES = "cita|citas|referencia|referencias|fuente|fuentes"
_PT = "citação|citações|referência|referências|fonte|fontes"
_ZH = "引用|引文|来源|來源|文献|文獻|参考文献"
_NOUNS = _phrases(
    _EN, _DE, _FR, _ES, _PT, "citazione|fonti", _ZH, "出典", "인용|출처|참고문헌", "مرجع|مصدر|استشهاد"
) - _phrases("cite|citation")
# That a citation is missing, said in so many words
NEEDED = (
    _pairs(_EN, "needed|required|missing")
    | _pairs("need|needs|missing|requires", _EN)
    | _pairs(_DE, "fehlt|fehlen|nötig|noetig|benötigt|erforderlich")
    | _pairs("fehlende|fehlender|fehlendes", _DE)
    | _pairs(_FR, "nécessaire|nécessaires|requise|manquante|manquantes|souhaitée|souhaitées")
    | _pairs(_ES, "requerida|requeridas|necesaria|necesarias|faltante|faltantes|pendiente|pendientes")
    | _pairs("falta|faltan", _ES)
    | _pairs(_PT, "necessária|necessárias|pendente|pendentes|em falta")
    | _pairs("falta|faltam", _PT)
    | _phrases("carece de fontes|citazione necessaria|fonte mancante")
    | _phrases(
        "来源请求|來源請求|需要引用|需要来源|需引用|須引用|引用请求|引用請求|缺少引用|缺引用|缺少来源|缺少文献|引用缺失|待引用|待补引用"
    )
    | _phrases("要出典|要引用|出典が必要|出典必要|引用が必要|引用必要")
    | _phrases("출처 필요|출처필요|출처 누락|인용 필요|인용필요|인용 누락|참고문헌 필요")
    | _phrases("بحاجة لمصدر|بحاجة إلى مصدر|يحتاج لمصدر|يحتاج إلى مصدر|تحتاج إلى مصدر|مصدر مطلوب|مرجع مطلوب")
)
# That one is to be added
_ADD = (
    _pairs("add|insert|find|put|give|look up", _EN)
    | _pairs(_DE, "einfügen|ergänzen|angeben|suchen|hinzufügen")
    | _pairs("ajouter|insérer|trouver", _FR)
    | _pairs("añadir|agregar|poner|insertar|buscar", _ES)
    | _pairs("adicionar|inserir|colocar|buscar", _PT)
    | _phrases(*(verb + noun for verb in ("添加", "补充", "補充", "加入", "插入", "加") for noun in _ZH.split("|")))
    | _phrases("出典を追加|出典を記載|引用を追加|文献を追加|出典追加|引用追加")
    | _phrases("출처 추가|출처추가|인용 추가|인용추가|참고문헌 추가")
    | _phrases("أضف مرجعا|أضف مصدرا|أضف مرجع|أضف مصدر|إضافة مرجع|إضافة مصدر")
)
_CITE = frozenset(("cite", "citation", "citer", "citar", "citare", "zitieren"))
_ABOUT_STYLE = _phrases("style|styles|command|commands|format|formats|key|keys|package|macro|count")
_FOLLOWING = _phrases("needed|missing|here|for|hier|für|ici|pour|aquí|para|qui|per")
_SHORT_NOTE = 9  # words of a note whose last one may be its verb
_WISHES = NEEDED | _ADD
_LONGEST = max(len(each.split()) for each in _WISHES)
# What stands in brackets all by itself
_SHORT = _phrases(
    "cite|citation|citations|ref|refs|Quelle|Quellen|Beleg|Belege|Zitat|réf|citer|citar|cita|citas|citação|citazione",
    "引用|引文|来源|來源|出典|출처|인용|مصدر|مرجع",
)
_ASKED = _SHORT | _NOUNS | {""}
_LOUD = frozenset(("REF", "REFS", "CITE", "CITATION", "QUELLE", "cite", "Cite"))
_BRACKETED = re.compile(
    r"[\[［【〔](?P<square>[^\[\]［］【】〔〕()（）]{1,100})[\]］】〕]|[(（](?P<round>[^()（）\[\]［］【】〔〕\d]{1,60})[)）]"
)
_NAMED = re.compile(r"(?:cite|citation|refs?)\s*:", re.IGNORECASE)

TODO_WORD = r"(?:TO[ -]?DO|FIXME|XXX|TBD)(?:[ \t]*\([^()\r\n]{0,80}\)|[ \t]*\[[^\[\]\r\n]{0,40}\])?"
_RELATED = _phrases(
    "related work|related works|relatedwork|relatedworks|literature review|state of the art|prior work",
    "verwandte Arbeiten|Stand der Technik|Stand der Forschung|Forschungsstand|Literaturüberblick|Literaturueberblick",
    "état de l'art|travaux connexes|travaux apparentés|travaux liés|revue de la littérature|revue de littérature",
    "trabajos relacionados|trabajo relacionado|trabajos previos|estado del arte|revisión de la literatura",
    "trabalhos relacionados|trabalho relacionado|trabalhos correlatos|estado da arte|revisão da literatura",
    "revisão bibliográfica|lavori correlati|stato dell'arte",
    "相关工作|相關工作|国内外研究现状|國內外研究現狀|文献综述|文獻綜述|関連研究|先行研究",
    "관련 연구|관련연구|선행 연구|선행연구",
    "الأعمال ذات الصلة|الأعمال السابقة|الدراسات السابقة",
)
_WRITE = ("write ", "add ", "draft ", "fill in ", "insert ")
_SECTION = (" section", " here")


def is_related_work(text: str) -> bool:
    """Whether a note asks for a section on related work and for nothing else."""
    words = phrase(text)
    words = next((words.removeprefix(verb) for verb in _WRITE if words.startswith(verb)), words)
    return next((words.removesuffix(end) for end in _SECTION if words.endswith(end)), words) in _RELATED


def asks_for_citation(text: str) -> bool:
    """Whether a note to oneself asks for a citation: "cite Smith", "add a reference", "Quelle fehlt"."""
    text = text.lstrip(" \t\r\n~[(\"'`")
    words = phrase(text).split()
    if not words or text.startswith("\\"):
        return False
    second = words[1] if len(words) > 1 else ""
    if words[0] in _CITE:
        return second not in _ABOUT_STYLE
    if words[0] in _NOUNS and (not second or second in _FOLLOWING):
        return True
    if any(" ".join(words[:number]) in _WISHES for number in range(1, _LONGEST + 1)):
        return _ABOUT_STYLE.isdisjoint(words[1:3])
    return len(words) <= _SHORT_NOTE and words[-1].endswith(("zitieren", "を引用"))


def says_needed(text: str) -> bool:
    """Whether a text says that a citation is missing and no more."""
    return phrase(text) in NEEDED


def bracketed_wishes(text: str) -> tuple[tuple[int, int], ...]:
    """Where a text has a wish for a citation in brackets: ``[citation needed]``, ``[CITE]``, ``(ref?)``."""
    return tuple(match.span() for match in _BRACKETED.finditer(text) if _is_wish(match["square"], match["round"]))


def _is_wish(square: str | None, in_round: str | None) -> bool:
    text = square or in_round or ""
    if in_round is not None and in_round in _LOUD:
        return True
    words = phrase(text)
    if not words:
        return square is not None and text.strip() in ("?", "??", "???")
    if words in NEEDED:
        return True
    if text.rstrip().endswith(("?", "？")):
        return words in _ASKED
    words = words.removeprefix("todo ")
    return square is not None and (words in _SHORT or words in _WISHES or _NAMED.match(text) is not None)


# Names of commands that say it
WANTED_COMMAND = re.compile(
    r"(?:needs?|missing|todo|add|please|tbd|fixme)a?cit(?:e|ations?)|cit(?:e|ations?)(?:here|me|needed|missing|todo|required|tbd)"
    r"|skelcite",
    re.IGNORECASE,
)
_TODO_BODY = re.compile(r"\\(?:todo|fixme|fxnote)\w*\s*+(?:\[[^\]]*\])?\s*+\{(?P<note>[^{}]*)\}", re.IGNORECASE)
_COMMAND = re.compile(r"\\[A-Za-z@]+\*?|[{}#]")
_HINT = re.compile(r"cit|ref|sourc|quell|\?|[^\x00-\x7f]", re.IGNORECASE)


def prints_wish(body: str) -> bool:
    """Whether the definition of a macro prints that a citation is missing."""
    if _HINT.search(body) is None:
        return False
    if bracketed_wishes(body) or any(asks_for_citation(match["note"]) for match in _TODO_BODY.finditer(body)):
        return True
    words = phrase(_COMMAND.sub(" ", body)).split()
    return any(" ".join(words[at : at + 2]) in NEEDED for at in range(len(words) - 1))


# Two figures at most: todo2004 is a paper of someone called Todo.
_PLACEHOLDER_KEY = re.compile(
    r"[?？]+|[.…_-]+|todo(?:\d{0,2}|[-_:.?!\s].*)|xx+|tbd|tba|(?:needs?)?[-_ ]?citations?[-_ ]?(?:needed)?"
    r"|cite[-_ ]?(?:me|needed|here|this)?|needs?[-_ ]?cite|missing(?:[-_ ]?(?:citation|ref))?|fixme|cite\?+|ref\?*"
    r"|tocite|placeholder|quelle(?:[-_ ]?fehlt)?\?*|(?:source|reference|fonte|cita)\?+|引用|要出典|出典|출처|待补",
    re.IGNORECASE,
)


def is_placeholder_key(key: str) -> bool:
    """Whether an author typed this key only to come back later."""
    return _PLACEHOLDER_KEY.fullmatch(key) is not None
