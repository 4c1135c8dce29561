"""Spanish: the work, always ``el trabajo`` or ``el estudio``, is the subject; authors follow ``de`` or ``a``.

Before a name neither is contracted with an article. ``y`` becomes ``e`` before the sound i.
"""

from texscholar.related_work.phrases.form import Phrases, Said, Turn

SPANISH = Phrases(
    first=Said("Cabe citar el trabajo {title}, de {who}.", "Cabe citar el trabajo {title}{cite}."),
    on=(
        Said("Sobre {label} se cuenta con el trabajo {title}, de {who}.", "Sobre {label} se cuenta con {title}{cite}."),
        Said(
            "En cuanto a {label}, cabe citar el trabajo {title}, de {who}.",
            "En cuanto a {label}, cabe citar el trabajo {title}{cite}.",
        ),
        Said("De {label} trata el trabajo {title}, de {who}.", "De {label} trata el trabajo {title}{cite}."),
        Said(
            "Por lo que respecta a {label}, existe el trabajo {title}, de {who}.",
            "Por lo que respecta a {label}, existe el trabajo {title}{cite}.",
        ),
    ),
    beyond=Said(
        "Aparte de los anteriores, cabe citar el trabajo {title}, de {who}.",
        "Aparte de los anteriores, cabe citar el trabajo {title}{cite}.",
    ),
    turns=(
        Turn(
            Said("A ello se suma el trabajo {title}, de {who}.", "A ello se suma el trabajo {title}{cite}."),
            Said("{gap} apareció el trabajo {title}, de {who}.", "{gap} apareció el trabajo {title}{cite}."),
        ),
        Turn(Said("Otro estudio, {title}, se debe a {who}.", "Otro estudio lleva por título {title}{cite}.")),
        Turn(Said("El trabajo {title} es obra de {who}.", "Pertenece también a este ámbito {title}{cite}.")),
        Turn(
            Said("También cabe mencionar el trabajo {title}, de {who}.", "También cabe mencionar {title}{cite}."),
            Said("{gap} se publicó el trabajo {title}, de {who}.", "{gap} se publicó el trabajo {title}{cite}."),
        ),
        Turn(Said("Asimismo, existe el estudio {title}, de {who}.", "Asimismo, existe el estudio {title}{cite}.")),
        Turn(Said("De {who} es también el trabajo {title}.", "Puede citarse también el trabajo {title}{cite}.")),
    ),
    survey=Said(
        "Se encuentra una visión de conjunto en {who}.", "Se encuentra una visión de conjunto en {title}{cite}."
    ),
    resource=Said("Entre los recursos figura {title}, de {who}.", "Entre los recursos figura {title}{cite}."),
    more=(
        "Otros trabajos tratan también sobre {label}{cite}.",
        "De {label} se ocupan asimismo otros trabajos{cite}.",
        "Hay además otros trabajos sobre {label}{cite}.",
    ),
    more_unnamed=(
        "Otros trabajos abordan cuestiones afines{cite}.",
        "De cuestiones afines se ocupan otros trabajos{cite}.",
    ),
    same_year="Ese mismo año",
    years=("Un año después", "Dos años después", "Tres años después", "Cuatro años después", "Cinco años después"),
    later="Más tarde",
    joint=" y ",
    others=" et al.",
    before_i=" e ",
)
