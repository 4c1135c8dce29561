"""The local LFM: which models, what they are asked, and the worker process that answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from texscholar.lazy import exports

if TYPE_CHECKING:
    from texscholar.lfm.agent import Query, SearchLibrary
    from texscholar.lfm.backend import Adapter, Backend, Generated, Generation, Sampling
    from texscholar.lfm.budget import Budget
    from texscholar.lfm.cache import AnswerCache, CachedBackend
    from texscholar.lfm.catalogue import VARIANTS, Variant
    from texscholar.lfm.local import LocalBackend
    from texscholar.lfm.model import AskQuestion, ChooseQuestion, JobModel, JudgeQuestion, Model, WriteQuestion
    from texscholar.lfm.opening import open_local
    from texscholar.lfm.places import installed
    from texscholar.lfm.prompts import Option, Prompt

__all__ = [
    "VARIANTS", "Adapter", "AnswerCache", "AskQuestion", "Backend", "Budget", "CachedBackend", "ChooseQuestion",
    "Generated", "Generation", "JobModel", "JudgeQuestion", "LocalBackend", "Model", "Option", "Prompt", "Query",
    "Sampling", "SearchLibrary", "Variant", "WriteQuestion", "installed", "open_local",
]  # fmt: skip

__getattr__ = exports(
    __name__,
    {
        "agent": "Query SearchLibrary",
        "backend": "Adapter Backend Generated Generation Sampling",
        "budget": "Budget",
        "cache": "AnswerCache CachedBackend",
        "catalogue": "VARIANTS Variant",
        "local": "LocalBackend",
        "model": "AskQuestion ChooseQuestion JobModel JudgeQuestion Model WriteQuestion",
        "opening": "open_local",
        "places": "installed",
        "prompts": "Option Prompt",
    },
)
