"""From a related-work marker to a draft: topic, plan, outline."""

from texscholar.related_work.drafting import DraftSentence, Paragraph, text_of
from texscholar.related_work.outline import Hand, block, draft
from texscholar.related_work.planning import Plan, plan
from texscholar.related_work.themes import Theme
from texscholar.related_work.topic import topic_of

__all__ = ["DraftSentence", "Hand", "Paragraph", "Plan", "Theme", "block", "draft", "plan", "text_of", "topic_of"]
