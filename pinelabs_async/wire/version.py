"""The version of the distribution, said once."""

__version__: str = "0.1.0"
