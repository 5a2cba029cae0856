"""``hyper serve``: a database over HTTP with no code, as an application of HyperApp's on the models' own querysets.

``application`` makes it of models and settings; ``hyperdjango._serve`` is the command.
"""

from hyperdjango.serve.application import application
from hyperdjango.serve.settings import ServeSettings

__all__ = ["ServeSettings", "application"]
