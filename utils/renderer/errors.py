"""The renderer's error for files."""


class MeshError(ValueError):
    """A mesh that cannot be rendered; the message names the file, the line where there is one, and what is wrong."""
