"""What authors write where a citation or a section is missing, in several languages."""

from __future__ import annotations

import pytest

from texscholar.latex.wanted_words import asks_for_citation, bracketed_wishes, is_related_work, phrase, says_needed

WISHES = """
[CITE] [cite] [citation] [Citation needed] [CITATION NEEDED] [REF] [ref?] [refs] [source needed] [TODO: cite] [?] [??]
[cite: Smith 2010] [REF: xyz] (as usual [CITE]) [see (cite)] (cite) (cite?) (REF) (CITATION) (ref?) (citation needed)
[QUELLE] [Quelle fehlt] [Beleg] (Quelle?) (Quelle fehlt)
[citation nécessaire] [réf. nécessaire] [référence nécessaire] [réf.]
[cita requerida] [falta la cita] [carece de fontes] [citação necessária] [fonte?] [citazione necessaria]
[来源请求] 【来源请求】 [需要引用] ［要出典］ [引用] [출처 필요] [인용] [بحاجة لمصدر] [مصدر؟]
""".strip()
NO_WISHES = """
[1] [a] [see] [cite the rest] [citation style] [reference] [references] [source] [missing] [?a] [] [.] [2010?]
(ref) (source) (references) (citation) (see ref) (cita) (REF 1) (?) (2010?)
[Zitate in Klammern] [Beleg 3] (Quelle: eigene Darstellung) (Quelle) [cita textual] (fonte: IBGE) [文献1] [引用格式]
""".strip()


def bracketed(text: str) -> list[str]:
    """The wishes in a text."""
    return [text[start:end] for start, end in bracketed_wishes(text)]


def test_wishes_in_brackets() -> None:
    """Each as a whole."""
    for line in WISHES.splitlines():
        rest = line
        for wish in bracketed(line):
            rest = rest.replace(wish, "", 1)
        assert rest.replace("(as usual )", "").replace("[see ]", "").split() == []


def test_other_words_in_brackets() -> None:
    """What is said about citations, or about other things."""
    assert bracketed(NO_WISHES) == []


ASKS = [
    "cite", "Cite: Vaswani", "cite Vaswani et al.", "citation for this", "citations", "add a citation", "needs citation",
    "add ref", "ref", "reference?", "missing reference", "reference needed here", "references for this claim", "find source",
    "[CITE]", "Quelle", "Quelle fehlt", "Quelle einfügen", "Beleg suchen", "Müller et al. zitieren", "Zitat fehlt noch",
    "citer Dupont", "ajouter une référence", "référence manquante", "añadir la referencia", "falta una cita", "citar a Pérez",
    "adicionar referência", "添加引用", "补充文献", "引用", "出典を追加", "先行研究を引用", "출처 추가", "أضف مرجعا",
]  # fmt: skip
DOES_NOT_ASK = [
    "", "?", "recite", "cited wrongly", "citations matter", "citation style", "cite command", "add citation style",
    "reference implementation", "references are in the wrong order", "source code", "sources are wrong", "check the citation",
    r"\cite{a} is wrong", r"~\cite{a}", "Quelle prüfen", "Zitate formatieren", "référence croisée", "引用格式", "Bilder",
]  # fmt: skip


@pytest.mark.parametrize(("note", "asks"), [(note, False) for note in DOES_NOT_ASK] + [(note, True) for note in ASKS])
def test_notes(note: str, asks: bool) -> None:
    """A note asks for a citation if that is what it begins with."""
    assert asks == asks_for_citation(note)


RELATED = [
    "related work", "Related-Work", "related works", "RELATED_WORK section", "write the related work", "literature review",
    "Stand der Technik", "verwandte Arbeiten", "Forschungsstand", "état de l'art", "etat de l’art", "travaux connexes",
    "trabajos relacionados", "estado del arte", "trabalhos relacionados", "revisão bibliográfica", "相关工作", "國內外研究現狀",
    "関連研究", "관련 연구", "선행연구", "الأعمال ذات الصلة",
]  # fmt: skip
UNRELATED = [
    "",
    "work",
    "related",
    "rewrite the related work",
    "related workshop",
    "compare to related work",
    "相关工作完成",
]


@pytest.mark.parametrize(("note", "related"), [(n, False) for n in UNRELATED] + [(n, True) for n in RELATED])
def test_related_work(note: str, related: bool) -> None:
    """Only a note that says nothing else."""
    assert related == is_related_work(note)


def test_a_comment_without_a_to_do_says_it_in_full() -> None:
    """A word about citations is not enough."""
    assert [says_needed(each) for each in ("Citation needed!", "cite", "citation needed for CI")] == [
        True,
        False,
        False,
    ]


def test_phrases_have_no_accents_articles_and_marks() -> None:
    """So that what is the same is written the same."""
    assert phrase("La Referência: l'État, 引用 (a citation)") == "referencia etat 引用 citation"
