"""The version of the package, where every room and the build can see it."""

__version__ = "0.1.0"
