"""Decoded text, spans and positions."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from texscholar import disk
from texscholar.cli.loading import load_paper
from texscholar.errors import TexscholarError
from texscholar.source import Position, SourceText, Span, decode
from texscholar.source.text import encoding_of_paper

DECODED = [
    (b"", "utf-8", ""),
    (b"plain", "utf-8", "plain"),
    ("größe 中".encode(), "utf-8", "größe 中"),
    (codecs.BOM_UTF8 + b"a", "utf-8", "a"),
    (codecs.BOM_UTF16_LE + "ä".encode("utf-16-le"), "utf-16-le", "ä"),
    (codecs.BOM_UTF16_BE + "ä".encode("utf-16-be"), "utf-16-be", "ä"),
    (b"gr\xf6\xdfe", "latin-1", "größe"),
    (b"\\usepackage[latin1]{inputenc} \xe4", "latin-1", "\\usepackage[latin1]{inputenc} ä"),
    (b"\\usepackage[cp1252]{inputenc} \x80", "cp1252", "\\usepackage[cp1252]{inputenc} €"),
    (b"% !TEX encoding = ISO8859-15\n\xa4", "iso8859-15", "% !TEX encoding = ISO8859-15\n€"),
    (b"% Encoding: Cp1252\n\x80", "cp1252", "% Encoding: Cp1252\n€"),
    (b"% Encoding: nonsense\n\xe4", "latin-1", "% Encoding: nonsense\nä"),
    (b"a \x93quoted\x94 word", "cp1252", "a “quoted” word"),
    (b"\\usepackage[latin1]{inputenc} \x93", "cp1252", "\\usepackage[latin1]{inputenc} “"),
    (b"\x93 and \x81", "latin-1", "\x93 and \x81"),
    (b"% Encoding: unicode_escape\n\\d \xe4", "latin-1", "% Encoding: unicode_escape\n\\d ä"),
    (b"% Encoding: utf-7\n\xe4", "latin-1", "% Encoding: utf-7\nä"),
    (codecs.BOM_UTF8 + b"\xff", "latin-1", "ï»¿ÿ"),
]


@pytest.mark.parametrize(("data", "encoding", "text"), DECODED)
def test_a_file_is_decoded_as_utf8_else_as_it_declares_else_as_latin1(data: bytes, encoding: str, text: str) -> None:
    """UTF-8 first, then the declared encoding, then the one that never fails."""
    source = decode(data, "a.tex")
    assert (encoding, text) == (source.encoding.lower(), source.text)


def test_a_binary_file_is_refused_with_its_name() -> None:
    """NUL bytes make no text."""
    with pytest.raises(TexscholarError, match=r"^fig\.tex: is not a text file"):
        decode(b"%PDF\0", "fig.tex")


def test_a_character_that_the_encoding_lacks_is_refused_with_a_remedy() -> None:
    """What cannot be written is not replaced by a question mark."""
    source = decode(b"gr\xf6\xdfe", "a.tex")
    with pytest.raises(TexscholarError, match="'中' cannot be written in latin-1; convert the file to UTF-8"):
        source.encode("中")


@given(st.binary(max_size=60) | st.text(max_size=20).map(str.encode))
@example(b"\xef\xbb\xbf\xef\xbb\xbf")
@example(b"\xff\xfe\x00")
@example(b"\xff\xfe\x00\xd8")
@example(b"\\usepackage[cp1252]{inputenc}\x81")
@example(b"% Encoding: idna\n\xe4")
@example(b"%!TEX encoding = UTF-16\n\xe4")
@example("\\documentclass[é,cpé]{ctexart}".encode("latin-1"))
def test_decoding_and_encoding_gives_the_same_bytes(data: bytes) -> None:
    """No byte of a file is lost, whatever it holds; a file that is no text is refused."""
    try:
        source = decode(data, "a.tex")
    except TexscholarError:
        assert b"\0" in data
        return
    assert data == source.encode()


UNDECLARED_LATIN = {
    "nothing": "",
    "one accent": "The Poincaré inequality is used here.",
    "names": "As Erdös' friends Rényi, Gödel and Schrödinger show~\\cite{a}.",
    "German": "\\section{Einführung}\nDie Größe muß genügend groß sein; für große Stichproben gälte das Übrige~\\cite{b}.",
    "French": "\\section{Résumé}\nNous étudions des méthodes, évaluées à l'été, où « la régularité » a été créée.",
    "Portuguese": "\\section{Introdução}\nAs funções são contínuas; as condições das opções não são aplicações de soluções.",
    "Spanish": "El método también es válido; así lo señaló Peña: ¿qué más?",
    "Icelandic": "Það er þörf á öðrum aðferðum þegar úrtakið er lítið.",
    "Swedish": "Vi undersöker sådana grafer; metoden är även användbar för små stickprov, men långsam på större.",
    "capitals": "\\title{ÜBER DIE GRÖSSE DER ÄUSSEREN MASSE FÜR ÖFTER GEFÜHRTE GESPRÄCHE}",
    "signs": "Voir le 3° de l'article n° 5 à 20 °C ± 2 µm, §§ 4-5, « ¼ ».",
    "a row of dots": "% ········································",
    "a ruler": "% ÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄ",
    "a bibliography": "@book{k,\n author = {Müller, Jörg and Gödel, Kurt},\n title = {Über unentscheidbare Sätze},\n}",
}


@pytest.mark.parametrize("text", UNDECLARED_LATIN.values(), ids=UNDECLARED_LATIN)
@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_latin_script_is_taken_for_nothing_else(text: str, encoding: str) -> None:
    """Words with some accents are Latin-1, whatever else their bytes could mean."""
    source = decode(text.encode(encoding), "a.tex")
    assert (text, text.isascii() or source.encoding == "latin-1") == (source.text, True)


OTHER_SCRIPTS = {
    "Chinese": (
        "\\section{引言}\n我们研究图上的随机游走，并证明它在大样本下收敛~\\cite{wang}。实验表明，该方法优于已有的算法。",
        ("gbk", "gb18030", "gb2312"),
    ),
    "Taiwanese": (
        "\\section{緒論}\n本文探討隨機過程的性質，並說明如何以圖形模型估計參數~\\cite{chen}。結果顯示此方法較佳。",
        ("big5",),
    ),
    "Japanese": (
        "\\section{はじめに}\n本稿では，グラフ上の確率過程について述べる~\\cite{sato}。実験により，手法の有効性を確認した。",
        ("shift_jis", "euc_jp"),
    ),
    "Korean": (
        "\\section{서론}\n본 논문에서는 그래프 위의 확률 과정을 연구한다~\\cite{kim}. 실험 결과 이 방법이 더 우수하였다.",
        ("euc_kr", "cp949"),
    ),
    "Russian": (
        "\\section{Введение}\nВ этой работе мы изучаем случайные процессы на графах~\\cite{ivanov}. Метод сходится быстро.",
        ("cp1251", "koi8-r", "cp866"),
    ),
    "Ukrainian": (
        "У цій роботі досліджено процеси на графах і наведено оцінку їхньої збіжності.",
        ("cp1251", "koi8-u"),
    ),
    "Greek": (
        "\\section{Εισαγωγή}\nΣτην εργασία αυτή μελετάμε διαδικασίες σε γραφήματα και δείχνουμε τη σύγκλιση.",
        ("cp1253",),
    ),
}
DETECTED = [
    pytest.param(text, encoding, id=f"{language} {encoding}")
    for language, (text, encodings) in OTHER_SCRIPTS.items()
    for encoding in encodings
]


@pytest.mark.parametrize(("text", "encoding"), DETECTED)
def test_another_script_is_detected(text: str, encoding: str) -> None:
    """A file that declares nothing is read in the encoding its language is written in."""
    source = decode(text.encode(encoding), "a.tex")
    assert (text, text.encode(encoding)) == (source.text, source.encode())


def test_detection_reads_past_commands() -> None:
    """A few words of another script among much ASCII are detected too."""
    text = "\\begin{equation} x^2 + y_{ij} \\end{equation}\n" * 200 + OTHER_SCRIPTS["Japanese"][0]
    assert text == decode(text.encode("shift_jis"), "a.tex").text


def test_the_narrower_encoding_is_taken() -> None:
    """Characters that a declared or detected encoding lacks are not written into a file that had none of them."""
    source = decode(OTHER_SCRIPTS["Chinese"][0].encode("gb18030"), "a.tex")
    with pytest.raises(TexscholarError, match="'ö' cannot be written in gbk"):
        source.encode("ö")


TOO_LITTLE = {
    "a Korean name": "김철수".encode("euc_kr"),
    "a Russian name": "Иванов".encode("koi8-r"),
    "UTF-8 with one wrong byte": OTHER_SCRIPTS["Chinese"][0].encode() + b"\xff",
    "UTF-8 cut off": OTHER_SCRIPTS["Russian"][0].encode()[:-2],
}


@pytest.mark.parametrize("data", TOO_LITTLE.values(), ids=TOO_LITTLE)
def test_nothing_is_guessed_from_too_little(data: bytes) -> None:
    """Where the bytes do not tell clearly, the file is Latin-1, which loses none."""
    assert decode(data, "a.tex").encoding in ("latin-1", "cp1252")


DECLARED = [
    ("\\usepackage[latin1]{inputenc}", "latin-1", "größer"),
    ("\\usepackage [ latin9 ] {inputenc}", "iso8859-15", "œuvre"),
    ("\\RequirePackage[utf8,latin2]{inputenc}", "iso8859-2", "příští"),
    ("\\usepackage[koi8-r]{inputenc}", "koi8-r", "Метод"),
    ("\\usepackage[cp866nav]{inputenc}", "cp866", "Метод"),
    ("\\usepackage[T2A]{fontenc}\n\\usepackage[T1,cp1251]{fontenc,inputenc}", "cp1251", "Метод"),
    ("\\usepackage[maccyr]{inputenc}", "mac-cyrillic", "Метод"),
    ("\\usepackage[applemac]{inputenc}", "mac-roman", "größer"),
    ("\\usepackage[ansinew]{inputenc}", "cp1252", "größer – “so”"),
    ("\\documentclass[12pt,latin5]{article}\n\\usepackage{inputenc}", "iso8859-9", "çalışma"),
    ("% \\usepackage[cp1251]{inputenc}\n\\usepackage[latin2]{inputenc}", "iso8859-2", "příští"),
    ("\\usepackage[utf8]{inputenc}\n\\inputencoding{cp1250}", "cp1250", "příští"),
    ("\\begin{CJK}{GBK}{song}", "gbk", "方法"),
    ("\\begin{CJK*}{Bg5}{bsmi}", "big5", "方法"),
    ("\\begin{CJK*}{SJIS}{min}", "shift_jis", "方法"),
    ("\\begin{CJK}[dnp]{JIS}{min}", "euc_jp", "方法"),
    ("\\begin{CJK}{KS}{mj}", "euc_kr", "방법"),
    ("\\documentclass[GBK,12pt]{ctexart}", "gbk", "方法"),
    ("\\usepackage[GBK]{ctex}", "gbk", "方法"),
    ('\\XeTeXinputencoding "cp1251"', "cp1251", "Метод"),
    ("%!TEX encoding = IsoLatin9", "iso8859-15", "œuvre"),
    ("% !TeX encoding = IsoLatin2\n% !TeX root = main.tex", "iso8859-2", "příští"),
    ("% !TEX encoding = MacJapanese", "shift_jis", "方法"),
    ("% !TEX encoding = DOSJapanese", "cp932", "方法①"),
    ("% !TEX encoding = EUCJapanese", "euc_jp", "方法"),
    ("% !TEX encoding = EUC_JP", "euc_jp", "方法"),
    ("% !TEX encoding = MacKorean", "euc_kr", "방법"),
    ("% !TEX encoding = DOS Russian", "cp866", "Метод"),
    ("% !TEX encoding = Windows Cyrillic", "cp1251", "Метод"),
    ("% !TEX encoding = GB 18030", "gb18030", "方法"),
    ("% -*- mode: latex; coding: iso-8859-2-unix -*-", "iso8859-2", "příští"),
    ("% -*- coding: cyrillic-koi8 -*-", "koi8-r", "Метод"),
    ("% -*- TeX:GBK -*-", "gbk", "方法"),
    ("% vim: set ts=4 fileencoding=euc-jp :", "euc_jp", "方法"),
    ("This file was created with JabRef 2.9.\nEncoding: ISO8859_15", "iso8859-15", "œuvre"),
    ("% Encoding: SJIS", "shift_jis", "方法"),
    ("%% Saved with string encoding Western (Mac OS Roman) ", "mac-roman", "größer"),
    ("%% Saved with string encoding Cyrillic (Windows)", "cp1251", "Метод"),
]


@pytest.mark.parametrize(("declaration", "encoding", "word"), DECLARED)
def test_a_file_is_read_as_it_declares(declaration: str, encoding: str, word: str) -> None:
    """Packages, magic comments of editors and headers of .bib managers tell the encoding, each in its own words."""
    text = f"{declaration}\n{word}\n"
    source = decode(text.encode(encoding), "a.tex")
    assert (encoding, text) == (source.encoding, source.text)


def test_local_variables_at_the_end_declare() -> None:
    """Emacs reads the last lines too."""
    text = "größer\n" * 5000 + "% Local Variables:\n% coding: mac-roman\n% End:\n"
    assert text == decode(text.encode("mac-roman"), "a.tex").text


@pytest.mark.parametrize(
    ("declaration", "encoding"),
    [("\\begin{CJK}{GB}{song}", "gbk"), ("% Encoding: EUC_KR", "cp949"), ("%!TEX encoding = Shift_JIS", "cp932")],
)
def test_a_wider_encoding_of_the_same_family_is_tried(declaration: str, encoding: str) -> None:
    """What is called GB or EUC-KR often holds more than the standard does."""
    text = f"{declaration}\n{ {'gbk': '镕', 'cp949': '똠', 'cp932': '①'}[encoding] }\n"
    source = decode(text.encode(encoding), "a.tex")
    assert (encoding, text) == (source.encoding, source.text)


def test_a_false_declaration_is_passed_over() -> None:
    """A declared encoding that the bytes contradict gives way to the next that is declared."""
    text = "%!TEX encoding = UTF-8\n\\usepackage[cp1251]{inputenc}\nМетод"
    assert text == decode(text.encode("cp1251"), "a.tex").text


PAPER = [
    (b"plain", "utf-8", "plain"),
    ("größer".encode(), "utf-8", "größer"),
    ("% Encoding: mac-roman\ngrößer".encode("mac-roman"), "mac-roman", "% Encoding: mac-roman\ngrößer"),
    ("Метод".encode("koi8-r"), "koi8-r", "Метод"),
]


@pytest.mark.parametrize(("data", "encoding", "text"), PAPER)
def test_a_file_is_read_as_its_paper_where_it_declares_nothing(data: bytes, encoding: str, text: str) -> None:
    """The encoding of the paper counts after UTF-8 and the file's own declaration."""
    source = decode(data, "a.bib", lambda: "koi8-r")
    assert (encoding, text) == (source.encoding, source.text)


def test_the_encoding_of_the_paper_gives_way_to_what_fits() -> None:
    """Where the paper's encoding cannot be the file's, the file is read as if alone."""
    text = OTHER_SCRIPTS["Russian"][0]
    assert text == decode(text.encode("cp1251"), "a.tex", lambda: "euc_kr").text


def test_the_encoding_of_the_paper_is_asked_only_where_it_counts() -> None:
    """A file in UTF-8, as most are, costs no look at the root."""

    def broken() -> str:
        raise AssertionError

    assert decode("größer".encode(), "a.tex", broken).encoding == "utf-8"


ROOTS = [
    (b"\\documentclass{article}", None),
    (b"\\usepackage[utf8]{inputenc}", None),
    (b"gr\xf6\xdfer", None),
    (codecs.BOM_UTF16_LE + "größer".encode("utf-16-le"), None),
    (b"\\usepackage[latin1]{inputenc}", "latin-1"),
    (b"\\ifxetex\\usepackage[utf8]{inputenc}\\else\\usepackage[cp1252]{inputenc}\\fi", "cp1252"),
    (OTHER_SCRIPTS["Korean"][0].encode("euc_kr"), "euc_kr"),
]


@pytest.mark.parametrize(("root", "encoding"), ROOTS)
def test_the_root_tells_the_encoding_of_its_paper(root: bytes, encoding: str | None) -> None:
    """What the root declares holds for its files, be it ASCII itself; else what it is plainly written in."""
    assert encoding == encoding_of_paper(decode(root, "main.tex"))


@pytest.mark.parametrize("staged", [False, True], ids=["work tree", "elsewhere"])
def test_the_files_of_a_paper_are_read_in_its_encoding(staged: bool, tmp_path: Path) -> None:
    """What the root declares holds for its files and its bibliography, wherever their bytes come from."""
    files = {
        "main.tex": b"\\usepackage[cp866]{inputenc}\\documentclass{article}\\begin{document}\\input{a}\\bibliography{b}",
        "a.tex": "Метод".encode("cp866"),
        "b.bib": "@misc{k, title = {Метод}}".encode("cp866"),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(b"" if staged and name != "main.tex" else data)
    paper = load_paper(disk.locate(tmp_path / "main.tex"), files.get if staged else None)
    texts = [paper.project.files[1].source.text, paper.bibliographies[0].source.text]
    assert texts == ["Метод", "@misc{k, title = {Метод}}"]


@given(st.sampled_from(DECLARED), st.binary(max_size=60))
def test_no_declaration_loses_a_byte(declared: tuple[str, str, str], data: bytes) -> None:
    """A file with a declaration and whatever bytes comes back as it was."""
    whole = f"{declared[0]}\n".encode("ascii") + data.replace(b"\0", b"")
    assert whole == decode(whole, "a.tex").encode()


@given(
    st.sampled_from(["gb18030", "big5", "shift_jis", "euc_jp", "euc_kr", "cp1251", "koi8-r", "cp1253", "latin-1"]),
    st.text(max_size=80),
    st.binary(max_size=6),
)
def test_no_detection_loses_a_byte(encoding: str, text: str, broken: bytes) -> None:
    """Text of any script, with a few wrong bytes behind it, comes back as it was."""
    data = text.encode(encoding, "ignore").replace(b"\0", b"") * 3 + broken.replace(b"\0", b"")
    assert data == decode(data, "a.tex").encode()


POSITIONS = [
    ("", 0, (1, 1)),
    ("ab", 2, (1, 3)),
    ("a\nb", 1, (1, 2)),
    ("a\nb", 2, (2, 1)),
    ("a\r\nb", 3, (2, 1)),
    ("a\rb", 2, (2, 1)),
    ("a\u2028b\x0cc", 4, (1, 5)),
    ("a\n", 2, (2, 1)),
]


@pytest.mark.parametrize(("text", "offset", "place"), POSITIONS)
def test_position(text: str, offset: int, place: tuple[int, int]) -> None:
    """Lines and columns count from one; only LF, CRLF and CR end a line."""
    assert Position(*place, offset) == SourceText("a.tex", text).position(offset)


@given(st.text(alphabet="ab\n\r\u2028\x0b", max_size=30), st.data())
def test_positions_agree_with_counting(text: str, data: st.DataObject) -> None:
    """A position is what splitting the text by hand gives."""
    offset = data.draw(st.integers(0, len(text)))
    if text[offset - 1 : offset + 1] == "\r\n":
        offset -= 1  # inside a line end
    before = text[:offset].replace("\r\n", "\n").replace("\r", "\n")
    line, last = before.count("\n") + 1, before.rpartition("\n")[2]
    assert Position(line, len(last) + 1, offset) == SourceText("a.tex", text).position(offset)


@given(st.text(alphabet="ab\n\r", max_size=30))
def test_line_spans_joined_are_the_text(text: str) -> None:
    """Each character belongs to exactly one line."""
    source = SourceText("a.tex", text)
    lines = [source.slice(source.line_span(line)) for line in range(1, len(source.line_starts) + 1)]
    assert text == "".join(lines)


@pytest.mark.parametrize(
    ("text", "newline"), [("", "\n"), ("a", "\n"), ("a\nb\r\n", "\n"), ("a\r\nb\r\nc\n", "\r\n"), ("a\rb\r", "\r")]
)
def test_the_line_end_of_a_file_is_the_one_it_uses_most(text: str, newline: str) -> None:
    """A tie goes to LF."""
    assert newline == SourceText("a.tex", text).newline


SPANS = [
    (Span(0, 2), Span(2, 4), False, False),
    (Span(2, 4), Span(0, 2), False, False),
    (Span(0, 3), Span(2, 4), False, True),
    (Span(0, 4), Span(1, 2), True, True),
    (Span(1, 2), Span(1, 2), True, True),
    (Span(0, 4), Span(4, 4), True, False),
]


@pytest.mark.parametrize(("one", "other", "contains", "overlaps"), SPANS)
def test_spans(one: Span, other: Span, contains: bool, overlaps: bool) -> None:
    """Spans are half-open."""
    assert (contains, overlaps) == (one.contains(other), one.overlaps(other))
