"""French: the work, always ``l'étude``, is what participles agree with; authors follow ``à`` or ``chez``.

Neither word is elided before a vowel, unlike ``de`` and ``que``.
Labels and titles stand in quotation marks, labels after ``le thème``.
"""

from texscholar.related_work.phrases.form import Phrases, Said, Turn

FRENCH = Phrases(
    first=Said("On trouve chez {who} l'étude {title}.", "On peut citer l'étude {title}{cite}."),
    on=(
        Said(
            "Sur le thème {label}, on trouve chez {who} l'étude {title}.",
            "Sur le thème {label}, on peut citer l'étude {title}{cite}.",
        ),
        Said(
            "Pour ce qui est du thème {label}, il convient de citer l'étude {title}, due à {who}.",
            "Pour ce qui est du thème {label}, il convient de citer l'étude {title}{cite}.",
        ),
        Said(
            "Le thème {label} est abordé dans l'étude {title}, due à {who}.",
            "Le thème {label} est abordé dans l'étude {title}{cite}.",
        ),
        Said(
            "Quant au thème {label}, signalons l'étude {title}, due à {who}.",
            "Quant au thème {label}, signalons l'étude {title}{cite}.",
        ),
    ),
    beyond=Said(
        "Par ailleurs, on trouve chez {who} l'étude {title}.", "Par ailleurs, on peut citer l'étude {title}{cite}."
    ),
    turns=(
        Turn(
            Said("À cela s'ajoute l'étude {title}, due à {who}.", "À cela s'ajoute l'étude {title}{cite}."),
            Said("{gap} paraît l'étude {title}, due à {who}.", "{gap} paraît l'étude {title}{cite}."),
        ),
        Turn(Said("Une autre étude, {title}, est due à {who}.", "Une autre étude s'intitule {title}{cite}.")),
        Turn(Said("L'étude {title} est due à {who}.", "L'étude {title}{cite} relève également de ce domaine.")),
        Turn(
            Said("Citons aussi l'étude {title}, due à {who}.", "Citons aussi l'étude {title}{cite}."),
            Said("{gap} est publiée l'étude {title}, due à {who}.", "{gap} est publiée l'étude {title}{cite}."),
        ),
        Turn(Said("Il existe aussi l'étude {title}, due à {who}.", "Il existe aussi l'étude {title}{cite}.")),
        Turn(Said("On trouve également chez {who} l'étude {title}.", "On peut également citer l'étude {title}{cite}.")),
    ),
    survey=Said("On trouvera une vue d'ensemble chez {who}.", "On trouvera une vue d'ensemble dans {title}{cite}."),
    resource=Said(
        "Parmi les ressources figure {title}, que l'on doit à {who}.", "Parmi les ressources figure {title}{cite}."
    ),
    more=(
        "D'autres travaux portent également sur le thème {label}{cite}.",
        "Le thème {label} est également abordé dans d'autres travaux{cite}.",
        "On trouve d'autres travaux encore sur le thème {label}{cite}.",
    ),
    more_unnamed=(
        "D'autres travaux abordent des questions voisines{cite}.",
        "Des questions voisines sont traitées dans d'autres travaux{cite}.",
    ),
    same_year="La même année",
    years=(
        "L'année suivante",
        "Deux ans plus tard",
        "Trois ans plus tard",
        "Quatre ans plus tard",
        "Cinq ans plus tard",
    ),
    later="Plus tard",
    joint=" et ",
    others=" et al.",
)
