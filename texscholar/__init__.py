"""texscholar finds missing citations and fills related-work markers in LaTeX papers, on your own machine."""

__version__ = "0.1.0"
__repository__ = "https://example.org/texscholar"  # as in pyproject.toml; what hooks and CI files are told to fetch
