"""A point of the semantic space to an image, to a score, and its gradient."""
