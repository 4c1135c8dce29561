"""What a paper says that it contributes, in its own sentences, found by rules."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from texscholar.related_work.stock import DENIAL, FIRST_PERSON
from texscholar.related_work.support import content_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from texscholar.latex import Project, Sentence

MOST_CLAIMS = 6
_LONGEST = 400  # characters; a longer "sentence" is a list or a table
_STATING: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "en": re.compile(
            r"\b(?:propos|present|introduc|show|demonstrat|develop|describ|study|studie|investigat|examin|explor|analy[sz]"
            r"|contribut|provid|offer|giv|vary|varie|compar|evaluat|find|found|prov|releas|argu|measur|extend|address)",
            re.IGNORECASE,
        ),
        "de": re.compile(
            r"\b(?:stell|schlag|zeig|präsentier|entwickel|beschreib|untersuch|führ|analysier|vergleich|beitr|erweiter"
            r"|messen|finden|geben|leist|variier|behandel)",
            re.IGNORECASE,
        ),
        "fr": re.compile(
            r"\b(?:propos|présent|introdui|montr|développ|décri|étudi|examin|explor|analys|contribu|compar|évalu|donn|mesur"
            r"|trait|abord)",
            re.IGNORECASE,
        ),
        "es": re.compile(
            r"\b(?:propo|present|introdu|mostr|muestr|demostr|desarroll|describ|estudi|investig|examin|explor|anali[zc]|contribu"
            r"|compar|evalu|medi|trat|abord)",
            re.IGNORECASE,
        ),
        "ar": re.compile(r"نقترح|نقدم|نعرض|نصف|ندرس|نبحث|نطور|نحلل|نقارن|تقترح|تقدم|تعرض|يقترح|يقدم|مساهم|إسهام"),
        "zh": re.compile(r"提出|介绍|展示|研究|描述|探讨|分析|设计|开发|实现|比较|评估|贡献|证明|表明"),
        "ja": re.compile(r"提案|提示|紹介|示す|示した|研究|検討|調査|分析|開発|設計|比較|評価|貢献|述べる"),
        "ko": re.compile(r"제안|제시|소개|보인다|보였다|연구|조사|분석|개발|설계|비교|평가|기여"),
    }
)
_SECTIONS = re.compile(
    r"(?i)abstract|introduction|conclusion|contribution|zusammenfassung|einleitung|einführung|fazit|schluss|beitr"
    r"|résumé|conclusions|resumen|introducción|conclusiones|contribuci|مقدمة|ملخص|خاتمة|引言|绪论|緒論|摘要|结论|結論|贡献"
    r"|はじめに|序論|まとめ|おわりに|概要|서론|결론|초록|요약"
)


def claims_of(project: Project) -> tuple[str, ...]:
    """Sentences in which a paper states its contribution: those of the abstract first, then in the paper's order."""
    stating = _STATING.get(project.language, _STATING["en"])
    found = [
        s for file in project.files for s in file.sentences if _is_place(s) and _states(s, stating, project.language)
    ]
    found.sort(key=lambda sentence: sentence.kind != "abstract")
    return tuple(dict.fromkeys(" ".join(sentence.text.split()) for sentence in found))[:MOST_CLAIMS]


def _is_place(sentence: Sentence) -> bool:
    """Whether a paper speaks of itself there."""
    return sentence.kind == "abstract" or (
        sentence.kind == "prose" and any(_SECTIONS.search(title) for title in sentence.section[:1])
    )


def _states(sentence: Sentence, stating: re.Pattern[str], language: str) -> bool:
    """Whether a sentence says what the paper does; what it does not do is no contribution, nor what it announces."""
    text = sentence.text
    says = FIRST_PERSON.search(text) and stating.search(text) and not DENIAL.search(text)
    return len(text) <= _LONGEST and bool(says) and bool(content_words(text, language))
