"""LaTeX as a document model with exact places: scanner, prose, sentences, citations, markers, projects."""

from texscholar.latex.citations import Citation, CitedKey, CiteStyle, find_citations, find_wrappers
from texscholar.latex.markers import Block, Marker, Placeholder, Suppression, is_placeholder_key
from texscholar.latex.project import Project, Reader, TexFile, is_root, read_project, roots_of
from texscholar.latex.prose import Heading, Prose, read_prose
from texscholar.latex.scan import Scan, scan
from texscholar.latex.sentences import Sentence, split_sentences

__all__ = [
    "Block", "Citation", "CiteStyle", "CitedKey", "Heading", "Marker", "Placeholder", "Project", "Prose", "Reader",
    "Scan", "Sentence", "Suppression", "TexFile", "find_citations", "find_wrappers", "is_placeholder_key", "is_root",
    "read_project", "read_prose", "roots_of", "scan", "split_sentences",
]  # fmt: skip
