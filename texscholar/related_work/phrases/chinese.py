"""Chinese: nothing agrees with anything; no measure word is needed, since works are named by their titles.

Written in simplified characters; the sentences in traditional ones differ in nothing but characters.
"""

from texscholar.related_work.phrases.form import Phrases, Said, Turn, respelled

_SIMPLIFIED, _TRADITIONAL = "与两后关于发类综见讨论资还问项题", "與兩後關於發類綜見討論資還問項題"
_ALSO_SIMPLIFIED, _ALSO_TRADITIONAL = "这们个时为说对应", "這們個時為說對應"  # in every paper, if not in ours

CHINESE = Phrases(
    first=Said("{who}发表了{title}。", "已有的研究包括{title}{cite}。"),
    on=(
        Said("在{label}方面，{who}发表了{title}。", "在{label}方面，已有{title}{cite}。"),
        Said("关于{label}，已有{who}的{title}。", "关于{label}，已有{title}{cite}。"),
        Said("{who}的{title}讨论了{label}。", "{title}{cite}讨论了{label}。"),
        Said("就{label}而言，{who}发表了{title}。", "就{label}而言，有{title}{cite}。"),
    ),
    beyond=Said("除此之外，{who}发表了{title}。", "除此之外，还有{title}{cite}。"),
    turns=(
        Turn(
            Said("{who}也发表了{title}。", "同类研究还有{title}{cite}。"),
            Said("{gap}，{who}发表了{title}。", "{gap}，{title}{cite}发表。"),
        ),
        Turn(Said("另一项研究是{who}的{title}。", "另一项研究是{title}{cite}。")),
        Turn(Said("{title}出自{who}。", "相关的还有{title}{cite}。")),
        Turn(
            Said("此外还有{who}的{title}。", "此外还有{title}{cite}。"),
            Said("{gap}，又有{who}的{title}问世。", "{gap}，又有{title}{cite}问世。"),
        ),
        Turn(Said("同类研究还有{who}的{title}。", "同类研究另有{title}{cite}。")),
        Turn(Said("{who}发表的{title}也与此相关。", "{title}{cite}也与此相关。")),
    ),
    survey=Said("相关综述见{who}。", "相关综述见{title}{cite}。"),
    resource=Said("在资源方面，有{who}的{title}。", "在资源方面，有{title}{cite}。"),
    more=("另有研究涉及{label}{cite}。", "{label}也是其他研究的主题{cite}。", "关于{label}还有其他研究{cite}。"),
    more_unnamed=("另有研究探讨了相关问题{cite}。", "其他研究也讨论了相关问题{cite}。"),
    same_year="同年",
    years=("次年", "两年后", "三年后", "四年后", "五年后"),
    later="此后",
    joint="和",
    others="等",
    spaced=False,
)

TRADITIONAL_CHINESE = respelled(CHINESE, str.maketrans(_SIMPLIFIED, _TRADITIONAL))


def is_traditional(text: str) -> bool:
    """Whether a Chinese text is written in traditional characters."""
    simplified = sum(map(text.count, _SIMPLIFIED + _ALSO_SIMPLIFIED))
    return sum(map(text.count, _TRADITIONAL + _ALSO_TRADITIONAL)) > simplified
