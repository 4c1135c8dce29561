"""texscholar finds missing citations and fills related-work markers in LaTeX papers, on your own machine."""

__version__ = "0.1.0"
