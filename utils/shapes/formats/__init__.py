"""Mesh formats: a module for each, with a function read(path, most_pixels) that returns a Mesh.

`most_pixels` is how many pixels a texture's image may have; 0 stands for a mesh without colours.
"""
