"""The rasterizer on a GPU, in Triton."""
