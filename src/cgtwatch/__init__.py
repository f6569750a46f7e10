"""cgtwatch watches regulators for changes of cell and gene therapy policy and tells the people who must know."""

__version__ = "0.1.0"
