"""Hide-and-recover measuring: the citations of a finished paper are hidden, and the program is asked for them."""

from texscholar.evaluate.hiding import Draft, Hidden, Waiting, hide
from texscholar.evaluate.measuring import Figures, Place, average, figures, places_of, trace
from texscholar.evaluate.page import render_html
from texscholar.evaluate.peers import PEERS, Peers
from texscholar.evaluate.report import Measured, render_json, render_text

__all__ = [
    "PEERS",
    "Draft",
    "Figures",
    "Hidden",
    "Measured",
    "Peers",
    "Place",
    "Waiting",
    "average",
    "figures",
    "hide",
    "places_of",
    "render_html",
    "render_json",
    "render_text",
    "trace",
]
