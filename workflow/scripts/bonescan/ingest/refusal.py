"""The one error by which a file is left out while the others go on."""


class Unsuitable(ValueError):
    """A file or frame that cannot be used; the message is the reason and quotes no header value of a patient."""
