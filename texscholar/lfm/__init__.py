"""The local LFM: which models, what they are asked, and the worker process that answers."""

from texscholar.lfm.budget import BudgetedModel
from texscholar.lfm.catalogue import VARIANTS, Variant
from texscholar.lfm.model import ChooseQuestion, JudgeQuestion, LocalModel, Model
from texscholar.lfm.places import installed
from texscholar.lfm.prompts import Option

__all__ = [
    "VARIANTS",
    "BudgetedModel",
    "ChooseQuestion",
    "JudgeQuestion",
    "LocalModel",
    "Model",
    "Option",
    "Variant",
    "installed",
]
