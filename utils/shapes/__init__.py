"""Shapes: a class and object number, or a file -> a mesh in the published frame.

Nothing is imported here: `catalogue` and `frame` do without torch, `shape` does not.
"""
