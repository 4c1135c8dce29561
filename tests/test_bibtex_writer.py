"""New entries: what they hold, how they look, and that they only insert."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from texscholar.bibtex import (
    Author,
    Bibliography,
    HouseStyle,
    Work,
    add_entries,
    entry_work,
    fold,
    insert_entries,
    learn_style,
    make_key,
    plain,
    read_bibliography,
    render_entry,
)
from texscholar.bibtex.writer import escape, is_safe_tex
from texscholar.errors import InternalError
from texscholar.source import SourceText, apply_edits, decode, undo_edits

WORK = Work(
    "Attention for BERT & GloVe",
    (Author("Müller", "Jörg"), Author("World Health Organization")),
    2017,
    "Proceedings of the Meeting",
    "10.1000/x_y",
    "1706.03762",
)


def added(data: bytes, *works: Work) -> tuple[SourceText, str]:
    """A file and its text with works added under keys of its own pattern."""
    source = decode(data, "refs.bib")
    bibliography = read_bibliography(source)
    style = learn_style(bibliography)
    items: list[tuple[str, Work]] = []
    for work in works:
        items.append((make_key(work, style, bibliography.taken | {key for key, _ in items}), work))
    edit = add_entries(bibliography, style, items)
    assert edit.inserts_only
    text = apply_edits(source.text, [edit])
    assert source.text == undo_edits(text, source.text, [edit])
    return source, text


def new_entry(text: str, key: str = "k") -> tuple[Work, str]:
    """The work that is read back from a written entry."""
    bibliography = read_bibliography(SourceText("refs.bib", text))
    entry = bibliography.entry(key)
    assert entry is not None
    return entry_work(entry, bibliography), entry.kind


ASCII_ENTRY = """@inproceedings{muller2017attention,
  author = {M{\\"u}ller, J{\\"o}rg and {World Health Organization}},
  title = {Attention for {BERT} \\& {GloVe}},
  booktitle = {Proceedings of the Meeting},
  year = {2017},
  doi = {10.1000/x_y},
  eprint = {1706.03762},
  archiveprefix = {arXiv}
}
"""
FILES = [
    (
        b"",
        '@inproceedings{muller2017attention,\n  author = {M{\\"u}ller, J{\\"o}rg and {World Health Organization}},\n',
    ),
    (b"@misc{a,\n  title = {A}\n}\n", "@misc{a,\n  title = {A}\n}\n\n" + ASCII_ENTRY),
    (b"@misc{a,\n  title = {A}\n}", ASCII_ENTRY + "\n@misc{a,\n  title = {A}\n}"),
    (b"@misc{a,\n  title = {A}\n}\n\n\n", "@misc{a,\n  title = {A}\n}\n\n\n" + ASCII_ENTRY),
    (b"% head\n", "% head\n\n@inproceedings{"),
    (b"% no line end", "% no line end\n\n@inproceedings{"),
    (b"@misc{a,\r\n\ttitle={A},\r\n}\r\n", "}\r\n\r\n@inproceedings{muller2017attention,\r\n\tauthor={M"),
    (
        b"@misc{a,\n  title={A}}\n@misc{b,\n  title={B}}\n",
        "  title={B}}\n@inproceedings{muller2017attention,\n",
    ),
    (b'@misc(a,\n title = "A"\n)\n', ' booktitle = "Proceedings of the Meeting",\n'),
    (b"@Misc{a,\n  Title = {A}\n}\n", "@Inproceedings{muller2017attention,\n  Author = {"),
    (
        b"\xef\xbb\xbf@misc{a,\n    title = {A}\n}\n",
        "\n\n@inproceedings{muller2017attention,\n    author = {M",
    ),
    (b"% Encoding: ISO8859_1\n@misc{a, title={\xfc}}\n", "author={Müller, Jörg and {World"),
    (
        b"@misc{a, x={1}}\n\n@Comment{jabref-meta: x;}\n\n@comment{jabref-meta: y;}\n",
        "  archiveprefix={arXiv}\n}\n\n@Comment{",
    ),
    (b"@comment{jabref-meta: x;}\n@misc{a, x={1}}\n", "@misc{a, x={1}}\n\n@inproceedings{"),
    (b"@misc{a, x={1}}\n@misc{b, x={", "\n\n@inproceedings{"),
    (b"@misc{a,\n@misc{b,\n@misc{c,", "\n\n@misc{a,\n@misc{b,"),
    (b"%@Comment{jabref-meta: x;}\n@misc{a, x={1}}\n", "@misc{a, x={1}}\n\n@inproceedings{"),
    (b"@misc{a, x={1}}\n@misc{b c, x={1}}\n", "@misc{b c, x={1}}\n\n@inproceedings{"),
    (b"@misc{a, x={1}}\n\n@misc{b, x={1}}", "@misc{a, x={1}}\n\n@inproceedings{"),
    (b"@misc{a, x={1}} @misc{b, x={1}}", "@misc{b, x={1}}\n@inproceedings{"),
    (b"@article{a,\n  journaltitle = {J},\n  date = {2020},\n}\n", "  date = {2017},\n"),
    (
        b"@article{a,\n  title  = {J},\n  author = {X},\n  year   = {2020},\n}\n",
        "  year   = {2017},\n  doi    = {",
    ),
    (b"@article{a,\n  title = {J},\n  year = 2020,\n}\n", "  year = 2017,\n"),
]


@pytest.mark.parametrize("data", [data for data, _ in FILES if data.endswith(b"}")])
def test_a_file_without_a_last_line_end_keeps_its_last_line(data: bytes) -> None:
    """New entries stand above its last entry, where that has a line of its own."""
    _, text = added(data, WORK)
    assert text.endswith(f"\n{data.decode()[data.decode().rfind('@') :]}") == (b"} @" not in data)


@pytest.mark.parametrize(("data", "part"), FILES)
def test_entries_in_the_style_of_the_file(data: bytes, part: str) -> None:
    """A new entry looks like its neighbours and stands behind them, one blank line apart."""
    source, text = added(data, WORK)
    assert part in text
    assert source.encode(text)


def test_nothing_to_add_changes_nothing() -> None:
    """Without works the edit is empty."""
    assert added(b"@misc{a}")[1] == "@misc{a}"


def test_several_entries_are_one_edit() -> None:
    """Repeated works get keys of their own and stand one blank line apart."""
    text = added(b"@misc{a}\n", WORK, WORK)[1]
    assert read_bibliography(SourceText("", text)).keys == (
        "a",
        "muller2017attention",
        "muller2017attentiona",
    )
    assert text.count("\n\n@") == 2


SORTED = "".join(f"@misc{{{key},\n  x = {{1}},\n}}\n\n" for key in ("Beta", "delta", "Foxtrot", "golf", "india"))
PLACES = [
    (SORTED, "alpha", "@misc{Beta"),
    (SORTED, "CHARLIE", "@misc{delta"),
    (SORTED, "hotel", "@misc{india"),
    (SORTED, "zulu", ""),
    (SORTED.replace("Beta", "zeta"), "charlie", ""),
    (SORTED.replace("@misc{india,\n  x = {1},\n}\n\n", ""), "charlie", ""),
    (SORTED.replace("}\n\n@", "} @"), "charlie", ""),
    ("% Encoding: UTF-8\n\n" + SORTED, "alpha", "@misc{Beta"),
    (SORTED.replace("@misc{delta", "% about d\n%\n@misc{delta"), "charlie", "% about d"),
    (SORTED.replace("@misc{delta", "@string{d = {D}}\n@misc{delta"), "charlie", "@misc{delta"),
    (SORTED.replace("@misc{delta", "  @misc{delta"), "charlie", "  @misc{delta"),
    (SORTED.replace("\n", "\r\n"), "charlie", "@misc{delta"),
]


@pytest.mark.parametrize(("text", "key", "before"), PLACES)
def test_a_sorted_file_stays_sorted(text: str, key: str, before: str) -> None:
    """Where all keys of a file are in order a new entry stands in its place, above the comments of the next one."""
    bibliography = read_bibliography(SourceText("refs.bib", text))
    (edit,) = insert_entries(bibliography, learn_style(bibliography), [(key, WORK)])
    assert text[edit.span.start :].startswith(before)
    assert (edit.span.start == len(text)) == (not before)


def test_each_entry_of_a_sorted_file_gets_its_place() -> None:
    """Several entries are several insertions, those of one place a single one."""
    bibliography = read_bibliography(SourceText("refs.bib", SORTED))
    items = [(key, WORK) for key in ("zulu", "Charlie", "alpha", "cherry")]
    edits = insert_entries(bibliography, learn_style(bibliography), items)
    keys = read_bibliography(SourceText("refs.bib", apply_edits(SORTED, edits))).keys
    assert keys == ("alpha", "Beta", "Charlie", "cherry", "delta", "Foxtrot", "golf", "india", "zulu")
    assert len(edits) == 3


def test_one_edit_takes_entries_of_several_places_to_the_end() -> None:
    """Who asks for a single edit gets one."""
    bibliography = read_bibliography(SourceText("refs.bib", SORTED))
    edit = add_entries(bibliography, learn_style(bibliography), [("alpha", WORK), ("zulu", WORK)])
    assert edit.span.start == len(SORTED)


def test_fields_stand_in_the_order_of_the_file() -> None:
    """A field that the file does not have stays behind the one it stands behind."""
    style = HouseStyle(field_order=("title", "year", "author"))
    entry = read_bibliography(SourceText("", render_entry(WORK, "k", style, "utf-8"))).entries[0]
    names = [name for name, _ in entry.items()]
    assert names == ["title", "booktitle", "year", "doi", "eprint", "archiveprefix", "author"]


LINES = st.lists(
    st.sampled_from(
        ["", "% note", "}", "@string{s = {S}}", "@comment{c}", "  y = {2},", "@misc{open,", "@misc{x} @misc{y}"]
    ),
    max_size=3,
)


@settings(max_examples=100)
@given(
    st.lists(st.tuples(st.from_regex(r"[a-dA-D]{1,2}", fullmatch=True), LINES), min_size=4, max_size=9),
    st.lists(st.from_regex(r"[a-d][0-9]", fullmatch=True), min_size=1, max_size=3, unique=True),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_insertions_are_whole_lines(
    blocks: list[tuple[str, list[str]]], keys: list[str], newline: str, in_order: bool
) -> None:
    """In a file that ends in a line end every insertion is lines between lines: a diff only adds."""
    if in_order:
        blocks = sorted(blocks, key=lambda block: block[0].casefold())
    lines = [line for key, others in blocks for line in (f"@misc{{{key},", "  x = {1},", "}", *others)]
    text = "".join(line + newline for line in lines)
    bibliography = read_bibliography(SourceText("refs.bib", text))
    edits = insert_entries(bibliography, learn_style(bibliography), [(key, WORK) for key in keys])
    assert text == undo_edits(apply_edits(text, edits), text, edits)
    for edit in edits:
        assert edit.span.start == 0 or text[: edit.span.start].endswith(newline)
        assert edit.text.endswith(newline)


@pytest.mark.parametrize("keys", [["a"], ["A"], ["b", "b"], ["b", "B"]])
def test_a_taken_key_is_refused(keys: list[str]) -> None:
    """The proof fails before anything is handed out."""
    bibliography = read_bibliography(SourceText("refs.bib", "@misc{a}\n"))
    with pytest.raises(InternalError, match="read back"):
        add_entries(bibliography, HouseStyle(), [(key, WORK) for key in keys])


@pytest.mark.parametrize("key", ["", "a b", "a,b", "a}b", "a%b", "a\\b", 'a"b', "a\nb"])
def test_a_key_that_breaks_the_file_is_refused(key: str) -> None:
    """Keys come from records too; none may open TeX."""
    with pytest.raises(InternalError):
        render_entry(WORK, key, HouseStyle(), "utf-8")


KINDS = [
    (Work("T", venue="Proceedings of the 5th Workshop on X"), "inproceedings", "booktitle"),
    (Work("T", venue="Advances in Neural Information Processing Systems"), "inproceedings", "booktitle"),
    (Work("T", venue="International Conference on Learning Representations"), "inproceedings", "booktitle"),
    (Work("T", venue="NeurIPS"), "inproceedings", "booktitle"),
    (Work("T", venue="EMNLP 2020"), "inproceedings", "booktitle"),
    (Work("T", venue="NAACL-HLT"), "inproceedings", "booktitle"),
    (Work("T", venue="Journal of Machine Learning Research"), "article", "journal"),
    (Work("T", venue="Journal of Physics: Conference Series"), "article", "journal"),
    (Work("T", venue="IEEE Transactions on Networking"), "article", "journal"),
    (Work("T", venue="Proceedings of the National Academy of Sciences"), "article", "journal"),
    (Work("T", venue="Proceedings of the IEEE Conference on Computer Vision"), "inproceedings", "booktitle"),
    (Work("T", venue="Nature"), "article", "journal"),
    (Work("T", venue="PNAS"), "article", "journal"),
    (Work("T", venue="Bioinformatics", doi="10.1/x"), "article", "journal"),
    (Work("T", venue="Some Place"), "misc", "howpublished"),
    (Work("T", arxiv="1706.03762"), "misc", "eprint"),
    (Work("T", venue="arXiv", arxiv="1706.03762"), "misc", "eprint"),
    (Work("T", venue="S", kind="phdthesis"), "phdthesis", "school"),
    (Work("T", venue="S", kind="string"), "misc", "howpublished"),
    (Work("T", venue="S", kind="}\\x"), "misc", "howpublished"),
]


@pytest.mark.parametrize(("work", "kind", "field"), KINDS)
def test_kind_follows_the_venue(work: Work, kind: str, field: str) -> None:
    """Without a kind, the words of the venue tell where the work appeared."""
    whole = replace(work, authors=(Author("Doe", "Ann"),), year=2001)
    (entry,) = read_bibliography(SourceText("", render_entry(whole, "k", HouseStyle(), "utf-8"))).entries
    assert (kind, True) == (entry.kind, bool(entry.get(field)))


TITLES = [
    ("a plain title", "a plain title"),
    ("BERT and GloVe: T5, U-Net, GPT-4 or k-NN", "{BERT} and {GloVe}: {T5}, {U-Net}, {GPT-4} or {k-NN}"),
    ("A Study of Self-Training", "A Study of Self-Training"),
    ("ALL CAPITALS SHOUT", "ALL CAPITALS SHOUT"),
    ("C++ for R&D at 100%", r"C++ for {R\&D} at 100\%"),
    (r"\input{x} ^^5c $", r"\textbackslash{}inputx \textasciicircum{}\textasciicircum{}5c \$"),
]


@pytest.mark.parametrize(("title", "value"), TITLES)
def test_titles(title: str, value: str) -> None:
    """Words that a style must not lower-case stand in braces; everything TeX could read is escaped."""
    (entry,) = read_bibliography(SourceText("", render_entry(Work(title), "k", HouseStyle(), "utf-8"))).entries
    assert value == entry.get("title")


PEOPLE = [
    (Author("Knuth", "Donald E."), "Knuth, Donald E."),
    (Author("van der Berg", "Jan"), "van der Berg, Jan"),
    (Author("OpenAI"), "OpenAI"),
    (Author("World Health Organization"), "{World Health Organization}"),
    (Author("Simon and Schuster"), "{Simon and Schuster}"),
    (Author("Anaconda, Inc."), "{Anaconda, Inc.}"),
    (Author("King", "Martin Luther, Jr."), "King, Jr., Martin Luther"),
    (Author("King", "Martin Luther Jr."), "King, Jr., Martin Luther"),
    (Author("Davis", "Sammy III"), "Davis, III, Sammy"),
    (Author("Institute (West)"), "{Institute (West)}"),
    (Author("山田", "太郎"), "{山田 太郎}"),
    (Author("A\\B", "{C"), r"A\textbackslash{}B, C"),
]


@pytest.mark.parametrize(("author", "value"), PEOPLE)
def test_people(author: Author, value: str) -> None:
    """A name is written so that BibTeX reads the same name."""
    (entry,) = read_bibliography(SourceText("", render_entry(Work("T", (author,)), "k", HouseStyle(), "utf-8"))).entries
    assert value == entry.get("author")


def test_all_authors_are_written() -> None:
    """Three thousand authors are not cut."""
    authors = tuple(Author(f"Family{n}", "G.") for n in range(3000))
    assert authors == new_entry(render_entry(Work("T", authors), "k", HouseStyle(), "utf-8"))[0].authors


def test_an_absurd_title_is_cut() -> None:
    """Ten thousand characters become at most five hundred, at a word."""
    title = new_entry(render_entry(Work("Word {ACRONYM} " * 700), "k", HouseStyle(), "utf-8"))[0].title
    assert (len(title) <= 500, title.endswith(("Word", "ACRONYM"))) == (True, True)


SAFE = [
    "",
    "words",
    r"M{\"u}ller \'e \v{s} \c c \'{\i}",
    r"10\% \& \_ \# \$",
    r"\emph{x} {\em x} \textsuperscript{2}",
]
SAFE += [
    r"$\alpha$-net $O(n^{2})$ $x_i$",
    r"{\ss} \o{} \LaTeX{}",
    r"\url{http://a.b/c_d}",
    "über 中",
    "a~b -- c",
]
UNSAFE = [
    r"\input{x}",
    r"\write18{x}",
    r"\catcode`\%=12",
    "{",
    "}",
    "}{",
    "100%",
    "a & b",
    "a_b",
    "a^b",
    "#1",
    "$x",
    "$$x$$",
]
UNSAFE += [
    r"^^5cinput",
    r"$^^5cinput$",
    r"$\input x$",
    r"\def\x{}",
    r"\begin{x}",
    r"\\",
    r"\emphx{a}",
    "\\",
    r"$\mbox{x}$",
]
UNSAFE += [
    r"\url{a\b}",
    r"\url{a%b}",
    r"\csname x\endcsname",
    r"\'",
    r"{\em",
    r"$}{$",
    r"\textbackslashx",
    r"\includegraphics{x}",
]


@pytest.mark.parametrize(("value", "safe"), [(value, True) for value in SAFE] + [(value, False) for value in UNSAFE])
def test_safe_tex(value: str, *, safe: bool) -> None:
    """Only TeX that typesets text is copied."""
    assert safe == is_safe_tex(value)


def raw(*fields: tuple[str, str], kind: str = "article") -> Work:
    """A work as it comes from a .bib file with these fields, and with what its type asks for."""
    named = {name for name, _ in fields}
    if kind == "article":
        fields += (() if "title" in named else (("title", "T"),)) + (() if "author" in named else (("author", "X, Y"),))
        fields += () if named & {"journal", "journaltitle", "howpublished"} else (("journal", "J"),)
        fields += () if named & {"year", "date"} else (("year", "1999"),)
    body = ", ".join(f"{name} = {{{value}}}" for name, value in fields)
    bibliography = read_bibliography(SourceText("", f"@{kind}{{k, {body}}}"))
    return entry_work(bibliography.entries[0], bibliography)


CARRIED = [
    (raw(("title", r"The {\"U}bung of {BERT}")), "title", r"The {\"U}bung of {BERT}"),
    (raw(("title", "Two\n   lines")), "title", "Two lines"),
    (raw(("title", r"\input{x} GloVe $\cmd$")), "title", "{GloVe}"),
    (raw(("author", "A. B and C. D and others")), "author", "A. B and C. D and others"),
    (raw(("author", r"\write18{x} and Knuth, D.")), "author", "18x and Knuth, D."),
    (raw(("author", "Knuth, and {B, and C} and others")), "author", "Knuth and {B, and C} and others"),
    (raw(("journal", "Science & Engineering")), "journal", r"Science \& Engineering"),
    (raw(("month", "January")), "month", "January"),
    (raw(("doi", r"10.1000/x\_y")), "doi", "10.1000/x_y"),
    (raw(("doi", r"10.1000/x\input")), "doi", ""),
    (raw(("journaltitle", "J")), "journal", "J"),
    (raw(("date", "2020-05-01")), "year", "2020"),
    (raw(("howpublished", r"\href{http://dx.doi.org/10.1000/xy}{here}")), "doi", "10.1000/xy"),
    *(
        (raw((name, "x")), name, "")
        for name in ("abstract", "file", "keywords", "annote", "owner", "mendeley-tags", "crossref")
    ),
]


@pytest.mark.parametrize(("work", "field", "value"), CARRIED)
def test_raw_fields_are_carried_over(work: Work, field: str, value: str) -> None:
    """What another .bib says is copied where it is safe, else read and escaped; private notes stay behind."""
    (entry,) = read_bibliography(SourceText("", render_entry(work, "k", HouseStyle(), "utf-8"))).entries
    assert value == entry.get(field)


def test_months_stay_macros() -> None:
    """A month is written as its macro, for styles to abbreviate."""
    assert "month = jan," in render_entry(raw(("month", "January")), "k", HouseStyle(), "utf-8")


def test_kinds_of_biblatex_become_kinds_of_bibtex() -> None:
    """A file of BibTeX gets no entry type that BibTeX lacks."""
    work = raw(("title", "T"), kind="online")
    assert (
        render_entry(work, "k", HouseStyle(), "utf-8")[:6],
        render_entry(work, "k", HouseStyle(biblatex=True), "utf-8")[:8],
    ) == ("@misc{", "@online{")


ENCODINGS = [
    ("utf-8", False, r"Čapek {\ensuremath{\leq}} 中"),
    ("latin-1", False, r"{\v{C}}apek {\ensuremath{\leq}} ?"),
]
ENCODINGS += [
    ("ascii", False, r"{\v{C}}apek {\ensuremath{\leq}} ?"),
    ("utf-8", True, r"{\v{C}}apek {\ensuremath{\leq}} 中"),
]


@pytest.mark.parametrize(("encoding", "ascii_only", "value"), ENCODINGS)
def test_characters_that_the_file_lacks(encoding: str, value: str, *, ascii_only: bool) -> None:
    """What an encoding cannot hold, or a file keeps out, is written as LaTeX."""
    text = render_entry(Work("T", venue="Čapek ≤ 中"), "k", HouseStyle(ascii_only=ascii_only), encoding)
    assert f"howpublished = {{{value}}}" in text


COMMANDS = [
    r"\input{x}",
    r"\write18{ls}",
    r"\catcode`\@=11",
    "^^5c",
    "\\",
    "{",
    "}",
    "%",
    "$",
    "&",
    "#",
    "_",
    "~",
    '"',
    "@misc{x,",
]
COMMANDS += [
    "\n",
    "\r",
    "\u202e",
    "\x1b",
    "\x00",
    "\ud800",
    " and ",
    ",",
    "é",
    "中",
    "word",
    "BERT",
    " ",
    r"\'",
    r"\emph{",
    "--",
    "=",
    "(",
]
TEXTS = st.lists(st.sampled_from(COMMANDS), max_size=8).map("".join) | st.text(max_size=30)
RAW_NAMES = st.sampled_from(
    ["title", "author", "journal", "year", "doi", "url", "note", "month", "date", "x y", "eprint"]
)
WORKS = st.builds(
    Work,
    title=TEXTS,
    authors=st.lists(st.builds(Author, TEXTS, TEXTS), max_size=3).map(tuple),
    year=st.none() | st.integers(-10, 3000),
    venue=TEXTS,
    doi=TEXTS | st.just("10.1000/xy"),
    arxiv=TEXTS | st.just("1706.03762"),
    kind=st.sampled_from(["", "article", "comment", "string", "misc{"]),
    fields=st.lists(st.tuples(RAW_NAMES, TEXTS), max_size=4).map(tuple),
)
STYLES = st.builds(
    HouseStyle,
    delimiter=st.sampled_from(["{", '"']),
    equals_column=st.integers(0, 12),
    trailing_comma=st.booleans(),
    closing=st.sampled_from(["\n", "", "\n  "]),
    newline=st.sampled_from(["\n", "\r\n", "\r"]),
    ascii_only=st.booleans(),
    biblatex=st.booleans(),
    bare_numbers=st.booleans(),
)
DANGER = re.compile(r"\\(?:input|write|catcode|def)|(?<!\\)%|\^\^|[\x00-\x08\x1b\u202e\ud800]")


@settings(max_examples=150)
@given(WORKS, STYLES, st.sampled_from(["utf-8", "latin-1", "ascii", "utf-16-le"]))
def test_text_of_records_is_data(work: Work, style: HouseStyle, encoding: str) -> None:
    """Whatever a record says: one entry, balanced braces, no command of its own, in the file's encoding."""
    text = render_entry(work, "k", style, encoding)
    bibliography = read_bibliography(SourceText("", text))
    assert (bibliography.keys, bibliography.broken) == (("k",), ())
    assert not DANGER.search(text)
    assert text.count("{") == text.count("}")
    assert text.encode(encoding)


@given(
    st.text(
        st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"], exclude_characters="{}`'-"),
        max_size=60,
    )
)
def test_escaped_text_reads_as_itself(text: str) -> None:
    """TeX written from plain text gives the plain text back."""
    assert fold(plain(text.replace("\\", " ").replace("$", " "))) == fold(
        plain(escape(text.replace("\\", " ").replace("$", " ")))
    )


@given(WORKS.filter(lambda work: not work.fields))
def test_works_are_read_back(work: Work) -> None:
    """An identifier is written whole or not at all."""
    found, _ = new_entry(render_entry(work, "k", HouseStyle(), "utf-8"))
    assert found.doi in {"", work.doi}
    assert found.arxiv in {"", work.arxiv}


JUNK = st.lists(
    st.sampled_from(
        [
            "@misc{a,",
            "@misc{b}",
            "@comment{",
            "@comment(",
            "@string{x=",
            "@misc(c,",
            "}",
            ")",
            "{",
            '"',
            "%",
            "\n",
            "\r\n",
        ]
    )
    | st.sampled_from(
        [
            "\r",
            "@",
            "@misc",
            "x = {y},",
            " ",
            "é",
            "@Comment{jabref-meta: x;}",
            "\n@article{d,\n  t = {A}\n}\n",
            "\x0c",
        ]
    ),
    max_size=20,
).map("".join)


@settings(max_examples=200)
@given(JUNK, st.lists(WORKS, min_size=1, max_size=2))
def test_adding_to_any_file_only_inserts(text: str, works: list[Work]) -> None:
    """Junk and half files take new entries too; without the insertion the file is the old one."""
    source, result = added(text.encode(), *works)
    old: Bibliography = read_bibliography(source)
    new = read_bibliography(SourceText("refs.bib", result))
    assert len(works) == len(new.entries) - len(old.entries)
