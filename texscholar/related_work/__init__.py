"""From a related-work marker to a draft: topic, plan, outline."""

from texscholar.related_work.outline import Hand, Plan, Theme, block, draft, plan, topic_of

__all__ = ["Hand", "Plan", "Theme", "block", "draft", "plan", "topic_of"]
