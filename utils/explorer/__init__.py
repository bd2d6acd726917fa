"""A tree of results to one page."""
