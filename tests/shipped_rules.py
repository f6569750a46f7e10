"""The shipped rules, loaded once in a run."""

from cgtwatch.understand.own import shipped as shipped_rules

__all__ = ["shipped_rules"]
