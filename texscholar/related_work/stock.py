"""Words that claim nothing, and words that claim much: what a check of a draft knows of the eight languages of LFM2.

The lists hold forms as they are written; what counts are their index terms. They are ours, from grammars' closed
classes and from what related-work sections say whatever they are about.
"""

from __future__ import annotations

import re
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from texscholar.library.terms import STOP_WORDS, terms

if TYPE_CHECKING:
    from collections.abc import Mapping

# Function words, connectives, verbs of reporting, and nouns for a piece of research.
_CLAIMLESS: Mapping[str, str] = MappingProxyType(
    {
        "en": """
            propose proposed present introduce describe develop study investigate examine explore analyse analyze
            analysis consider address tackle discuss report show demonstrate observe find found argue suggest note
            offer provide give take use apply employ adopt rely follow extend build combine focus aim seek attempt
            look treat view turn pursue concern deal make work paper study article author authors research researcher
            approach method technique framework idea way line direction strand group topic theme area field literature
            problem question issue aspect setting context case example particular particularly specific specifically
            general generally also however moreover furthermore further addition additionally similar similarly
            likewise contrast instead rather hand finally next together respectively thereby hence therefore thus
            well often along among around across toward upon within early earlier later recent recently previous
            previously prior existing related relevant several many various different other another number range
            variety kind form type part one two based own like them themselves
            contribution contribute et al etc i e g since unlike despite alongside besides including include
            """,
        "de": """
            der die das den dem des ein eine einer eines einem einen und oder aber sondern auch nicht nur noch schon
            in im an am auf aus bei beim mit nach von vom vor zu zum zur über unter um für durch gegen ohne zwischen
            ist sind war waren wird werden wurde wurden worden hat haben hatte kann können dass als wie wenn während
            sich sie er es ihr ihre ihrer ihren ihrem ihres sein seine seiner seinen dieser diese dieses diesen diesem
            jener jene welche welcher welches andere anderen anderer weitere weiterer weiteren mehrere viele
            verschiedene so damit dabei dazu darüber hinaus dagegen hingegen jedoch außerdem zudem ferner ebenso
            ebenfalls ähnlich ähnliche ähnlicher weise später früher frühere früheren zuvor kürzlich neuere dann
            zunächst schließlich beispielsweise insbesondere stellen stellt vorstellen vorgestellt schlagen schlägt
            vorschlagen vorgeschlagen zeigen zeigt gezeigt beschreiben beschreibt beschrieben untersuchen untersucht
            betrachten betrachtet entwickeln entwickelt entwickelten verwenden verwendet nutzen nutzt genutzt führen
            führt einführen eingeführt ein befassen befasst beschäftigen beschäftigt analysieren analysiert behandeln
            behandelt bieten bietet geben gibt erweitern erweitert kombinieren kombiniert widmen widmet diskutieren
            diskutiert schildern berichten berichtet arbeit arbeiten ansatz ansätze ansätzen verfahren methode
            methoden studie studien beitrag beiträge autor autoren autorinnen forschung rahmen frage fragen problem
            problems thema bereich gebiet richtung literatur beispiel art weg
            """,
        "fr": """
            le la les l un une des du de d à au aux en dans par pour sur sous avec sans entre vers chez contre selon
            et ou mais donc or ni car que qui dont où ce cet cette ces celui celle ceux celles son sa ses leur leurs
            il elle ils elles on se s y ne est sont était étaient être a ont avait peut peuvent ainsi aussi afin comme
            lorsque tandis alors plus plusieurs autre autres différents différentes divers diverses même mêmes
            cependant toutefois également ailleurs outre revanche contraste enfin ensuite puis notamment récemment
            récent récents récente récentes antérieur antérieurs antérieure antérieures précédent précédents
            auparavant proposent propose proposé proposée présentent présente présenté présentée introduisent
            introduit décrivent décrit montrent montre étudient étudie étudié examinent examine explorent explore
            analysent analyse développent développe utilisent utilise emploient emploie appliquent applique
            considèrent considère traitent traite abordent aborde étendent étend combinent combine offrent offre
            fournissent fournit portent porte travail travaux article articles approche approches méthode méthodes
            étude études auteur auteurs cadre problème question questions sujet domaine littérature recherche
            recherches exemple manière façon
            """,
        "es": """
            el la los las lo un una unos unas de del al a en con por para sin sobre entre hacia desde hasta según y
            e o u pero sino que quien quienes cuyo cuya cual cuales donde este esta estos estas ese esa esos esas
            aquel su sus se es son era eran ser fue fueron ha han puede pueden así también además como cuando
            mientras más varios varias otro otra otros otras diferentes diversos diversas mismo misma embargo
            contraste cambio parte lado finalmente luego después antes anteriormente reciente recientes
            recientemente previo previos anterior anteriores proponen propone propuesto propuesta presentan presenta
            presentado presentada introducen introduce describen describe muestran muestra estudian estudia examinan
            examina exploran explora analizan analiza desarrollan desarrolla utilizan utiliza usan usa emplean
            emplea aplican aplica consideran considera tratan trata abordan aborda extienden extiende combinan
            combina ofrecen ofrece proporcionan trabajo trabajos artículo artículos enfoque enfoques método métodos
            estudio estudios autor autores autoras marco problema cuestión tema área campo literatura investigación
            ejemplo manera forma
            """,
        "ar": """
            في من إلى على عن مع بين حول منذ حتى خلال عند لدى بعد قبل و أو ثم لكن بل أن إن التي الذي الذين هذا هذه ذلك
            تلك هؤلاء كما أيضا كذلك حيث بينما كل بعض عدة مختلفة أخرى آخر غير هو هي هم كان كانت قد وقد وفي ومن وهو وهي
            يقترح تقترح اقترح اقترحت اقترحوا يقدم تقدم قدم قدمت قدموا يعرض تعرض عرض يصف تصف وصف يدرس تدرس درس درست
            يبحث تبحث بحث يستخدم تستخدم استخدم استخدمت يطور طور يحلل تحلل يتناول تتناول تناول تناولت يوضح يبين
            المؤلفون المؤلف الباحثون الدراسة دراسة دراسات بحوث أبحاث ورقة الورقة عمل أعمال العمل طريقة الطريقة نهج
            منهج مشكلة مسألة مجال موضوع سابقة السابقة حديثة مؤخرا
            """,
        "zh": """
            我们 提出 提出了 出了 介绍 介绍了 绍了 研究 研究了 究了 描述 描述了 述了 探讨 探讨了 讨了 分析 分析了 析了
            讨论 论了 使用 使用了 用了 采用 利用 开发 发了 给出 展示 示了 扩展 考虑 关注 方法 一种 一个 一些 该方 这一
            这些 此外 另外 然而 同时 因此 类似 似地 相比 之下 而且 并且 以及 进一 一步 工作 文献 论文 作者 问题 方面
            相关 早期 近年 年来 最近 随后 之后 其他 不同 多种 基于 通过 对于 关于 其中 例如
            """,
        "ja": """
            提案 提示 紹介 研究 記述 検討 調査 分析 議論 開発 使用 利用 適用 拡張 考察 報告 手法 方法 論文 著者 著者ら
            問題 課題 関連 既存 先行 先行研究 最近 近年 その後 一方 また さらに 同様 異なる 様々 複数 例え 例えば
            """,
        "ko": """
            제안 제안한다 제안하였다 제시 소개 연구 연구한다 설명 기술 조사 분석 논의 개발 사용 이용 적용 확장 고려 보고
            방법 방법을 기법 기법을 논문 논문은 저자 저자들은 문제 문제를 관련 기존 최근 이후 한편 또한 또는 그리고
            그러나 반면 유사 다른 다양한 여러 대한 위한 위해 통해 통한 기반 하는 한다 하였다 있다 이다
            """,
    }
)

# What only a record can bear out, however well the rest of a sentence is: praise, priority, denial.
_CLAIMING: Mapping[str, str] = MappingProxyType(
    {
        "en": """
            first best better superior outperform outperforms outperformed outperforming improve improves improved
            improvement surpass surpasses exceed exceeds novel new significant significantly
            substantial substantially dramatically optimal prove proves proven proof always never every all only not
            no none without fail fails failed cannot lack lacks worse faster fastest highest lowest largest most least
            pioneer pioneered pioneering seminal influential landmark popular successful success groundbreaking
            """,
        "de": """
            erste erster ersten beste besten bester besser bessere überlegen übertrifft übertreffen verbessert
            verbessern verbesserung neuartig neuartige neu neue neues neuen signifikant deutlich optimal beweisen
            beweist nie niemals immer alle nur nicht kein keine keinen ohne scheitert mangelt schneller schlechter
            größte höchste wegweisend
            """,
        "fr": """
            premier première premiers premières meilleur meilleure meilleurs mieux supérieur surpasse surpassent
            améliore améliorent amélioration nouveau nouvelle nouveaux novateur significatif significativement optimal
            prouvent prouve jamais toujours tous toutes seul pas sans aucun aucune échoue pire rapide
            """,
        "es": """
            primer primero primera mejor mejores superior supera superan mejora mejoran nuevo nueva nuevos novedoso
            significativo significativamente óptimo demuestran demuestra nunca siempre todos todas solo no sin ningún
            ninguna falla fallan peor
            """,
        "ar": "الأول أول أفضل يتفوق تتفوق تحسين يحسن جديد جديدة دائما أبدا لا لم ليس ليست بدون دون جميع فقط",
        "zh": "首次 首先 最佳 最好 优于 超过 超越 改进 提高 显著 新颖 新的 最优 证明 从不 总是 所有 没有 无法 不能",
        "ja": "初めて 最初 最良 最高 優れ 上回る 改善 向上 大幅 新規 新しい 最適 証明 常に 全て すべて ない 唯一",
        "ko": "처음 최초 최고 최상 우수 능가 개선 향상 크게 새로운 최적 증명 항상 모든 없이 없다 않는다 못한다 유일",
    }
)

# A sentence that begins with one of these rests on the one before it.
_REFERRING: Mapping[str, str] = MappingProxyType(
    {
        "en": """
            they, their, this, that, these, those, it, its, he, his, she, her, such, similarly, likewise, however,
            conversely, instead, moreover, furthermore, thereby, thus, hence, therefore, subsequently, later, also,
            in turn, in contrast, by contrast, on the other hand, in addition, for example, to this end, as a result
            """,
        "de": """
            dies, diese, dieser, dieses, dem, sie, ihr, ihre, er, es, ebenso, ähnlich, jedoch, dagegen, hingegen,
            außerdem, zudem, ferner, darauf, daher, später, im gegensatz dazu, demgegenüber, darüber hinaus
            """,
        "fr": """
            ils, elles, il, elle, leur, leurs, ce, cet, cette, ces, cela, ceci, ainsi, cependant, toutefois,
            également, de même, ensuite, par contre, en revanche, par contraste, de plus, en outre
            """,
        "es": """
            ellos, ellas, este, esta, estos, estas, esto, su, sus, así, sin embargo, asimismo, también, después,
            posteriormente, por el contrario, en contraste, en cambio, además
            """,
        "ar": "هذا, هذه, هؤلاء, هم, كذلك, كما, وبالمثل, لكن, بالمقابل, وفي المقابل, بعد ذلك",
        "zh": "他们, 它们, 该, 这, 此, 其, 类似, 同样, 然而, 相比, 与此, 因此, 随后, 而",
        "ja": "これ, それ, この, その, 彼ら, 同様, 一方, しかし, また, さらに, そこで, 対照的",
        "ko": "이는, 이들, 이러한, 그는, 그들, 마찬가지, 반면, 그러나, 또한, 따라서, 이후",
    }
)

FIRST_PERSON = re.compile(
    r"\b(?:we|our|ours|(?-i:[Uu]s|I(?=\s[a-z]))|my|mine|wir|uns|unser\w*|nous|notre|nos|je|nosotr[oa]s|nuestr\w+|proponemos|presentamos"
    r"|(?:this|the present|our|the current) (?:paper|work|article|study|thesis)"
    r"|(?:diese[rsnm]?|vorliegende[rsnm]?) (?:arbeit|artikel|studie|beitrag)"
    r"|(?:cet|ce|cette|le présent) (?:article|travail|étude|mémoire|thèse)"
    r"|(?:este|esta|el presente|la presente) (?:artículo|trabajo|estudio|tesis))\b"
    r"|我们|我們|本文|本研究|本论文|本論文|本稿|我々|われわれ|私たち|우리|본 ?논문|본 ?연구|이 ?논문"
    r"|\bنحن\b|\bنقترح\b|\bنقدم\b|هذه (?:الورقة|الدراسة|الرسالة)|هذا (?:البحث|العمل)",
    re.IGNORECASE,
)
"""Who speaks is the paper itself."""

CONTRAST = re.compile(
    r"\b(?:contrast|contrary|unlike|instead|rather|whereas|however|differ\w*|gegensatz|hingegen|dagegen|anders|unterschied"
    r"|contrairement|revanche|contraste|diff[eé]r\w*|contrario|cambio|diferencia)\b|不同|相比|相反|対照|異な|달리|반면"
    r"|بخلاف|عكس|خلاف",
    re.IGNORECASE,
)
"""What compares the paper with others, of which its own words say nothing."""

DENIAL = re.compile(
    r"\b(?:not|no|nor|never|without|nicht|kein\w*|ohne|ne|pas|sans|ni|sin|nunca|لا|لم|لن|ليس|بدون)\b"
    r"|n't\b|\bn'|不(?![同仅僅断斷])|没|未(?!来|來)|无|ない|않|못|없",
    re.IGNORECASE,
)
"""What denies something."""

_NUMBERS = """
    2 two zwei deux dos اثنان اثنين 둘 두
    3 three drei trois tres ثلاثة ثلاث 셋 세
    4 four vier quatre cuatro أربعة أربع 넷 네
    5 five fünf cinq cinco خمسة خمس 다섯
    6 six sechs seis ستة ست 여섯
    7 seven sieben sept siete سبعة سبع 일곱
    8 eight acht huit ocho ثمانية ثماني 여덟
    9 nine neun neuf nueve تسعة تسع 아홉
    10 ten zehn dix diez عشرة عشر 열
    11 eleven elf onze once
    12 twelve zwölf douze doce dozen dozens dutzend douzaine docena
    20 twenty zwanzig vingt veinte عشرين
    100 hundred hundreds hundert hunderte cent cents centaines cien ciento cientos مئة مئات
    1000 thousand thousands tausend tausende mille milliers mil miles ألف آلاف
    1000000 million millions millionen millones مليون ملايين
    1000000000 billion billions milliarde milliarden milliard milliards مليار
    """
NUMBER_WORDS: Mapping[str, str] = MappingProxyType(
    {word: digits for digits, *words in map(str.split, _NUMBERS.strip().splitlines()) for word in words}
)
"""Numbers from two on that are written out, in digits."""

HAN_NUMBER = re.compile(r"[二两兩三四五六七八九十百千万萬亿億]+(?=[个個种種类類项項步层層倍年篇つ人件段点點条條])")
"""The same in Chinese and Japanese, where a counter follows; elsewhere such characters are parts of words."""


_VERBS = """
    address adopt analyse analyze apply argue build combine compare consider demonstrate describe develop discuss
    employ evaluate examine explore extend find focus give introduce investigate learn measure model note observe
    offer present propose provide report show study suggest train treat turn use vary
    """
_PAIRS: Mapping[str, str] = MappingProxyType(
    {
        "de": "schlägt schlagen stellt stellen zeigt zeigen beschreibt beschreiben untersucht untersuchen "
        "betrachtet "
        "betrachten entwickelt entwickeln verwendet verwenden nutzt nutzen führt führen befasst befassen "
        "analysiert "
        "analysieren behandelt behandeln bietet bieten gibt geben erweitert erweitern kombiniert kombinieren "
        "diskutiert diskutieren berichtet berichten vergleicht vergleichen lernt lernen",
        "fr": "propose proposent présente présentent introduit introduisent décrit décrivent montre montrent "
        "étudie "
        "étudient examine examinent explore explorent analyse analysent développe développent utilise utilisent "
        "emploie emploient applique appliquent considère considèrent traite traitent aborde abordent étend "
        "étendent "
        "combine combinent offre offrent compare comparent apprend apprennent",
        "es": "propone proponen presenta presentan introduce introducen describe describen muestra muestran "
        "estudia "
        "estudian examina examinan explora exploran analiza analizan desarrolla desarrollan utiliza utilizan "
        "usa usan "
        "emplea emplean aplica aplican considera consideran trata tratan aborda abordan extiende extienden "
        "combina "
        "combinan ofrece ofrecen compara comparan aprende aprenden",
    }
)


@cache
def agreeing(language: str) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Verbs of reporting from the plural to the singular of the third person, and back; none where nothing agrees."""
    if language == "en":
        pairs = [(_third(verb), verb) for verb in _VERBS.split()]
    else:
        forms = _PAIRS.get(language, "").split()
        pairs = list(zip(forms[::2], forms[1::2], strict=True))
    return {many: one for one, many in pairs}, dict(pairs)


def _third(verb: str) -> str:
    return (
        f"{verb[:-1]}ies"
        if verb[-1] == "y" and verb[-2] not in "aeiou"
        else f"{verb}es"
        if verb[-1] in "sx"
        else f"{verb}s"
    )


@cache
def claimless(language: str) -> frozenset[str]:
    """Index terms that claim nothing in a language; those of English stand in sentences of any."""
    return STOP_WORDS | _terms(_CLAIMLESS["en"]) | _terms(_CLAIMLESS.get(language, ""))


@cache
def claiming(language: str) -> frozenset[str]:
    """Index terms that a record must bear out each for itself."""
    own, shared = _terms(_CLAIMING.get(language, "")), _terms(_CLAIMING["en"])
    return shared | (own - claimless(language) if language in _UNSPACED else own)


_UNSPACED = frozenset({"zh", "ja", "ko"})  # their terms are pairs of characters, some of which stand in many words


@cache
def referring(language: str) -> re.Pattern[str]:
    """What a sentence begins with that rests on the one before it."""
    openers = "|".join(re.split(r",\s+", _REFERRING.get(language, _REFERRING["en"]).strip()))
    return re.compile(f"(?:{openers})" if language in _UNSPACED else rf"(?:{openers})\b", re.IGNORECASE)


def _terms(text: str) -> frozenset[str]:
    return frozenset(terms(text))
