"""The local LFM: which models, what they are asked, and the worker process that answers."""

from texscholar.lfm.agent import Query, SearchLibrary
from texscholar.lfm.backend import Adapter, Backend, Generated, Generation, Sampling
from texscholar.lfm.budget import Budget
from texscholar.lfm.catalogue import VARIANTS, Variant
from texscholar.lfm.local import LocalBackend
from texscholar.lfm.model import AskQuestion, ChooseQuestion, JobModel, JudgeQuestion, Model, WriteQuestion
from texscholar.lfm.places import installed
from texscholar.lfm.prompts import Option, Prompt

__all__ = [
    "VARIANTS",
    "Adapter",
    "AskQuestion",
    "Backend",
    "Budget",
    "ChooseQuestion",
    "Generated",
    "Generation",
    "JobModel",
    "JudgeQuestion",
    "LocalBackend",
    "Model",
    "Option",
    "Prompt",
    "Query",
    "Sampling",
    "SearchLibrary",
    "Variant",
    "WriteQuestion",
    "installed",
]
