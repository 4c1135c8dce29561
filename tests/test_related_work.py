"""Related-work drafts: the topic of a marker, the works for it, their themes, the sentences, the block in the file."""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import EXAMPLE, REPOSITORY
from texscholar.bibtex import Author, Work, entry_work, read_bibliography
from texscholar.latex import CiteStyle, Marker, TexFile, read_project
from texscholar.lfm import Query
from texscholar.library import Hit, Record, terms
from texscholar.recommend import Candidature, Evidence
from texscholar.related_work import DraftSentence, Hand, Paragraph, Plan, Theme, block, draft, plan, text_of, topic_of
from texscholar.related_work.fitting import fit_of
from texscholar.related_work.topic import read_topic
from texscholar.source import Edit, SourceText, apply_edits, decode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NATBIB = CiteStyle("citep", "citet")
PLAIN = CiteStyle("cite", "")


@dataclass(frozen=True)
class Shelf:
    """A library in memory: every record that shares a term with the query, in the order it was given."""

    records: tuple[Record, ...]
    name: str = "shelf"

    def search(self, query: str, limit: int) -> tuple[Hit, ...]:
        wanted = set(terms(query))
        return tuple(Hit(record, 1.0) for record in self.records if wanted & set(terms(record.work.title)))[:limit]

    def search_terms(
        self, wanted: Mapping[str, float], limit: int, context: Mapping[str, float] | None = None
    ) -> tuple[Hit, ...]:
        del context
        return self.search(" ".join(wanted), limit)


@dataclass(frozen=True)
class Paper:
    """A paper of one file, its first marker, and what it tells."""

    file: TexFile
    marker: Marker
    evidence: Evidence


def paper(body: str, bib: str = "", preamble: str = "", *, newline: str = "\n", encoding: str = "utf-8") -> Paper:
    head, tail = f"\\documentclass{{article}}\n{preamble}\n\\begin{{document}}", "\\bibliography{refs}\n\\end{document}"
    text = f"{head}\n{body}\n{tail}\n"
    source = SourceText("main.tex", text.replace("\n", newline), encoding)
    project = read_project("main.tex", lambda path: source if path == "main.tex" else None)
    evidence = Evidence(project, (read_bibliography(SourceText("refs.bib", bib)),))
    return Paper(project.files[0], project.files[0].markers[0], evidence)


def entry(key: str, title: str, author: str = "Ames, Ann and Bly, Bo", year: int = 2020) -> str:
    return f"@article{{{key},\n  title = {{{title}}},\n  author = {{{author}}},\n  year = {{{year}}},\n}}\n"


def record(key: str, title: str, *families: str, year: int | None = 2020, kind: str = "") -> Record:
    return Record(key, key, Work(title, tuple(map(Author, families or ("Ames", "Bly"))), year, kind=kind), "shelf.bib")


def keys(planned: Plan) -> list[str]:
    return [work.key for work in planned.works]


def planned(topic: str, *records: Record, bib: str = "", body: str = "% TODO related-work") -> Plan:
    given_paper = paper(body, bib)
    return plan(topic, given_paper.marker, given_paper.file, given_paper.evidence, [Shelf(records)])


def hand(style: CiteStyle = NATBIB, *, encoding: str = "utf-8", ascii_only: bool = False) -> Hand:
    return Hand(style, lambda work: work.key, encoding, ascii_only)


def work(title: str, *authors: str, year: int | None = 2020, key: str = "k", **fields: str) -> Candidature:
    return Candidature(key, Work(title, tuple(map(Author, authors)), year, fields=tuple(fields.items())), "shelf")


def drafted(*works: Candidature, style: CiteStyle = NATBIB, label: str = "") -> str:
    return text_of(draft(Plan("topic", (Theme(label, works),), {}), hand(style)))


# -- topic


@pytest.mark.parametrize(
    ("body", "preamble", "topic"),
    [
        ("\\section{Parsing}\n% TODO related-work: word order", "\\title{A Title}", "word order"),
        ("\\section{Related Work}\n\\subsection{Word order}\n% TODO related-work", "\\title{A Title}", "Word order"),
        ("\\section{Word order}\n\\subsection{Related Work}\n% TODO related-work", "\\title{A Title}", "Word order"),
        ("\\section{Related Work}\n\\paragraph{Word order.}\n% TODO related-work", "\\title{A Title}", "Word order"),
        ("\\section{Background and Related Work}\n% TODO related-work", "\\title{A Title}", "A Title"),
        (
            "\\section{2. Previous Work}\n% TODO related-work",
            "\\title[Short]{A {T}itle\\\\ of \\emph{two} lines}",
            "A Title of two lines",
        ),
        ("% TODO related-work", "\\title{A Title\\thanks{We thank \\emph{all}.} Here}", "A Title Here"),
        ("% TODO related-work", "\\title{Caf\\'e \\& more % no\n}", "Café & more"),
        ("\\section{Introduction}\n% TODO related-work", "", ""),
        ("\\section{Introduction}\n% TODO related-work", "\\title{Never closed", ""),
        ("% TODO related-work: background", "\\title{A Title}", "A Title"),
        ("% TODO related-work: background", "", "background"),
    ],
)
def test_topic(body: str, preamble: str, topic: str) -> None:
    """A marker's own words, else the innermost heading that says something, else the paper's title."""
    asked = paper(body, preamble=preamble)
    assert topic_of(asked.marker, asked.file, asked.evidence) == topic


def test_topic_from_the_root_file() -> None:
    """The title is looked for in every file of the paper, the root first."""
    texts = {
        "main.tex": "\\documentclass{article}\\input{front}\n\\begin{document}\n% TODO related-work\n\\end{document}",
        "front.tex": "\\title{Found in front}\n",
    }
    project = read_project("main.tex", lambda path: SourceText(path, texts[path]) if path in texts else None)
    file = project.files[0]
    assert topic_of(file.markers[0], file, Evidence(project, ())) == "Found in front"


@pytest.mark.parametrize(
    ("topic", "subjects", "setting"),
    [
        ("parsing", ["parsing"], []),
        ("evaluation of machine translation", [""], []),
        (
            "subword segmentation for neural machine translation",
            ["subword segmentation"],
            ["neural machine translation"],
        ),
        (
            "transfer learning and pre-training for low-resource languages",
            ["transfer learning", "pre-training"],
            ["low-resource languages"],
        ),
        ("recent approaches to domain adaptation", ["domain adaptation"], []),
        ("attention mechanisms", ["attention"], []),
        ("the", [], []),
        ("", [], []),
    ],
)
def test_topic_taken_apart(topic: str, subjects: list[str], setting: list[str]) -> None:
    """Conjunctions part subjects, a preposition begins the setting, fillers go."""
    read = read_topic(topic)
    assert ([part.text for part in read.subjects], [part.text for part in read.setting]) == (subjects, setting)


# -- works


@pytest.mark.parametrize("topic", ["", "the", "42", "%", "related work", "ships and harbours"])
def test_no_works(topic: str) -> None:
    """A topic without words, or with words that no title bears, gets an empty plan."""
    assert planned(topic, record("a", "Neural Machine Translation")).themes == ()


def test_rare_words_count() -> None:
    """A title with the topic's rare word stays, titles with only its common ones go."""
    found = planned(
        "graph neural networks",
        record("common", "Sequence Learning with Neural Networks"),
        record("rare", "Attention Networks for Graphs"),
    )
    assert keys(found) == ["rare"]


def test_the_setting_alone_is_not_enough() -> None:
    """Works about the setting of a topic only are left out."""
    found = planned(
        "subword segmentation for machine translation",
        record("setting", "Six Remarks on Machine Translation"),
        record("subject", "Subword Segmentation of Turkish"),
    )
    assert keys(found) == ["subject"]


def test_word_pairs_count() -> None:
    """Where the same words stand side by side a title fits better than where they stand apart."""
    given = paper("% TODO related-work").evidence
    apart, pair = (
        fit_of(given.foreign("shelf", record(title, title))[1], read_topic("word embeddings"), given).relevance
        for title in ("Embeddings of a Sentence without a Word", "Lessons from Word Embeddings")
    )
    assert pair > apart > 0


@pytest.mark.parametrize(
    ("topic", "title"),
    [
        ("regularisation", "Regularization at Work"),
        ("regularization", "Regularisation at Work"),
        ("multilingual pretraining", "Multilingual Pre-training"),
        ("multilingual pre-training", "Multilingual Pretraining"),
        ("parallel corpora", "A Parallel Corpus"),
        ("sound colours", "Sound and Color"),
    ],
)
def test_spellings(topic: str, title: str) -> None:
    """British and American spelling, one word or two, and irregular plurals make no difference."""
    assert keys(planned(topic, record("a", title))) == ["a"]


def test_own_works_come_first() -> None:
    """Of works that fit alike the paper's own one ranks first."""
    library = [record(f"a{number}", f"Dropout Number {chr(97 + number)}", str(number)) for number in range(9)]
    found = planned("dropout", *library, bib=entry("zzz", "Dropout Itself at Work"))
    best = max(found.works, key=lambda each: found.relevance[id(each)])
    assert (best.key, len(found.works)) == ("zzz", 8)


def test_a_work_is_taken_once() -> None:
    """A library record that the paper has, and the same record of two libraries, appear once, under the own key."""
    same = record("theirs", "Dropout for Recurrent Networks", "Ames", "Bly")
    twice = [record(key, "Dropout in Convolutional Layers", "Cole") for key in ("one", "two")]
    found = planned("dropout", same, *twice, bib=entry("mine", "Dropout for Recurrent Networks"))
    assert sorted(keys(found)) == ["mine", "one"]


def test_what_the_section_discusses_is_left_out() -> None:
    """Works cited under the same heading are not offered again, under whatever key."""
    bib = entry("cited", "Dropout for Recurrent Networks") + entry("free", "Dropout in Convolutional Layers")
    same = record("theirs", "Dropout for Recurrent Networks", "Ames", "Bly")
    found = planned("dropout", same, bib=bib, body="\\section{X}\n\\citet{cited} drop.\n\n% TODO related-work")
    assert keys(found) == ["free"]


def test_works_without_a_title_are_left_out() -> None:
    """Neither whole proceedings nor entries without words in their title are offered."""
    found = planned(
        "dropout",
        record("dropout", "…"),
        record("volume", "Proceedings of the Workshop on Dropout", kind="proceedings"),
        bib="@misc{dropout2, author = {A, B}}\n@misc{dropout3, title = {}}\n",
    )
    assert keys(found) == []


def test_every_subject_gets_its_share() -> None:
    """Of a topic with two subjects neither takes all places while the other has works."""
    many = [record(f"a{number}", f"Dropout {chr(97 + number)}", str(number)) for number in range(12)]
    few = [record(f"b{number}", f"Label Smoothing of Long {chr(97 + number)}", str(number)) for number in range(3)]
    found = keys(planned("dropout and label smoothing", *many, *few))
    assert [sum(key[0] == letter for key in found) for letter in "ab"] == [5, 3]


MARKERS = json.loads((REPOSITORY / "tests" / "example_expected.json").read_text("utf-8"))["markers"]


@pytest.mark.parametrize("number", range(len(MARKERS)))
def test_example_markers(number: int) -> None:
    """Each marker of the example paper gets five to eight works, four of five expected ones at least."""

    def read(path: str) -> SourceText | None:
        return decode((EXAMPLE / path).read_bytes(), path) if (EXAMPLE / path).is_file() else None

    project = read_project("main.tex", read)
    own, library = (
        read_bibliography(decode((EXAMPLE / name).read_bytes(), name)) for name in ("refs.bib", "library.bib")
    )
    shelf = Shelf(
        tuple(Record(each.key, each.key, entry_work(each, library), "library.bib") for each in library.entries)
    )
    file = project.file("sections/related_work.tex")
    assert file is not None
    found = plan(MARKERS[number]["topic"], file.markers[number], file, Evidence(project, (own,)), [shelf])
    expected = set(MARKERS[number]["relevant"])
    assert 5 <= len(found.works) <= 8
    assert len(expected.intersection(keys(found))) >= 0.8 * len(found.works), keys(found)


# -- what a model asks for besides


SUBWORDS = record("subwords", "Subword Units for Translation")
RARE = record("rare", "Byte Pair Encoding of Rare Words", year=2016)
COOKING = record("cooking", "Cooking for Beginners")


def asked(*queries: Query, bib: str = "") -> list[str]:
    given_paper = paper("% TODO related-work", bib)
    shelf = Shelf((SUBWORDS, RARE, COOKING))
    return keys(
        plan("subword units", given_paper.marker, given_paper.file, given_paper.evidence, [shelf], asked=queries)
    )


def test_a_query_of_a_model() -> None:
    """A work that fits what a model asks for joins those that fit the topic, behind them."""
    assert asked() == ["subwords"]
    assert asked(Query("byte pair encoding")) == ["rare", "subwords"]  # by year
    found = plan_of(Query("byte pair encoding"))
    relevance = {work.key: found.relevance[id(work)] for work in found.works}
    assert relevance["subwords"] > relevance["rare"] > 0


def plan_of(*queries: Query) -> Plan:
    given_paper = paper("% TODO related-work")
    shelf = Shelf((SUBWORDS, RARE))
    return plan("subword units", given_paper.marker, given_paper.file, given_paper.evidence, [shelf], asked=queries)


def test_years_of_a_query() -> None:
    """Works of other years than the model asks for do not join."""
    assert asked(Query("byte pair encoding", 2017)) == ["subwords"]
    assert asked(Query("byte pair encoding", 2015, 2016)) == ["rare", "subwords"]


@pytest.mark.parametrize(
    "query", [Query("ȁ'?-，蟦"), Query("of the"), Query("quantum gravity"), Query("subword units")]
)
def test_a_useless_query(query: Query) -> None:
    """What finds nothing, or nothing new, changes nothing."""
    changed, plain = plan_of(query), plan_of()
    assert (changed.themes, list(changed.relevance.values())) == (plain.themes, list(plain.relevance.values()))


def test_an_own_work_for_a_query() -> None:
    """A work of the paper's own joins too."""
    assert asked(Query("cooking pasta"), bib=entry("own", "Cooking Pasta")) == ["own", "subwords"]


# -- themes


def themes_of(topic: str, *titles: str) -> list[tuple[str, list[str]]]:
    found = planned(
        topic,
        *(record(chr(97 + number), title, str(number), year=2000 + number) for number, title in enumerate(titles)),
    )
    return [(theme.label, [each.key for each in theme.works]) for theme in found.themes]


@pytest.mark.parametrize(
    ("topic", "titles", "labels"),
    [
        ("parsing", ["Parsing", "More Parsing", "Parsing Again", "Yet Another Parsing"], [""]),
        ("parsing", ["Dependency Parsing", "Fast Dependency Parsing"], [""]),
        (
            "parsing",
            ["Parsing: A Case Study", "Parsing Tamil: A Case Study", "Parsing Approaches", "Approaches to Parsing"],
            [""],
        ),
        ("parsing", ["A Diverse, Fair Parsing", "Parsing Diverse and Fair Trees", "Parsing One", "Parsing Two"], [""]),
        ("parsing", ["Parsing without Treebanks", "Parsing and not Treebanks", "Parsing One", "Parsing Two"], [""]),
        (
            "parsing",
            ["Dependency Parsing", "Parsing Trees", "Dependency Parsing Today", "Parsing Sentences"],
            ["dependency parsing", ""],
        ),
        (
            "data augmentation and back-translation",
            ["Data Augmentation", "Tagged Back-Translation", "Easy Data Augmentation", "Back-Translation at Scale"],
            ["data augmentation", "back-translation"],
        ),
        (
            "tagged back-translation, data augmentation",
            [
                "Data Augmentation",
                "Tagged Back-Translation",
                "Easy Data Augmentation",
                "Tagged Back-Translation at Scale",
            ],
            ["tagged back-translation", "data augmentation"],
        ),
        (
            "dropout",
            ["Dropout for LSTM Decoders", "BERT and Dropout", "Dropout in BERT", "Dropout on Trees"],
            ["BERT", ""],
        ),
    ],
)
def test_theme_labels(topic: str, titles: list[str], labels: list[str]) -> None:
    """A phrase two or more titles share is a label; function words, generic ones and the topic alone are none."""
    assert [label for label, _ in themes_of(topic, *titles)] == labels


def test_themes_hold_every_work_once() -> None:
    """A work stands in one theme, the rest comes last, and each theme is ordered by year."""
    titles = ("Parsing Trees", "Dependency Parsing Today", "Parsing Sentences", "Dependency Parsing")
    assert themes_of("parsing", *titles) == [("dependency parsing", ["b", "d"]), ("", ["a", "c"])]


# -- sentences


@pytest.mark.parametrize(
    ("style", "each", "sentence"),
    [
        (NATBIB, work("Parsing", "Ames", "Bly"), "\\citet{k} present ``Parsing''."),
        (NATBIB, work("Parsing", "Ames"), "\\citet{k} presents ``Parsing''."),
        (NATBIB, work("Parsing", "World Health Organization"), "\\citet{k} presents ``Parsing''."),
        (NATBIB, work("Parsing", "Ames", author="Ames, Ann and others"), "\\citet{k} present ``Parsing''."),
        (NATBIB, work("Parsing"), "One study is ``Parsing''~\\citep{k}."),
        (NATBIB, work("Parsing", "{}"), "One study is ``Parsing''~\\citep{k}."),
        (PLAIN, work("Parsing"), "One study is ``Parsing''~\\cite{k}."),
        (PLAIN, work("Parsing", "Ames"), "Ames~\\cite{k} presents ``Parsing''."),
        (PLAIN, work("Parsing", "Ames", "Bly"), "Ames and Bly~\\cite{k} present ``Parsing''."),
        (PLAIN, work("Parsing", "Ames", "Bly", "Cole"), "Ames et al.~\\cite{k} present ``Parsing''."),
        (PLAIN, work("Parsing", "Ames", author="Ames and others"), "Ames et al.~\\cite{k} present ``Parsing''."),
        (PLAIN, work("Parsing", "A & B_C"), "A \\& B\\_C~\\cite{k} presents ``Parsing''."),
        (CiteStyle("cite", "", " "), work("Parsing", "Ames"), "Ames \\cite{k} presents ``Parsing''."),
        (NATBIB, work("Parsing", "van Dyke"), "\\Citet{k} presents ``Parsing''."),
        (CiteStyle("autocite", "textcite"), work("Parsing", "d'Aco"), "\\Textcite{k} presents ``Parsing''."),
        (CiteStyle("cite", "citeN"), work("Parsing", "van Dyke"), "\\citeN{k} presents ``Parsing''."),
        (PLAIN, work("Parsing", "van Dyke", "al-Ghazi"), "Van Dyke and al-Ghazi~\\cite{k} present ``Parsing''."),
    ],
)
def test_subject(style: CiteStyle, each: Candidature, sentence: str) -> None:
    """The subject fits the citation style and the number of authors; without authors the title is cited."""
    assert drafted(each, style=style) == sentence


@pytest.mark.parametrize(
    ("title", "sentence"),
    [
        ("Parsing", "``Parsing''."),
        ("Parsing.", "``Parsing''."),
        ("PARSING AND BERT", "``PARSING AND BERT''."),
        ("Why parse?", "``Why parse?''"),
        ("Parse!", "``Parse!''"),
        ("Parse (why?)", "``Parse (why?)''."),
        ("Parsing in the U.S.", "``Parsing in the U.S.''"),
        ("To parse...", "``To parse...''"),
        ("A “Parse” Tree", "``A `Parse' Tree''."),
        ('A "Parse" Tree', "``A `Parse' Tree''."),
        ("“Parse” it", "``\\,`Parse' it''."),
        ("On ‘it’ and “Parse”", "``On ‘it’ and `Parse'\\,''."),
        ("Say “Parse?”", "``Say `Parse?'\\,''"),
        (
            "100% of $5 & #1_x^2~{y}\\z",
            "``100\\% of \\$5 \\& \\#1\\_x\\textasciicircum{}2\\textasciitilde{}y\\textbackslash{}z''.",
        ),
        ("\\input{/etc/passwd} % gone", "``\\textbackslash{}input/etc/passwd \\% gone''."),
        ("a < b | c > d", "``a \\textless{} b \\textbar{} c \\textgreater{} d''."),
        ("bi\u202edi\u2066 marks\u200e", "``bidi marks''."),
        ("two\nlines\r\n\r\nhere", "``two lines here''."),
    ],
)
def test_titles(title: str, sentence: str) -> None:
    """A title stands as the record writes it, harmless, with one stop at its end and single quotation marks inside."""
    assert drafted(work(title, "Ames")) == f"\\citet{{k}} presents {sentence}"


def test_a_long_title_is_cut() -> None:
    """Ten thousand characters become a few hundred, at a word, and the cut is shown."""
    sentence = drafted(work("parsing " * 1250, "Ames"))
    assert len(sentence) < 350
    assert sentence.endswith("parsing parsing ...''")


@pytest.mark.parametrize(
    ("years", "openings"),
    [
        ((2001, 2001), "In the same year, "),
        ((2001, 2002), "One year later, "),
        ((2001, 2005), "Four years later, "),
        ((2001, 2020), "Later, "),
        ((None, 2020), ""),
        ((2001, None), ""),
    ],
)
def test_years_between(years: tuple[int | None, int | None], openings: str) -> None:
    """The second sentence tells how much later its work came out, where both years are known."""
    first, second = (work("Parsing", "Ames", year=year, key=f"k{number}") for number, year in enumerate(years))
    assert drafted(first, second).splitlines()[1] == f"{openings}\\citet{{k1}} presents ``Parsing''."


def test_draft_with_themes() -> None:
    """A golden draft: openings name the themes, forms take turns, the rest begins with a phrase of its own."""
    one = [work(f"Title {number}", "Ames", "Bly", year=2000 + number, key=f"a{number}") for number in range(4)]
    two = [work("Is it?", year=None, key="b0"), work("It is", "Cole", key="b1"), work("So it is", key="b2")]
    rest = [work("Rest", "Dunn", key="c0")]
    themes = (Theme("zero-shot transfer", tuple(one)), Theme("BERT", tuple(two)), Theme("", tuple(rest)))
    assert text_of(draft(Plan("topic", themes, {}), hand())) == (
        "On zero-shot transfer, \\citet{a0} present ``Title 0''.\n"
        "One year later, \\citet{a1} present ``Title 1''.\n"
        "A further study is ``Title 2'' by \\citet{a2}.\n"
        "``Title 3'' is due to \\citet{a3}.\n"
        "\n"
        "With regard to BERT, there is ``Is it?''~\\citep{b0}.\n"
        "\\citet{b1} published ``It is''.\n"
        "There is also ``So it is''~\\citep{b2}.\n"
        "\n"
        "Beyond these, \\citet{c0} presents ``Rest''."
    )


def test_a_theme_left_empty() -> None:
    """A theme whose works were all taken out leaves no paragraph and no reference to it."""
    plan_left = Plan("topic", (Theme("BERT", ()), Theme("", (work("Rest", "Dunn"),))), {})
    assert text_of(draft(plan_left, hand())) == "\\citet{k} presents ``Rest''."


# -- block


def filled(asked: Paper, found: Plan, given_hand: Hand | None = None, model: str = "no model, seed 0") -> TexFile:
    """The file with its marker replaced by the block, read again."""
    text = block(found, draft(found, given_hand or hand()), asked.file, model)
    new = apply_edits(asked.file.source.text, [Edit(asked.marker.span, text)])
    project = read_project("main.tex", lambda path: SourceText(path, new) if path == "main.tex" else None)
    return project.files[0]


def test_golden_block() -> None:
    """The block of a small plan, letter by letter, wrapped at 80 columns where the file does not tell its own."""
    asked = paper("% TODO related-work: dropout")
    found = Plan(
        "dropout",
        (Theme("", (work("Dropout in Convolutional Layers of a Network", "Ames"), work("More", "Bly", key="m"))),),
        {},
    )
    text = block(found, draft(found, hand()), asked.file, "no model, seed 0")
    assert re.sub(r"[0-9a-f]{16}", "HASH", text) == (
        "% texscholar: begin related-work: dropout\n"
        "% texscholar: outline of 2 records, no model, seed 0, sha256 HASH; edit freely\n"
        "\\citet{k} presents ``Dropout in Convolutional Layers of a Network''. In the same\n"
        "year, \\citet{m} presents ``More''.\n"
        "% texscholar: end related-work"
    )


LINE = "Some words fill the line up to where it is "
WRAPPED = "".join(f"{LINE}{'x' * (length - len(LINE))}\n" for length in (58, 60, 57, 59, 60, 58, 56, 60))
ONE_LINE = (LINE * 6 + ".\n\n") * 6
BY_SENTENCE = (LINE + "ended.\n") * 8


def body_of(asked: Paper, *works: Candidature) -> list[str]:
    found = Plan("dropout", (Theme("", works),), {})
    return block(found, draft(found, hand()), asked.file, "").split(asked.file.source.newline)[2:-1]


@pytest.mark.parametrize(
    ("prose", "longest", "lines"),
    [(WRAPPED, 60, 5), (ONE_LINE, 300, 1), (BY_SENTENCE, 100, 3), ("", 80, 4)],
    ids=["wrapped", "one line", "a sentence a line", "no prose"],
)
def test_wrapping(prose: str, longest: int, lines: int) -> None:
    """A paragraph is wrapped as those of the file are: at their column, on one line, or a sentence a line."""
    works = [work("A title of some fifty characters that fill the line", "Ames", key=key) for key in ("aa", "bb", "cc")]
    body = body_of(paper(f"{prose}\n% TODO related-work"), *works)
    assert len(body) == lines
    assert max(map(len, body)) <= longest


def test_line_ends() -> None:
    """In a CRLF file every line end of the block is CRLF, and the block is found again."""
    asked = paper("% TODO related-work: dropout", newline="\r\n")
    new = filled(asked, Plan("dropout", (Theme("", (work("Dropout", "Ames"),)),), {}))
    assert re.findall(r"(?<!\r)\n", new.source.text) == []
    assert [each.topic for each in new.blocks] == ["dropout"]


@pytest.mark.parametrize(
    ("topic", "named"),
    [
        ("dropout", "dropout"),
        ("", ""),
        ("two\nlines\r\nhere\u2028and\x85there\x0cso", "two lines here and there so"),
        ("50% of it % texscholar: end related-work", "50% of it % texscholar: end related-work"),
        ("a: b: c", "a: b: c"),
        ("\u202ebidi\x00 \\input{x}", "bidi \\input{x}"),
        ("TODO related-work: again", "TODO related-work: again"),
    ],
)
def test_topic_in_the_begin_line(topic: str, named: str) -> None:
    """Whatever a topic holds, the begin line stays one comment and the block is found with it."""
    new = filled(
        paper("% TODO related-work"), Plan(topic, (Theme("", (work("Dropout", "Ames"),)),), {}), model="a\nmodel%"
    )
    assert [each.topic for each in new.blocks] == [named]
    assert new.source.slice(new.blocks[0].span).endswith("''.\n% texscholar: end related-work")
    assert new.markers == ()


def test_a_topic_the_file_cannot_hold() -> None:
    """A topic from a file of another encoding loses the characters this file cannot hold."""
    asked = paper("% TODO related-work", encoding="latin-1")
    text = block(
        Plan("Café 漢字 x", (Theme("", (work("A", "B"),)),), {}),
        (Paragraph("", (DraftSentence("x", ()),)),),
        asked.file,
        "no model",
    )
    assert text.splitlines()[0] == "% texscholar: begin related-work: Café x"


# -- everything at once


def test_golden_draft_from_records() -> None:
    """Records to draft in a paper without textual citations: chosen, grouped, in words."""
    found = planned(
        "approaches to parsing",
        record("a", "Dependency Parsing", "Ames", year=2003),
        record("b", "Do Sentences Need Parsing?", "Bly", "Cole", year=2001),
        record("c", "Dependency Parsing of Long Sentences", "Dunn", "Egan", "Fox", year=2008),
        record("d", "Cooking of Long Sentences", "Gale", year=2000),
        record("e", "Parsing Everything", "Hill", year=2002),
        record("f", "Cooking", "Ives"),
    )
    assert text_of(draft(found, hand(PLAIN))) == (
        "On dependency parsing, Ames~\\cite{a} presents ``Dependency Parsing''.\n"
        "Five years later, Dunn et al.~\\cite{c} present ``Dependency Parsing of Long Sentences''.\n"
        "\n"
        "Beyond these, Bly and Cole~\\cite{b} present ``Do Sentences Need Parsing?''\n"
        "One year later, Hill~\\cite{e} published ``Parsing Everything''."
    )


def test_the_order_of_a_library_does_not_matter() -> None:
    """The same records in another order give the same text."""
    records = [
        record(f"k{number}", f"Dropout and {word} Layers", str(number % 3))
        for number, word in enumerate("abcdefghijkl")
    ]
    texts = set()
    for seed in range(5):
        shuffled = random.Random(seed).sample(records, len(records))
        texts.add(text_of(draft(planned("dropout layers", *shuffled), hand())))
    assert len(texts) == 1


_WILD = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
    st.text("{}\\%$&#_^~\"'`“”<>|?!.() \n\rab", max_size=40),
    st.sampled_from(
        [
            "\\input{x}",
            "% texscholar: end related-work",
            "\\end{document}",
            "$\\alpha$",
            "}}{",
            "\\cite{other}",
            "^^M",
            "```'''",
        ]
    ),
)
_WORKS = st.lists(
    st.tuples(_WILD, st.lists(_WILD, max_size=4), st.none() | st.integers(-5, 9999)), min_size=1, max_size=6
)
_CHARACTER = re.compile(
    r"\\(?:text(?:backslash|asciitilde|asciicircum|less|greater|bar)\{\}|[%&_#$,])|\\[Cc]ite[tp]?\{k\d\}|(?<=[?!])\{\}|[^\\{}%$&#_^~]|~(?=\\cite)"
)


@settings(max_examples=300, deadline=None)
@given(_WORKS, _WILD, st.sampled_from([NATBIB, PLAIN]))
def test_any_record_is_harmless(
    records: Sequence[tuple[str, list[str], int | None]], topic: str, style: CiteStyle
) -> None:
    """The block of any records holds our citations and escapes only, and reads back as one with exactly these keys."""
    works = tuple(
        work(title, *authors, year=year, key=f"k{number}") for number, (title, authors, year) in enumerate(records)
    )
    found = Plan(topic, (Theme(topic, works[:2]), Theme("", works[2:])) if works[2:] else (Theme("", works),), {})
    asked = paper("Before.\n\n% TODO related-work\n\nAfter.")
    new = filled(asked, found, hand(style))
    assert len(new.blocks) == 1
    lines = new.source.slice(new.blocks[0].span).split("\n")
    assert [number for number, line in enumerate(lines) if line.startswith("% texscholar: ")] == [0, 1, len(lines) - 1]
    for line in lines[2:-1]:
        assert "".join(_CHARACTER.findall(line)) == line
    assert sorted(key.key for citation in new.citations for key in citation.keys) == sorted(each.key for each in works)
    assert "After." in new.prose.mask


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.text(st.characters(max_codepoint=0x3FF, exclude_categories=["Cs"]), max_size=30), min_size=1, max_size=4
    )
)
def test_an_ascii_file_stays_ascii(titles: list[str]) -> None:
    """In a file of ASCII text, Latin and Greek letters become TeX with balanced braces."""
    found = Plan("topic", (Theme("", tuple(work(title, title, key=f"k{n}") for n, title in enumerate(titles))),), {})
    text = text_of(draft(found, hand(PLAIN, encoding="ascii", ascii_only=True)))
    unescaped = re.sub(r"\\[{}]", "", text)
    assert text.isascii()
    assert unescaped.count("{") == unescaped.count("}")


@settings(max_examples=150, deadline=None)
@given(_WILD, st.lists(st.tuples(_WILD, _WILD), max_size=6))
def test_any_topic_is_survived(topic: str, records: list[tuple[str, str]]) -> None:
    """Any topic and any library give a plan whose works all have a relevance of at most one, each in one theme."""
    shelf = [record(str(number), f"{title} {topic}", family) for number, (title, family) in enumerate(records)]
    found = planned(topic, *shelf)
    assert len({id(each) for each in found.works}) == len(found.works) <= 8
    assert all(0 < found.relevance[id(each)] <= 1 for each in found.works)
