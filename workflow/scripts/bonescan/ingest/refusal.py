"""The one way in which a file is left out while the others go on."""


class Refusal(ValueError):
    """Why a file, or one frame of it, is left out; the text quotes no header value of a patient.

    It is raised where the reason is found, and stands in the place of the view that was not made.
    """
