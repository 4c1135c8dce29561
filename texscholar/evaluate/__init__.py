"""Hide-and-recover measuring: the citations of a finished paper are hidden, and the program is asked for them."""

from texscholar.evaluate.hiding import Draft, Hidden, Waiting, hide
from texscholar.evaluate.measuring import Figures, Place, figures, places_of
from texscholar.evaluate.report import Measured, render_json, render_text

__all__ = [
    "Draft",
    "Figures",
    "Hidden",
    "Measured",
    "Place",
    "Waiting",
    "figures",
    "hide",
    "places_of",
    "render_json",
    "render_text",
]
