"""German: the work, always ``die Arbeit`` in the nominative, is the subject; authors stand after ``von`` or ``auf``.

Neither governs a visible case of a name. Labels and titles stand in quotation marks, where nothing is inflected.
"""

from texscholar.related_work.phrases.form import Phrases, Said, Turn

GERMAN = Phrases(
    first=Said("Von {who} stammt die Arbeit {title}.", "Zu nennen ist die Arbeit {title}{cite}."),
    on=(
        Said(
            "Zum Thema {label} liegt von {who} die Arbeit {title} vor.",
            "Zum Thema {label} liegt die Arbeit {title}{cite} vor.",
        ),
        Said(
            "Mit Blick auf {label} ist die Arbeit {title} von {who} zu nennen.",
            "Mit Blick auf {label} ist die Arbeit {title}{cite} zu nennen.",
        ),
        Said(
            "Dem Thema {label} ist die Arbeit {title} von {who} gewidmet.",
            "Dem Thema {label} ist die Arbeit {title}{cite} gewidmet.",
        ),
        Said(
            "Was {label} betrifft, so liegt von {who} die Arbeit {title} vor.",
            "Was {label} betrifft, so liegt die Arbeit {title}{cite} vor.",
        ),
    ),
    beyond=Said(
        "Darüber hinaus liegt von {who} die Arbeit {title} vor.",
        "Darüber hinaus liegt die Arbeit {title}{cite} vor.",
    ),
    turns=(
        Turn(
            Said("Hinzu kommt die Arbeit {title} von {who}.", "Hinzu kommt die Arbeit {title}{cite}."),
            Said("{gap} erschien von {who} die Arbeit {title}.", "{gap} erschien die Arbeit {title}{cite}."),
        ),
        Turn(
            Said(
                "Eine weitere Arbeit, {title}, stammt von {who}.", "Eine weitere Arbeit trägt den Titel {title}{cite}."
            )
        ),
        Turn(Said("Auf {who} geht die Arbeit {title} zurück.", "In denselben Zusammenhang gehört {title}{cite}.")),
        Turn(
            Said(
                "Ebenfalls zu nennen ist die Arbeit {title} von {who}.",
                "Ebenfalls zu nennen ist die Arbeit {title}{cite}.",
            ),
            Said("{gap} folgte die Arbeit {title} von {who}.", "{gap} folgte die Arbeit {title}{cite}."),
        ),
        Turn(
            Said(
                "Hierher gehört auch die Arbeit {title} von {who}.",
                "Ferner findet sich hierzu die Arbeit {title}{cite}.",
            )
        ),
        Turn(Said("Von {who} stammt außerdem die Arbeit {title}.", "Außerdem liegt die Arbeit {title}{cite} vor.")),
    ),
    survey=Said("Ein Überblick findet sich bei {who}.", "Ein Überblick findet sich in {title}{cite}."),
    resource=Said("Als Ressource liegt {title} von {who} vor.", "Als Ressource liegt {title}{cite} vor."),
    more=(
        "Weitere Arbeiten befassen sich ebenfalls mit {label}{cite}.",
        "Auch andere Arbeiten behandeln {label}{cite}.",
        "Zum Thema {label} liegen noch weitere Arbeiten vor{cite}.",
    ),
    more_unnamed=(
        "Weitere Arbeiten gehen verwandten Fragen nach{cite}.",
        "Auch andere Arbeiten behandeln verwandte Fragen{cite}.",
    ),
    same_year="Im selben Jahr",
    years=("Ein Jahr später", "Zwei Jahre später", "Drei Jahre später", "Vier Jahre später", "Fünf Jahre später"),
    later="Später",
    joint=" und ",
    others=" et al.",
)
