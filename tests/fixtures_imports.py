"""A small file of each kind that a library takes in, with what is in it; titles, names and numbers are facts."""

from __future__ import annotations

import gzip
import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Sample:
    """The name and bytes of a file, how many works it lists, and how many of these have to be left out."""

    name: str
    data: bytes
    works: int
    left_out: int


def _lines(*items: dict[str, Any] | str) -> bytes:
    return "".join(f"{item if isinstance(item, str) else json.dumps(item)}\n" for item in items).encode()


CSL: list[dict[str, Any]] = [
    {
        "id": "http://zotero.org/users/1/items/AB",
        "citation-key": "vaswani2017",
        "type": "paper-conference",
        "title": "Attention is all you need",
        "author": [
            {"family": "Vaswani", "given": "Ashish"},
            {"family": "Gogh", "given": "Vincent", "non-dropping-particle": "van"},
            {"literal": "Google Brain"},
        ],
        "issued": {"date-parts": [["2017", 12]]},
        "container-title": "Advances in Neural Information Processing Systems",
        "page": "5998–6008",
        "volume": "30",
        "publisher": "Curran Associates",
    },
    {
        "type": "article-journal",
        "title": "The <i>E. coli</i> genome &amp; its H<sub>2</sub>O",
        "author": [{"family": "Blattner", "given": "F. R."}],
        "issued": {"raw": "5 September 1997"},
        "container-title": "Science",
        "DOI": "https://doi.org/10.1126/SCIENCE.277.5331.1453",
        "volume": 277,
        "issue": "5331",
        "page": "1453-1462",
    },
    {"id": "untitled", "type": "book"},
]
CROSSREF: list[dict[str, Any]] = [
    {
        "DOI": "10.1038/nature14539",
        "type": "journal-article",
        "title": ["Deep learning"],
        "author": [{"given": "Yann", "family": "LeCun", "sequence": "first"}],
        "container-title": ["Nature"],
        "published-print": {"date-parts": [[2015, 5]]},
        "volume": "521",
        "issue": "7553",
        "page": "436-444",
        "publisher": "Springer Science and Business Media LLC",
        "abstract": "<jats:title>Abstract</jats:title><jats:p>Of <jats:italic>layers</jats:italic>.</jats:p>",
    },
    {
        "DOI": "10.1/x",
        "type": "book-chapter",
        "title": [
            "Bounds on <mml:math><mml:msup><mml:mi>x</mml:mi> <mml:mn>2</mml:mn></mml:msup></mml:math> if a &lt; b"
        ],
        "author": [{"name": "The Group", "sequence": "first"}],
        "container-title": ["Handbook"],
        "issued": {"date-parts": [[None]]},
        "created": {"date-parts": [[2001, 1, 1]]},
        "publisher": "Elsevier",
    },
    {"DOI": "10.1/untitled", "type": "journal-article", "title": []},
]
OPENALEX: list[dict[str, Any]] = [
    {
        "id": "https://openalex.org/W2741809807",
        "doi": "https://doi.org/10.7717/peerj.4375",
        "title": "The state of OA",
        "publication_year": 2018,
        "type": "article",
        "primary_location": {"source": {"display_name": "PeerJ", "type": "journal"}},
        "locations": [{"landing_page_url": "https://arxiv.org/abs/1801.00001"}],
        "authorships": [{"author": {"display_name": "Heather Piwowar"}}, {"author": {"display_name": "Jason Priem"}}],
        "biblio": {"volume": "6", "issue": None, "first_page": "e4375", "last_page": "e4375"},
        "abstract_inverted_index": {"Open": [0], "grows": [2], "access": [1, 3]},
        "keywords": [{"display_name": "Open access"}],
    },
    {"id": "https://openalex.org/W1", "title": None},
]
SEMANTIC_SCHOLAR: list[dict[str, Any]] = [
    {
        "corpusid": 13756489,
        "externalids": {"ArXiv": "1706.03762", "ACL": None, "DOI": None},
        "title": "Attention is All you Need",
        "authors": [{"authorId": "1", "name": "Ashish Vaswani"}],
        "venue": "Neural Information Processing Systems",
        "year": 2017,
        "publicationtypes": ["Conference"],
        "journal": {"name": None, "pages": "5998-6008", "volume": None},
    },
    {"corpusid": 2, "abstract": "Of a part without titles."},
]
ARXIV: list[dict[str, Any]] = [
    {
        "id": "hep-th/9901001",
        "submitter": "Somebody",
        "title": 'Schr\\"odinger operators and\n  $\\Lambda$-terms',
        "authors_parsed": [['M\\"uller', "Ann", "Jr."], ["Atlas Collaboration", "", ""]],
        "categories": "hep-th math.MP",
        "doi": "10.1103/PhysRevD.59.1",
        "versions": [{"version": "v1", "created": "Mon, 4 Jan 1999 10:00:00 GMT"}],
    },
    {
        "id": "2501.00002",
        "submitter": "x",
        "title": "Later Work",
        "authors_parsed": [["Ng", "A."]],
        "categories": "cs.CL",
    },
    {"id": "2501.00001", "submitter": "x", "title": "", "authors_parsed": [], "categories": ""},
]
RIS = """TY  - JOUR
AU  - LeCun, Yann
AU  - Bengio, Yoshua
TI  - Deep learning
JO  - Nature
PY  - 2015/05/28/
VL  - 521
IS  - 7553
SP  - 436
EP  - 444
DO  - 10.1038/nature14539
KW  - networks
KW  - learning
ER  -

TY  - CHAP
A1  - Erdős, Paul
T1  - On a long
 title
T2  - Collected Papers
PB  - Elsevier
Y1  - 1961
ER  -
TY  - BOOK
PY  - 1999
ER  -
TY  - JOUR
TI  - Cut off
"""
DBLP = """<?xml version="1.0" encoding="ISO-8859-1"?>
<!DOCTYPE dblp SYSTEM "dblp.dtd">
<dblp>
<inproceedings mdate="2020-01-01" key="conf/nips/VaswaniSPUJGKP17"><author>Ashish Vaswani</author><author>J&uuml;rgen M&#252;ller 0001</author><title>Attention is All you Need.</title><pages>5998-6008</pages><year>2017</year><booktitle>NIPS</booktitle><ee>https://doi.org/10.1000/Abc</ee></inproceedings>
<article mdate="2020-01-01" key="journals/corr/abs-1807-00001" publtype="informal"><author>Ashish Vaswani</author><title>Sets of H<sub>2</sub>O &amp; R&eacute;nyi.</title><journal>CoRR</journal><volume>abs/1807.00001</volume><year>2018</year></article>
<www mdate="2020-01-01" key="homepages/v/AV"><author>Ashish Vaswani</author><title>Home Page</title></www>
<book key="books/x/Y"><author>Ann Y</author><year>1999</year></book>
</dblp>
"""
ACL = """<?xml version='1.0' encoding='UTF-8'?>
<collection id="P19">
  <volume id="1">
    <meta><booktitle>Proceedings of the 57th Annual Meeting of the <fixed-case>ACL</fixed-case></booktitle>
      <editor><first>Anna</first><last>Korhonen</last></editor>
      <publisher>Association for Computational Linguistics</publisher><address>Florence, Italy</address><month>July</month><year>2019</year></meta>
    <frontmatter><url hash="1">P19-1000</url></frontmatter>
    <paper id="1"><title>One Time of Interaction: <fixed-case>R</fixed-case>&amp;D at 5% of <tex-math>n^2</tex-math></title>
      <author><first>Chongyang</first><last>Tao</last></author><author><first/><last>Zheng</last></author>
      <pages>1–11</pages><url hash="2">P19-1001</url><doi>10.18653/v1/P19-1001</doi><bibkey>tao-etal-2019-one</bibkey></paper>
    <paper id="2"><author><first>No</first><last>Title</last></author></paper>
  </volume>
  <event id="acl-2019"><meta><title>Annual Meeting</title></meta></event>
</collection>
"""
JABREF = """% Encoding: UTF-8
@Article{knuth1984, author = {Donald E. Knuth}, title = {Literate Programming}, journal = {The Computer Journal}, year = {1984}, groups = {own}}
@Book{untitled, author = {Donald E. Knuth}}
@Comment{jabref-meta: databaseType:bibtex;}
"""
SAMPLES = {
    "bibtex": Sample("library.bib", JABREF.encode(), 2, 1),
    "jsonl": Sample("own.jsonl", _lines({"id": "a", "title": "A title"}, {"id": "b"}, "{broken"), 3, 2),
    "csl-json": Sample("export.json", json.dumps(CSL, indent=1).encode(), 3, 1),
    "ris": Sample("export.ris", RIS.replace("\n", "\r\n").encode("utf-8-sig"), 4, 2),
    "dblp": Sample("dblp.xml", DBLP.encode("latin-1"), 3, 1),
    "acl-anthology": Sample("P19.xml", ACL.encode(), 3, 1),
    "arxiv": Sample("arxiv-metadata.json", _lines(*ARXIV), 3, 1),
    "openalex": Sample("part_000", _lines(*OPENALEX), 2, 1),
    "semantic-scholar": Sample("papers-part0", _lines(*SEMANTIC_SCHOLAR), 2, 1),
    "crossref": Sample("0.json", json.dumps({"items": CROSSREF}).encode(), 3, 1),
}
"""Of each kind that is text a file."""

COMPRESSIONS = {"": bytes, ".gz": gzip.compress}


def zotero(path: Path) -> Path:
    """A database with the tables of Zotero 7 that describe works.

    It holds two works, one in the trash, one without title, and a note, an attachment and an annotation.
    """
    with closing(sqlite3.connect(path)) as database:
        database.executescript(_ZOTERO)
        database.commit()
    return path


_ZOTERO = """
CREATE TABLE itemTypes (itemTypeID INTEGER PRIMARY KEY, typeName TEXT, templateItemTypeID INT, display INT DEFAULT 1);
CREATE TABLE fields (fieldID INTEGER PRIMARY KEY, fieldName TEXT, fieldFormatID INT);
CREATE TABLE creatorTypes (creatorTypeID INTEGER PRIMARY KEY, creatorType TEXT);
CREATE TABLE libraries (libraryID INTEGER PRIMARY KEY, type TEXT NOT NULL, editable INT NOT NULL, filesEditable INT NOT NULL,
  version INT NOT NULL DEFAULT 0, storageVersion INT NOT NULL DEFAULT 0, lastSync INT NOT NULL DEFAULT 0, archived INT NOT NULL DEFAULT 0);
CREATE TABLE items (itemID INTEGER PRIMARY KEY, itemTypeID INT NOT NULL, dateAdded TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  dateModified TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, clientDateModified TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  libraryID INT NOT NULL, key TEXT NOT NULL, version INT NOT NULL DEFAULT 0, synced INT NOT NULL DEFAULT 0, UNIQUE (libraryID, key));
CREATE TABLE itemDataValues (valueID INTEGER PRIMARY KEY, value UNIQUE);
CREATE TABLE itemData (itemID INT, fieldID INT, valueID, PRIMARY KEY (itemID, fieldID));
CREATE TABLE creators (creatorID INTEGER PRIMARY KEY, firstName TEXT, lastName TEXT, fieldMode INT, UNIQUE (lastName, firstName, fieldMode));
CREATE TABLE itemCreators (itemID INT NOT NULL, creatorID INT NOT NULL, creatorTypeID INT NOT NULL DEFAULT 1,
  orderIndex INT NOT NULL DEFAULT 0, PRIMARY KEY (itemID, creatorID, creatorTypeID, orderIndex), UNIQUE (itemID, orderIndex));
CREATE TABLE tags (tagID INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE itemTags (itemID INT NOT NULL, tagID INT NOT NULL, type INT NOT NULL, PRIMARY KEY (itemID, tagID));
CREATE TABLE itemNotes (itemID INTEGER PRIMARY KEY, parentItemID INT, note TEXT, title TEXT);
CREATE TABLE itemAttachments (itemID INTEGER PRIMARY KEY, parentItemID INT, linkMode INT, contentType TEXT, charsetID INT, path TEXT,
  syncState INT DEFAULT 0, storageModTime INT, storageHash TEXT, lastProcessedModificationTime INT);
CREATE TABLE deletedItems (itemID INTEGER PRIMARY KEY, dateDeleted DEFAULT CURRENT_TIMESTAMP NOT NULL);
INSERT INTO libraries VALUES (1, 'user', 1, 1, 0, 0, 0, 0);
INSERT INTO itemTypes (itemTypeID, typeName) VALUES (1, 'annotation'), (3, 'attachment'), (11, 'conferencePaper'), (22, 'journalArticle'), (28, 'note'), (37, 'thesis');
INSERT INTO fields (fieldID, fieldName) VALUES (1, 'title'), (2, 'abstractNote'), (6, 'date'), (13, 'url'), (16, 'extra'), (19, 'volume'),
  (32, 'pages'), (38, 'publicationTitle'), (57, 'proceedingsTitle'), (59, 'DOI'), (76, 'issue'), (90, 'university');
INSERT INTO creatorTypes VALUES (8, 'author'), (10, 'editor'), (11, 'translator');
INSERT INTO items (itemID, itemTypeID, libraryID, key) VALUES (1, 22, 1, 'AAAA1111'), (2, 3, 1, 'BBBB2222'), (3, 28, 1, 'CCCC3333'),
  (4, 11, 1, 'DDDD4444'), (5, 37, 1, 'EEEE5555'), (6, 22, 1, 'FFFF6666'), (7, 1, 1, 'GGGG7777');
INSERT INTO itemAttachments (itemID, parentItemID) VALUES (2, 1);
INSERT INTO itemNotes VALUES (3, 1, '<p>mine</p>', 'mine');
INSERT INTO deletedItems (itemID) VALUES (5);
INSERT INTO itemDataValues VALUES (1, 'Deep learning of <i>cats</i>'), (2, '2015-05-28 2015-05-28'), (3, 'Nature'), (4, '521'), (5, '7553'),
  (6, '436-444'), (7, '10.1038/nature14539'), (8, 'Citation Key: lecunDeepLearning2015' || char(10) || 'PMID: 1'),
  (9, 'Attention Is All You Need'), (10, 'arXiv:1706.03762'), (11, 'Advances in NIPS'), (12, 2017), (13, 'Thrown away');
INSERT INTO itemData VALUES (1, 1, 1), (1, 6, 2), (1, 38, 3), (1, 19, 4), (1, 76, 5), (1, 32, 6), (1, 59, 7), (1, 16, 8),
  (4, 1, 9), (4, 16, 10), (4, 57, 11), (4, 6, 12), (5, 1, 13), (2, 1, 9);
INSERT INTO creators VALUES (1, 'Yann', 'LeCun', 0), (2, 'Yoshua', 'Bengio', 0), (3, '', 'Google Brain', 1), (4, 'Ed', 'Itor', 0);
INSERT INTO itemCreators VALUES (1, 2, 8, 1), (1, 1, 8, 0), (4, 3, 8, 0), (4, 4, 10, 1);
INSERT INTO tags VALUES (1, 'networks');
INSERT INTO itemTags VALUES (1, 1, 0);
"""
