"""Korean: after names, titles and labels only particles that have one form whatever sound comes before: 의, 도, 에.

은/는, 이/가, 을/를, 와/과 and 으로/로 follow words that stand here. Two names are joined by 및, which has one form too.
"""

from texscholar.related_work.phrases.form import Phrases, Said, Turn

KOREAN = Phrases(
    first=Said("선행 연구로는 {who}의 {title} 등이 있다.", "선행 연구로는 {title}{cite} 등이 있다."),
    on=(
        Said(
            "{label}에 관해서는 {who}의 {title} 등의 연구가 있다.", "{label}에 관해서는 {title}{cite} 등의 연구가 있다."
        ),
        Said(
            "{label} 분야의 연구로는 {who}의 {title} 등을 들 수 있다.",
            "{label} 분야의 연구로는 {title}{cite} 등을 들 수 있다.",
        ),
        Said("{label}에 대한 연구에는 {who}의 {title} 등이 있다.", "{label}에 대한 연구에는 {title}{cite} 등이 있다."),
        Said(
            "한편 {label}에 관한 연구로 {who}의 {title} 등을 들 수 있다.",
            "한편 {label}에 관한 연구로 {title}{cite} 등을 들 수 있다.",
        ),
    ),
    beyond=Said("이 밖에 {who}의 {title} 등도 있다.", "이 밖에 {title}{cite} 등도 있다."),
    turns=(
        Turn(
            Said("{who}의 연구 {title}도 있다.", "연구 {title}{cite}도 있다."),
            Said("{gap} {who}의 연구 {title}도 발표되었다.", "{gap} 연구 {title}{cite}도 발표되었다."),
        ),
        Turn(Said("또 다른 연구로는 {who}의 {title} 등이 있다.", "또 다른 연구로는 {title}{cite} 등이 있다.")),
        Turn(Said("{title} 또한 {who}의 관련 연구이다.", "{title}{cite} 또한 관련 연구이다.")),
        Turn(
            Said("아울러 {who}의 {title}도 들 수 있다.", "아울러 {title}{cite}도 들 수 있다."),
            Said("{gap} {who}의 {title} 연구가 뒤를 이었다.", "{gap} {title}{cite} 연구가 뒤를 이었다."),
        ),
        Turn(Said("관련 연구로 {who}의 {title} 등을 더 들 수 있다.", "관련 연구로 {title}{cite} 등을 더 들 수 있다.")),
        Turn(Said("그 밖에 {who}의 연구 {title}도 있다.", "그 밖에 연구 {title}{cite}도 있다.")),
    ),
    survey=Said("개관 논문으로는 {who}의 연구가 있다.", "개관 논문으로는 {title}{cite} 등이 있다."),
    resource=Said("관련 자원으로는 {who}의 {title} 등이 있다.", "관련 자원으로는 {title}{cite} 등이 있다."),
    more=(
        "{label}에 관한 연구는 이 밖에도 더 있다{cite}.",
        "{label} 분야에서는 다른 연구도 이루어졌다{cite}.",
        "{label}에 대해서는 그 밖에도 여러 연구가 있다{cite}.",
    ),
    more_unnamed=(
        "관련된 문제를 다룬 연구는 이 밖에도 더 있다{cite}.",
        "관련된 문제에 대해서는 다른 연구도 이루어졌다{cite}.",
    ),
    same_year="같은 해에",
    years=("이듬해에", "2년 뒤에", "3년 뒤에", "4년 뒤에", "5년 뒤에"),
    later="이후에",
    joint=" 및 ",
    others=" 등",
)
