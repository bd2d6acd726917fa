"""The semantic space: the numbers of a point, their domain, and the map's grid (Hamdi & Ghanem 2019, section 4).

Nothing here needs torch: the scripts check what they are given before they load it.
"""
from dataclasses import dataclass

import numpy as np

from utils.regions import ndinterval


@dataclass(frozen=True)
class Parameter:
    """One number of a semantic point.

    Attributes:
        name: of the parameter.
        unit: that it is measured in.
        begin, end: its domain; for azimuth and elevation the paper's.
        default: its value where it is not among a point's numbers.
    """
    name: str
    unit: str
    begin: float
    end: float
    default: float


PARAMETERS = {parameter.name: parameter for parameter in (
    Parameter("azimuth", "degrees", 0, 360, default=0),
    Parameter("elevation", "degrees", -10, 90, default=35),
    Parameter("distance", "half lengths of the object's longest side", 2, 4, default=2.732),
)}
AZIMUTH_AND_ELEVATION = ("azimuth", "elevation")


def domain_of(parameters):
    """The box of all allowed points of the named parameters: a ndinterval."""
    return ndinterval([PARAMETERS[name].begin for name in parameters], [PARAMETERS[name].end for name in parameters])


def grid(step=3):
    """The map's grid of viewpoints (section 4): azimuth 0, step, .. < 360; elevation -10, -10 + step, .. < 90.

    Args:
        step: degrees.

    Returns:
        xx, yy: azimuth and elevation, two arrays [elevations, azimuths].
    """
    step = int(step) if step == int(step) else step  # whole degrees stay whole numbers
    azimuth, elevation = (p.begin + step * np.arange(int(np.ceil((p.end - p.begin) / step)))
                          for p in (PARAMETERS[name] for name in AZIMUTH_AND_ELEVATION))
    return np.meshgrid(azimuth, elevation)
