"""English: the verb agrees with the number of authors, which is known, or stands in the past tense."""

from texscholar.related_work.phrases.form import Phrases, Said, Turn

ENGLISH = Phrases(
    first=Said("{who} presents {title}{stop}", "One study is {title}{cite}.", "{who} present {title}{stop}"),
    on=(
        Said(
            "On {label}, {who} presents {title}{stop}",
            "On {label}, there is {title}{cite}.",
            "On {label}, {who} present {title}{stop}",
        ),
        Said(
            "With regard to {label}, {who} presents {title}{stop}",
            "With regard to {label}, there is {title}{cite}.",
            "With regard to {label}, {who} present {title}{stop}",
        ),
        Said("Work on {label} includes {title} by {who}.", "Work on {label} includes {title}{cite}."),
        Said(
            "In the area of {label}, {who} presents {title}{stop}",
            "In the area of {label}, there is {title}{cite}.",
            "In the area of {label}, {who} present {title}{stop}",
        ),
    ),
    beyond=Said(
        "Beyond these, {who} presents {title}{stop}",
        "Beyond these, there is {title}{cite}.",
        "Beyond these, {who} present {title}{stop}",
    ),
    turns=(
        Turn(
            Said("{who} presents {title}{stop}", "There is also {title}{cite}.", "{who} present {title}{stop}"),
            Said(
                "{gap}, {who} presents {title}{stop}",
                "{gap}, {title}{cite} appeared.",
                "{gap}, {who} present {title}{stop}",
            ),
        ),
        Turn(Said("A further study is {title} by {who}.", "A further study is {title}{cite}.")),
        Turn(Said("{title} is due to {who}.", "A related study is {title}{cite}.")),
        Turn(
            Said("{who} published {title}{stop}", "{title}{cite} belongs here as well."),
            Said("{gap}, {who} published {title}{stop}", "{gap}, {title}{cite} was published."),
        ),
        Turn(Said("There is also {title} by {who}.", "There is also {title}{cite}.")),
        Turn(Said("{who} contributed {title}{stop}", "A further study is {title}{cite}.")),
    ),
    survey=Said("For a survey, see {who}.", "For a survey, see {title}{cite}."),
    resource=Said("Among the resources is {title} by {who}.", "Among the resources is {title}{cite}."),
    more=(
        "Further studies deal with {label}{cite}.",
        "There is further work on {label}{cite}.",
        "Other studies of {label} exist as well{cite}.",
    ),
    more_unnamed=("Further studies pursue related questions{cite}.", "Related questions are taken up elsewhere{cite}."),
    same_year="In the same year",
    years=("One year later", "Two years later", "Three years later", "Four years later", "Five years later"),
    later="Later",
    joint=" and ",
    others=" et al.",
)
