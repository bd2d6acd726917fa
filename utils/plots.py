"""Figures from arrays."""
import matplotlib

matplotlib.use("Agg")  # files only: no screen is needed

import matplotlib.pyplot as plt  # noqa: E402

COLORMAP = "viridis"  # even in lightness, and readable for the colour-blind


def plot_map(xx, yy, z, title, path):
    """Draw confidence over azimuth and elevation as a PNG.

    Args:
        xx, yy, z: [elevations, azimuths] degrees, degrees, confidence.
        title: above the map.
        path: of the PNG.
    """
    figure, axes = plt.subplots(figsize=(9, 3.4), layout="constrained")
    cells = axes.pcolormesh(xx, yy, z, vmin=0, vmax=1, cmap=COLORMAP, shading="nearest")
    axes.set(title=title, xlabel="azimuth (degrees)", ylabel="elevation (degrees)")
    axes.set_xticks(range(0, 361, 45))
    axes.set_yticks(range(-10, 91, 20))
    figure.colorbar(cells, label="confidence in the class", pad=0.01)
    figure.savefig(path, dpi=150)
    plt.close(figure)
