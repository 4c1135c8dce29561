"""Japanese: no particle depends on the sound before it and no verb on number, so names may stand anywhere."""

from texscholar.related_work.phrases.form import Phrases, Said, Turn

JAPANESE = Phrases(
    first=Said("{who}は{title}を発表している。", "先行研究として{title}{cite}がある。"),
    on=(
        Said("{label}については、{who}が{title}を発表している。", "{label}については、{title}{cite}がある。"),
        Said("{label}に関しては、{who}による{title}がある。", "{label}に関しては、{title}{cite}が挙げられる。"),
        Said("{label}を扱ったものに、{who}の{title}がある。", "{label}を扱ったものに、{title}{cite}がある。"),
        Said("{label}に関連して、{who}が{title}を発表している。", "{label}に関連して、{title}{cite}がある。"),
    ),
    beyond=Said("このほか、{who}は{title}を発表している。", "このほか、{title}{cite}がある。"),
    turns=(
        Turn(
            Said("{who}も{title}を発表している。", "また、{title}{cite}も挙げられる。"),
            Said("{gap}、{who}が{title}を発表した。", "{gap}、{title}{cite}が発表された。"),
        ),
        Turn(Said("別の研究として、{who}による{title}がある。", "別の研究として、{title}{cite}がある。")),
        Turn(Said("{title}は{who}によるものである。", "{title}{cite}も関連する研究である。")),
        Turn(
            Said("また、{who}による{title}も挙げられる。", "加えて、{title}{cite}もある。"),
            Said("{gap}、{who}による{title}が発表された。", "{gap}、{title}{cite}が公表された。"),
        ),
        Turn(Said("{who}の{title}も関連する研究である。", "さらに、{title}{cite}がある。")),
        Turn(Said("さらに、{who}が{title}を発表している。", "ほかに{title}{cite}も挙げられる。")),
    ),
    survey=Said("サーベイとしては、{who}を参照されたい。", "サーベイとしては、{title}{cite}を参照されたい。"),
    resource=Said("リソースとしては、{who}による{title}がある。", "リソースとしては、{title}{cite}がある。"),
    more=(
        "{label}を扱った研究はほかにもある{cite}。",
        "{label}はほかの研究でも取り上げられている{cite}。",
        "{label}に関する研究はこのほかにも行われている{cite}。",
    ),
    more_unnamed=(
        "関連する問題を扱った研究はほかにもある{cite}。",
        "関連する問題はほかの研究でも取り上げられている{cite}。",
    ),
    same_year="同年",
    years=("翌年", "その2年後", "その3年後", "その4年後", "その5年後"),
    later="その後",
    joint="と",
    others="ら",
    spaced=False,
)
