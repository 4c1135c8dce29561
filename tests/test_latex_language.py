"""The language of a paper, and what follows from it."""

from __future__ import annotations

import pytest

from fixtures_language import fixture
from texscholar.latex.language import declared_language, language_of

DECLARED = [
    ("", ""),
    ("\\documentclass{article}", ""),
    ("\\documentclass{article}\\usepackage{babel}", ""),
    ("\\usepackage[dutch]{babel}", ""),
    ("\\usepackage[english]{babel}", "en"),
    ("\\usepackage[english,ngerman]{babel}", "de"),
    ("\\usepackage[main=english,ngerman]{babel}", "en"),
    ("\\usepackage[english, main = french]{babel}", "fr"),
    ("\\documentclass[a4paper,ngerman]{scrartcl}\\usepackage{babel}", "de"),
    ("\\documentclass[brazil]{abntex2}", "pt"),
    ("\\usepackage[T1]{fontenc,babel}\\selectlanguage{spanish}", "es"),
    ("\\usepackage{polyglossia}\\setdefaultlanguage[variant=swiss]{german}", "de"),
    ("\\usepackage{polyglossia}\\setmainlanguage{arabic}\\setotherlanguage{english}", "ar"),
    ("\\babelprovide[import,main]{portuguese}", "pt"),
    ("\\usepackage{polyglossia}\\setmainlanguage{}", ""),
    ("\\usepackage[ngerman]{babel}\\setmainlanguage{}\\selectlanguage{}", "de"),
    ("\\documentclass{ctexart}", "zh"),
    ("\\usepackage[UTF8]{ctex}", "zh"),
    ("\\documentclass{jsarticle}", "ja"),
    ("\\documentclass{ltjsarticle}", "ja"),
    ("\\usepackage{kotex}", "ko"),
]


@pytest.mark.parametrize(("preamble", "language"), DECLARED)
def test_declared(preamble: str, language: str) -> None:
    """Babel's main language is its last; polyglossia, ctex and classes name one too."""
    assert language == declared_language(preamble)


ENGLISH = "The cat is on the mat and it has been there for a while, which we can see from the hair. " * 5
GERMAN = "Die Katze ist auf der Matte und wird von den anderen nicht gesehen, die auch für sie sorgen. " * 5
TEXTS = [
    ("", "", "en"),
    ("", "$x^2$ \\cite{der,die,das}", "en"),
    ("de", "", "de"),
    ("de", "Kurz.", "de"),
    ("", ENGLISH, "en"),
    ("", GERMAN, "de"),
    ("", "Les poids sont fixés par une règle et nous ne les changeons pas dans la suite.", "fr"),
    ("", "Los pesos se fijan con una regla que es como la del caso anterior, y más.", "es"),
    ("", "Os pesos não são fixados por uma regra, mas também foi com ela.", "pt"),
    ("", "权重由规则确定,这与 LSTM 模型相同。", "zh"),
    ("", "重みは規則によって決まる。これは LSTM と同じである。", "ja"),
    ("", "가중치는 규칙에 따라 정해진다. 이것은 LSTM 과 같다.", "ko"),
    ("", "تُحدَّد الأوزان بقاعدة واحدة.", "ar"),
    ("ngerman", "权重由规则确定", "zh"),
    ("en", GERMAN, "de"),
    ("de", ENGLISH, "en"),
    ("zh", ENGLISH, "en"),
]


@pytest.mark.parametrize(("declared", "text", "language"), TEXTS)
def test_language(declared: str, text: str, language: str) -> None:
    """What is declared holds, unless the script or many words speak against it."""
    assert language == language_of(declared, [text])


ABBREVIATIONS = [
    ("english", "It sat on the bench in my mind. Then it left.", 2),
    ("english", "Words of the app. Users like it.", 2),
    ("ngerman", "Solche Sprachen (engl. Languages) gibt es, vgl. Kap. 3 und Abschn. Zwei.", 1),
    ("ngerman", "Es gibt i.\\,d.\\,R. Drei, bzw. Vier usw. Danach nichts.", 2),
    ("french", "Voir l'éq. Deux et M. Dupont, p. ex. Les autres suiv. Dupont.", 1),
    ("spanish", "Véase la fig. Uno, pág. Dos y el Sr. Pérez, p. ej. Aquí.", 1),
    ("portuguese", "Veja a pág. Dois e a Profa. Silva, séc. XX.", 1),
]


@pytest.mark.parametrize(("language", "text", "sentences"), ABBREVIATIONS)
def test_abbreviations_are_those_of_the_language(language: str, text: str, sentences: int) -> None:
    """The same letters may end a sentence in another language."""
    paper = fixture(
        f"""
        \\documentclass{{article}}\\usepackage[{language}]{{babel}}
        \\begin{{document}}
        {text}
        \\end{{document}}
        """
    )
    assert sentences == len(paper.main.sentences)


def test_the_language_is_that_of_the_whole_paper() -> None:
    """Input files know it; a preamble in a file of its own declares it."""
    project = fixture(
        """
        %! main.tex
        \\documentclass{article}\\input{head}\\begin{document}\\input{part}\\end{document}
        %! head.tex
        \\usepackage[ngerman]{babel}
        %! part.tex
        Kurz.
        """
    ).project
    assert [file.language for file in project.files] == ["de"] * 3
    assert project.language == "de"
