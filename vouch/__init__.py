"""The words that every part of Vouch shares: types, ports, errors, settings, weights. Nothing heavy."""

__version__ = "0.1.0"
