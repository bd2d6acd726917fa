"""The rasterizer on the CPU, in numba."""
