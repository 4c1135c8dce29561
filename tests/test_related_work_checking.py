"""The check of a draft: which sentences stand, and for which reason the others do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from texscholar.bibtex import Author, Work
from texscholar.lfm.prose import prose
from texscholar.related_work.checking import Check, Ground, split
from texscholar.related_work.stock import agreeing, claiming, claimless
from texscholar.related_work.support import (
    Source,
    numbers_in,
    source_of,
    support,
)

MAPS = Work(
    "Drawing Maps of Rivers",
    (Author("Ames", "Ann"), Author("Bly", "Bo"), Author("Cole")),
    2015,
    "Journal of Maps",
    abstract="Maps of rivers are costly. A camera on a balloon takes pictures at low altitude, and a program called "
    "RiverNet joins the pictures to a map of the whole river within 48 hours, which farmers and fishers near the banks "
    "can read without training.",
)
CHARTS = Work("Sea Charts from Echo Soundings", (Author("Dorn", "Di"),), 2018, "Oceans")
LAKES = Work("Lakes Seen from Satellites", (Author("Eder", "Ed"), Author("Fox", "Flo")), 2020)
TOOL = Work("sea2map: Sea Charts from Echo Soundings", year=2021)
GROUND = Ground(
    (MAPS, CHARTS, LAKES, TOOL),
    "maps of water",
    "A Map of All Wells. We count 310 wells in Kenya.",
    "We present a map of all wells in Kenya. We count 310 wells.",
)
GOOD = "[1] take pictures with a camera on a balloon and join the pictures to a map."


def refused(*texts: str, ground: Ground = GROUND, most: int = 1) -> str:
    """Why the last of some sentences is refused; empty where it stands."""
    check = Check(ground, most)
    return [check.sentence(text) for text in texts][-1].refused


@pytest.mark.parametrize(
    "texts",
    [
        (GOOD,),
        ("[2] draws sea charts from echo soundings.",),
        ("Sea charts are drawn from echo soundings [2].",),
        ("Rivers are seen by a camera on a balloon (within 48 hours) [1].",),
        ("In 2015, [1] draw maps of rivers with RiverNet.",),
        ("Ames et al. [1] draw maps of rivers from pictures.",),
        ("Eder and Fox [3] see lakes from satellites.",),
        ("Dorn [2] draws sea charts from echo soundings.",),
        ("Several studies consider maps of water.", "[3] observe lakes from satellites."),
        (GOOD, "In contrast, [3] see lakes from satellites."),
        (GOOD, "Unlike [1], [2] draws sea charts from echo soundings."),
        ("Maps are drawn from pictures of rivers [1], from satellites [3], or from echo soundings [2].",),
        ("[1] read the rivers without training.",),
        ("Pictures of rivers, i.e. maps from a balloon, are joined by [1].",),
        ("Sea Charts and Echo Soundings [2] are studied.",),
        ("sea2map is a program for sea charts from echo soundings [4].",),
    ],
)
def test_what_stands(texts: tuple[str, ...]) -> None:
    """A sentence that the records bear out stands, wherever its citation is."""
    check = Check(GROUND)
    assert [check.sentence(text).refused for text in texts] == [""] * len(texts)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[5] draw maps of rivers from pictures.", "it cites no work on offer"),
        ("[0] draw maps of rivers from pictures.", "it cites no work on offer"),
        ("[1] draw \\emph{maps} of rivers from pictures.", "it holds characters that no draft may hold"),
        ("[1] draw maps of rivers\u202e from pictures.", "it holds characters that no draft may hold"),
        ("[1] draw maps of rivers from pictures", "it does not end as a statement"),
        ("[1] draw maps of rivers from pictures...", "it does not end as a statement"),
        ("[1] draw maps of rivers from pictures?", "it does not end as a statement"),
        ("[1] draw maps of rivers (from pictures.", "its brackets do not match"),
        ("[1] draw maps) of rivers (from pictures.", "its brackets do not match"),
        ("[1] draw 'maps of rivers from pictures.", "its quotation marks do not match"),
        ("[1] draw draw maps of rivers from pictures.", "it stumbles"),
        ("[1] draw maps of rivers , from pictures.", "it stumbles"),
        ("[1] draw maps of rivers,, from pictures.", "it stumbles"),
        ("[1] and other authors describe and study it.", "too few of its words stand in the records"),
        ("[1] draw maps of rivers at www.rivers.org today.", "it holds an address"),
        ("[1] draw maps of rivers http://rivers from pictures.", "it holds an address"),
        ("Maps of rivers [1].", "it is no sentence"),
        ("[1].", "it is no sentence"),
        (f"[1] draw {'maps of rivers and ' * 20}pictures.", "it is too long"),
        ("draw maps of rivers from pictures [1].", "it begins in the middle"),
        ("We draw maps of rivers from pictures as in [1].", "it speaks of the paper itself"),
        ("This paper follows the maps of rivers of [1].", "it speaks of the paper itself"),
        ("They draw maps of rivers from pictures [1].", "it rests on a sentence that is not there"),
        ("In contrast, [1] draw maps of rivers from pictures.", "it rests on a sentence that is not there"),
        ("Smith et al. [1] draw maps of rivers from pictures.", "Smith is no author of the work"),
        ("Ames and Smith [1] draw maps of rivers from pictures.", "Ames is no author of the work"),
        ("Eder and Fox [1] draw maps of rivers from pictures.", "Eder is no author of the work"),
        ("[1] draw maps of rivers within 47 hours.", "the number 47 stands nowhere"),
        ("In 2016, [1] draw maps of rivers from pictures.", "the number 2016 stands nowhere"),
        ("[1] draw maps of seven rivers from pictures.", "the number 7 stands nowhere"),
        ("[1] draw maps of rivers in Norway from pictures.", "the name Norway stands nowhere"),
        ("Smith draws maps of rivers from pictures [1].", "the name Smith stands nowhere"),
        ("[1] draw maps of rivers with LakeNet from pictures.", "the name LakeNet stands nowhere"),
        ("[1] draw maps of rivers with GPS from pictures.", "the name GPS stands nowhere"),
        ("[1] are the first to draw maps of rivers from pictures.", "no record says first"),
        ("[1] do not draw maps of rivers from pictures.", "no record says not"),
        ("[2] doesn't draw sea charts from echo soundings.", "no record denies anything"),
        ("[2] draws no sea charts from echo soundings.", "no record denies anything"),
        ("Maps and charts of water are drawn from echo soundings by [1][2][3][4].", "it cites too many works at once"),
        ("[1] draw better maps of rivers from pictures.", "no record says better"),
        ("[1] train large networks on images of mountains.", "too few of its words stand in the records"),
        ("[2] draws sea charts of many coral reefs by robots.", "too few of its words stand in the records"),
        ("[1] take pictures of a river with a camera on a balloon at low altitude, which is the standard today.",
         "too few words of a clause stand in the records: is the standard today"),
        ("[1] take pictures of a river with a camera on a balloon at low altitude and save lives.",
         "too few words of a clause stand in the records: save lives"),
        ("Rivers are mapped by a camera on a balloon [1], and lakes by echo soundings [2].",
         ""),
        ("[1] take pictures of rivers from low altitude, while [2] draws maps of rivers.",
         "too few words of a clause stand in the records: draws maps of rivers"),
        ("Maps of rivers are drawn from pictures of a camera [1][2].", "too few of its words stand in one of the records"),
        (
            "[1] say that a camera on a balloon takes pictures at low altitude, and a program joins the pictures.",
            "it copies an abstract",
        ),
        ("Several studies draw maps of mountains.", "it claims something and names no work"),
        ("Maps have long been read by farmers.", "it claims something and names no work"),
        ("Several other studies consider, describe, discuss and explore maps of water in various further ways.",
         "it says more than a connecting sentence may"),
        ("Several recent studies by Smith consider maps of water.", "the name Smith stands nowhere"),
    ],
)  # fmt: skip
def test_what_is_refused(text: str, reason: str) -> None:
    """Each kind of fault is found, and told as itself."""
    assert refused(text) == reason


@pytest.mark.parametrize(
    ("texts", "most", "reason"),
    [
        ((GOOD, GOOD), 1, "it was said before"),
        ((GOOD, "Maps of rivers are costly, say [1]."), 1, "it describes a work once more"),
        ((GOOD, "Maps of rivers are costly, say [1]."), 2, ""),
        ((GOOD, "[1] join pictures to a map and take the pictures with a camera on a balloon."), 2,
         "it says the same as another one"),
        (("Several studies consider maps of water.", "Other studies use maps of water."), 1,
         "it is the second one without a work"),
        (("[9] is wrong.", "However, [3] see lakes from satellites."), 1, "it rests on a sentence that is not there"),
        (("[9] is wrong.", "[3] see lakes from satellites."), 1, ""),
    ],
)  # fmt: skip
def test_in_company(texts: tuple[str, ...], most: int, reason: str) -> None:
    """Nothing is said twice, and nothing rests on what was refused."""
    assert refused(*texts, most=most) == reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("We present a map of all wells in Kenya.", ""),
        ("In this paper, we count wells and give a map.", ""),
        ("We present maps of water.", "it claims what the paper does not"),
        ("We draw a map of all wells from satellites.", "it claims what the paper does not"),
        ("We count 320 wells in a map.", "the number 320 stands nowhere"),
        ("We present a map of all wells in Uganda.", "the name Uganda stands nowhere"),
        ("We present the first map of all wells.", "no record says first"),
        ("We present a map of wells unlike [1].", "it cites a work"),
        ("In contrast to these works, we present a map of all wells.", "it compares the paper with others"),
        ("Maps of all wells are present.", "it does not speak of the paper"),
        ("We further consider related work.", "it says nothing of what the paper contributes"),
        ("We present a map of $x$ wells.", "it holds characters that no draft may hold"),
    ],
)
def test_closing(text: str, reason: str) -> None:
    """The last sentence says what the paper says of itself, and nothing else."""
    assert Check(GROUND).closing(text).refused == reason


def test_closings_differ() -> None:
    """No two paragraphs end alike."""
    before = ["We present a map of all wells in Kenya."]
    assert Check(GROUND).closing("We give a map of all wells in Kenya.", before).refused == "another paragraph ends so"


def test_nothing_is_copied_from_the_paper() -> None:
    """Twelve words of the paper's own are too many as well."""
    claims = "We present a map of all wells in Kenya that any farmer with a telephone can read at once."
    ground = Ground((), "", claims, claims)
    assert Check(ground).closing(claims).refused == "it copies the paper"


@pytest.mark.parametrize(
    ("language", "work", "text"),
    [
        ("de", Work("Karten von Flüssen aus Bildern"), "[1] zeichnet Karten von Flüssen aus Bildern."),
        ("fr", Work("Étude de cartes"), "[1] présente l'étude de cartes d'autres."),
        ("fr", Work("Cartes de rivières à partir d'images"), "[1] présente des cartes de rivières, tirées d'images."),
        ("es", Work("Mapas de ríos con imágenes"), "[1] presenta mapas de ríos con imágenes."),
        ("zh", Work("基于图像的河流地图"), "[1]提出了一种基于图像的河流地图方法。"),
        ("ja", Work("画像による河川地図の作成"), "[1]は画像による河川地図の作成を提案した。"),
        ("ko", Work("영상을 이용한 하천 지도"), "[1]은 영상을 이용한 하천 지도를 제안하였다."),
        ("ar", Work("رسم خرائط الأنهار من الصور"), "يقترح [1] رسم خرائط الأنهار من الصور."),
    ],
)
def test_in_other_languages(language: str, work: Work, text: str) -> None:
    """A sentence in the language of its record stands; the same of another record does not."""
    assert refused(text, ground=Ground((work,), language=language)) == ""
    other = Ground((Work("Sorting Numbers Quickly"),), language=language)
    assert refused(text, ground=other) != ""


@pytest.mark.parametrize(
    ("language", "text", "reason"),
    [
        ("de", "Wir zeichnen wie [1] Karten von Flüssen.", "it speaks of the paper itself"),
        ("fr", "Nous suivons [1] et présentons des cartes.", "it speaks of the paper itself"),
        ("zh", "我们与[1]一样提出河流地图方法。", "it speaks of the paper itself"),
        ("ja", "本研究は[1]と同じ河川地図を提案した。", "it speaks of the paper itself"),
        ("ko", "본 논문은 [1]의 지도를 제안한다.", "it speaks of the paper itself"),
        ("ar", "نقترح مثل [1] خرائط الأنهار من الصور.", "it speaks of the paper itself"),
        ("de", "[1] zeichnet Karten von sieben Flüssen.", "the number 7 stands nowhere"),
        ("zh", "[1]提出了三种河流地图方法。", "the number 三 stands nowhere"),
        ("de", "[1] zeichnet Karten nach Müller und Flüssen.", "the name Müller stands nowhere"),
    ],
)
def test_refused_in_other_languages(language: str, text: str, reason: str) -> None:
    """First persons, numbers in words and names are known in the other languages too."""
    work = Work("Karten von Flüssen: cartes, 河流地图方法, 河川地図")
    assert refused(text, ground=Ground((work,), language=language)) == reason


def test_copies_without_spaces() -> None:
    """Where no spaces part words, twenty characters in a row are a copy."""
    abstract = "气球上的相机在低空拍摄河流的照片并将其拼接成整条河流的地图"
    ground = Ground((Work("河流地图", abstract=abstract),), language="zh")
    assert refused(f"[1]{abstract}。", ground=ground) == "it copies an abstract"


def test_words_that_bear_out() -> None:
    """A sentence that stands comes with its words that the records hold, as written."""
    assert Check(GROUND).sentence("In 2018, [2] draws Sea Charts by echo soundings.").words == (
        "Sea", "Charts", "echo", "soundings",
    )  # fmt: skip
    assert support("气球相机", Source("气球上的相机"), "zh").words == ("气球", "相机")


@pytest.mark.parametrize(
    ("text", "is_enough"),
    [
        ("old sea charts", True),
        ("old sea charts of oceans in colour", True),  # 4 of 5
        ("old charts in colour", True),  # 2 of 3
        ("old colours", False),
        ("old sea charts in bright colours", False),  # 3 of 5
        ("with other words", False),
    ],
)
def test_threshold(text: str, is_enough: bool) -> None:
    """Three of four content words must stand in the records, however little these say; or two of three."""
    assert support(text, Source("Old Sea Charts of Oceans"), "en").is_enough is is_enough


def test_what_a_record_says() -> None:
    """Title, key words and abstract bear out what is said; authors, year and venue only that they are named."""
    work = Work("Word-Level Maps", (Author("Édouard", "Al"),), 1999, "Oceans", fields=(("keywords", "tides"),))
    source = source_of([work])
    assert {"word", "wordlevel", "maps", "tides"} <= source.words
    assert {"edouard", "al", "oceans", "1999"} <= source.names
    assert source.numbers == {"1999"}
    assert support("oceans, tides and wordlevel maps", source, "en").missing == ("oceans",)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("no number, and one of them", []),
        ("in 2015 of 3,000", ["2015", "3", "000"]),
        ("Seven rivers, a dozen lakes", ["7", "12"]),
        ("sieben Flüsse, sept rivières, siete ríos, سبعة", ["7", "7", "7", "7"]),
        ("一般的统一方法", []),
        ("三种方法", ["三"]),
    ],
)
def test_numbers(text: str, numbers: list[str]) -> None:
    """Digits, and numbers in words from two on; a Chinese numeral only before what it counts."""
    assert numbers_in(text) == numbers


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One is here. Two is there.", ("One is here.", "Two is there.")),
        ("Ames et al. [1] draw maps. [2] does not.", ("Ames et al. [1] draw maps.", "[2] does not.")),
        ("See e.g. [1] and others. So it is", ("See e.g. [1] and others.",)),
        ("一。二。三", ("一。", "二。")),
        ("A. Ames draws.  So\ndo [2].", ("A. Ames draws.", "So do [2].")),
        ("", ()),
    ],
)
def test_split(text: str, sentences: tuple[str, ...]) -> None:
    """Abbreviations and initials end no sentence; what does not end is none."""
    assert split(text) == sentences


@given(st.text(st.sampled_from("[]123 .,()'Aamaps\\{}%$\u202e\0河。"), max_size=60))
def test_whatever_comes(text: str) -> None:
    """No text makes the check fail, and what stands is of the form agreed."""
    for sentence in split(text):
        if Check(GROUND).sentence(sentence).stands:
            assert prose(4).accepts(sentence)


@pytest.mark.parametrize("language", ["en", "ar", "zh", "fr", "de", "ja", "ko", "es", "xx"])
def test_stock(language: str) -> None:
    """Every language has words that claim nothing and words that claim much, English ones among them."""
    assert {"propos", "the"} <= claimless(language)
    assert {"first", "not"} <= claiming(language)


def test_agreement() -> None:
    """Verbs are known in singular and plural, and lead back to one another."""
    one, many = agreeing("en")
    assert (one["propose"], one["study"], one["discuss"], many["applies"]) == (
        "proposes", "studies", "discusses", "apply",
    )  # fmt: skip
    assert agreeing("de")[0]["schlagen"] == "schlägt"
    assert agreeing("ja") == ({}, {})
