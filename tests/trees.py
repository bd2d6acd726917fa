"""Results as map.py and optim.py leave them, made up."""
import itertools

import numpy as np
import torch

from utils.bounds import LARGEST
from utils.parameters import grid
from utils.regions import ndinterval
from utils.results.contents import MapResult, MethodResult, RegionsResult
from utils.results.layout import MAP, OPTIM
from utils.results.metadata import Metadata
from utils.runs.result_file import ResultFile
from utils.shapes.shape import load_stand_in

METHODS = ("naive", "OIR_B", "OIR_W")


def write_result(folder, class_nb=5, object_nb=0, seed=0, step=15, iterations=4, parameters=("azimuth", "elevation"),
                 largest=False, answers=False, part=False):
    """A map and regions of the stand-in of a class and number, as map.py and optim.py leave them.

    With `answers` the map has the network's first answers: its class, 3, where it is sure, else 4 or 5.
    With `part` the map is from 140 of its 168 views, and at most 5 % on the wrong side of 0.5.
    With `largest` there are largest boxes among the regions: one that is certified, and a start that is not confident.
    """
    random = np.random.default_rng(seed)
    shape = load_stand_in(class_nb, object_nb)
    xx, yy = grid(step)
    z = 1 / (1 + np.exp(4 * np.cos(np.radians(xx + 40 * seed)) + yy / 20 + random.normal(size=xx.shape) / 4))
    identity = dict(class_nb=class_nb, object_nb=object_nb, shape_id=shape.shape_id, network_name=folder.parts[-3])
    settings = dict(mesh_hash=shape.mesh_hash)
    found = {}
    if answers:
        identity["label"] = 3
        top1 = np.where(z >= 0.4, 3, 4 + (xx > 200))
        found = dict(top1=torch.from_numpy(top1.astype(np.int16)),
                     top1_score=torch.from_numpy(np.maximum(z, 0.4)).float(),
                     top1_names={3: "cup", 4: "bowl", 5: "hat | cap"})
    of_map = settings
    if part:
        of_map = dict(settings, views=140)
        asked = (np.arange(xx.size) % 6 < 5).reshape(xx.shape)
        found |= dict(asked=torch.from_numpy(asked), level=0.5, error=dict(
            share=0.02, low=0.01, high=0.05, confidence=0.95, n_views=100, n_wrong=2))
    ResultFile(folder / MAP, of_map).save_finished(
        dict(xx=torch.from_numpy(xx), yy=torch.from_numpy(yy), z=torch.from_numpy(z).float(), **identity, **found))
    n = len(parameters)
    points = np.array([[130, 30], [50, 20]])[:, :n]
    contents = dict(initial_point=points.tolist(), parameters=list(parameters), **identity)
    for k, method in enumerate(METHODS):
        half = np.arange(1, iterations + 1)[:, None] * random.random((len(points), 1, n)) * (k + 1)
        traces = np.stack((points[:, None] - half, points[:, None] + half), axis=2)
        contents[method] = dict(
            optim_trace=list(torch.from_numpy(traces)), loss_trace=list(torch.rand(2, iterations, dtype=torch.float64)),
            regions=[ndinterval(*trace[-1]) for trace in traces], problems=["", ""])
    if largest:
        nothing = np.full(n, np.nan)
        certificate = dict(level=0.5, confidence=0.95, n_views=299, n_below=0, low=0.0, high=0.01, mean=0.8, risk=0.01,
                           attempt=1)
        contents[LARGEST] = dict(
            optim_trace=list(torch.zeros(2, 0, 2, n, dtype=torch.float64)),
            loss_trace=list(torch.zeros(2, 0, dtype=torch.float64)),
            regions=[ndinterval(points[0] - 5.5, points[0] + 20.5), ndinterval(nothing, nothing)],
            problems=["", "not confident at the start (0.27)"], promises=[certificate, None],
            certificates=[dict(certificate, top1=1.0, worst=0.6, worst_at=[0.0] * n), None])
    ResultFile(folder / OPTIM, settings).save_finished(contents)


def map_of(z, step=(90, 20), **known):
    """A map with scores z, at azimuth 0, 90, .. and elevation -10, 10, .."""
    z = np.asarray(z, dtype=float)
    xx, yy = np.meshgrid(step[0] * np.arange(z.shape[1]), step[1] * np.arange(z.shape[0]) - 10)
    return MapResult(xx, yy, z, Metadata(**known))


def regions_of(points, methods, **known):
    """Regions {method: boxes (a, b)} from points."""
    return RegionsResult(np.array(points, dtype=float), {
        name: MethodResult([ndinterval(a, b) for a, b in boxes]) for name, boxes in methods.items()}, Metadata(**known))


def largest_share(xx, yy, held, point, wrap=False):
    """The share of the domain of the largest box of held cells around a point's grid point, by brute force.

    With `wrap` the map stands there three times, side by side, and a box of all its columns is a turn wide.
    """
    x, y = np.asarray(xx)[0], np.asarray(yy)[:, 0]
    column, row = np.argmin(abs(x - point[0])), np.argmin(abs(y - point[1]))
    n, rows_that_hold = len(x), np.asarray(held).all(1)
    if wrap:
        x, held, column = np.concatenate((x - 360, x, x + 360)), np.tile(held, 3), column + n
    counts = np.pad(held, ((1, 0), (1, 0))).cumsum(0).cumsum(1)  # of the cells below and to the left
    left, right = np.arange(column + 1)[:, None], np.arange(column, len(x))[None]
    best = 0.0
    for low, high in itertools.product(range(row + 1), range(row, len(y))):
        inside = (counts[high + 1, right + 1] - counts[low, right + 1] - counts[high + 1, left] + counts[low, left])
        holds = (inside == (high - low + 1) * (right - left + 1)) & (right - left < n)
        if wrap and rows_that_hold[low:high + 1].all():
            best = max(best, float(y[high] - y[low]) / 100)
        best = max(best, float((holds * (x[right] - x[left])).max() * (y[high] - y[low]) / 36000))
    return best
