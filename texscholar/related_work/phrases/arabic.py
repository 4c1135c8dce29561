"""Arabic: the subject is always ``دراسة``, feminine singular, and verbs and adjectives agree with it.

Authors stand in the genitive, after ``من إعداد`` or ``إلى``: foreign names show no case, and "others" is ``وآخرين``.
"""

from texscholar.related_work.phrases.form import Phrases, Said, Turn

ARABIC = Phrases(
    first=Said("من الأعمال السابقة دراسة {title} من إعداد {who}.", "من الأعمال السابقة دراسة {title}{cite}."),
    on=(
        Said(
            "فيما يخص {label}، توجد دراسة {title} من إعداد {who}.",
            "فيما يخص {label}، توجد دراسة {title}{cite}.",
        ),
        Said(
            "أما في مجال {label} فتوجد دراسة {title} من إعداد {who}.",
            "أما في مجال {label} فتوجد دراسة {title}{cite}.",
        ),
        Said("وتتناول دراسة {title} من إعداد {who} موضوع {label}.", "وتتناول دراسة {title}{cite} موضوع {label}."),
        Said("وفي موضوع {label} توجد دراسة {title} من إعداد {who}.", "وفي موضوع {label} توجد دراسة {title}{cite}."),
    ),
    beyond=Said("وإلى جانب ما سبق، توجد دراسة {title} من إعداد {who}.", "وإلى جانب ما سبق، توجد دراسة {title}{cite}."),
    turns=(
        Turn(
            Said("وتوجد كذلك دراسة {title} من إعداد {who}.", "وتوجد كذلك دراسة {title}{cite}."),
            Said("{gap} نُشرت دراسة {title} من إعداد {who}.", "{gap} نُشرت دراسة {title}{cite}."),
        ),
        Turn(Said("وهناك دراسة أخرى عنوانها {title}، من إعداد {who}.", "وهناك دراسة أخرى عنوانها {title}{cite}.")),
        Turn(Said("وتعود دراسة {title} إلى {who}.", "ويدخل في هذا الباب عمل عنوانه {title}{cite}.")),
        Turn(
            Said("وتُضاف إلى ذلك دراسة {title} من إعداد {who}.", "وتُضاف إلى ذلك دراسة {title}{cite}."),
            Said("{gap} صدرت دراسة {title} من إعداد {who}.", "{gap} صدرت دراسة {title}{cite}."),
        ),
        Turn(Said("ومن الدراسات ذات الصلة {title} من إعداد {who}.", "ومن الدراسات ذات الصلة {title}{cite}.")),
        Turn(Said("ومن الأعمال الأخرى دراسة {title} من إعداد {who}.", "ومن الأعمال الأخرى دراسة {title}{cite}.")),
    ),
    survey=Said(
        "ويمكن الرجوع إلى {who} للاطلاع على دراسة مسحية.", "ويمكن الرجوع إلى {title}{cite} للاطلاع على دراسة مسحية."
    ),
    resource=Said("ومن الموارد {title} من إعداد {who}.", "ومن الموارد {title}{cite}."),
    more=(
        "وتتناول دراسات أخرى {label} أيضًا{cite}.",
        "وهناك دراسات أخرى في مجال {label}{cite}.",
        "وثمة دراسات أخرى تتعلق بموضوع {label}{cite}.",
    ),
    more_unnamed=("وتتناول دراسات أخرى مسائل قريبة{cite}.", "وهناك دراسات أخرى في مسائل قريبة{cite}."),
    same_year="وفي العام نفسه",
    years=("وفي العام التالي", "وبعد عامين", "وبعد ثلاثة أعوام", "وبعد أربعة أعوام", "وبعد خمسة أعوام"),
    later="وفي وقت لاحق",
    joint=" و ",
    others=" وآخرين",
)
