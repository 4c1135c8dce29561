"""From a related-work marker to a draft: topic, plan, outline, block."""

from texscholar.related_work.block import block
from texscholar.related_work.drafting import DraftSentence, Paragraph, text_of
from texscholar.related_work.hand import Hand
from texscholar.related_work.marks import Marks, learn_marks
from texscholar.related_work.outline import draft
from texscholar.related_work.phrases import written_in
from texscholar.related_work.planning import Plan, plan
from texscholar.related_work.refreshing import Before, as_own, before_drafts
from texscholar.related_work.themes import Theme
from texscholar.related_work.topic import topic_of

__all__ = [
    "Before", "DraftSentence", "Hand", "Marks", "Paragraph", "Plan", "Theme", "as_own", "before_drafts", "block",
    "draft", "learn_marks", "plan", "text_of", "topic_of", "written_in",
]  # fmt: skip
