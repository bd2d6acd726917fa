"""How networks compare, as the explorer's page holds it: the leaderboard and the cover curves, in lists and numbers."""
from typing import Any

from pandas.api.types import is_integer_dtype

from ..errors import InputError, with_options
from ..findings import leaderboard
from ..findings.audit import LEVEL
from ..findings.cover import Covers, covers
from ..findings.intervals import INTERVAL
from ..findings.rows import Tables
from ..findings.tables import Table
from ..results.left_out import LeftOut

MEANINGS = {
    leaderboard.RIGHT: "views in which the class is the first answer",
    leaderboard.MEAN: "mean over the map",
    leaderboard.EXACT: "share of the domain of the largest boxes on the map that hold",
    leaderboard.over(LEVEL): "views that reach the level",
}
OF_METHODS = {leaderboard.SRVR: "share of the domain of the method's regions",
              leaderboard.PURITY: "share of the views in its regions that reach the level"}


class Noted(LeftOut):
    """What is left out, for the page to say: nothing is printed."""

    def add(self, line: str) -> None:
        self.lines.append(with_options(line))

    def notes(self) -> list[str]:
        """A line for each."""
        return [f"Left out: {line}." for line in dict.fromkeys(self.lines)]


def leaderboard_view(found: Tables) -> dict[str, Any]:
    """The leaderboard: its title, notes, and metrics.

    A metric has a name, its meaning, and rows of the networks, the best first: [network, mean, low, high, verdict]. The
    verdict is on the difference to the next row, None in the last. Where networks cannot be compared there are no
    metrics, and the notes say why.
    """
    left_out = Noted("")
    try:
        board = leaderboard.leaderboard(found, LEVEL, left_out)
    except InputError as error:
        return dict(title="Networks", metrics=[], notes=[f"No leaderboard: {with_options(str(error))}."])
    tables = board.tables()
    verdicts = {(metric, network): f"{_verdict(said)} (p {p:.3f})"
                for metric, network, _, _, _, p, said in tables["leaderboard_neighbours"].rows()}
    metrics = [dict(name=metric, meaning=_meaning(metric), rows=[
        [network, *estimate, verdicts.get((metric, network))]
        for network, estimate in sorted(of_networks.items(), key=lambda one: -one[1].value)])
        for metric, of_networks in board.estimates.items()]
    notes = [note for table in tables.values() for note in table.notes]
    return dict(title=board.title, metrics=metrics, notes=[*notes, *left_out.notes()])


def cover_view(found: Tables) -> dict[str, Any]:
    """The cover curves: title, notes, a table, and for each purity the lines of the networks, in percent.

    Where nothing can be covered there are no curves and no table, and the notes say why.
    """
    left_out = Noted("")
    try:
        of_maps: Covers = covers(Tables(found.maps, {}, measure=found.measure, wrap=found.wrap), LEVEL, left_out)
    except InputError as error:
        return dict(title="Boxes that cover the confident views", curves=[], table=None,
                    notes=[f"No cover: {with_options(str(error))}.", *left_out.notes()])
    curves = [dict(purity=purity, lines=[
        dict(network=network, n_objects=curve.n_objects, covered=curve.covered.tolist(), low=curve.low.tolist(),
             high=curve.high.tolist()) for network, curve in of_networks.items()])
        for purity, of_networks in of_maps.curves().items()]
    table = of_maps.tables()["cover"]
    return dict(title=of_maps.title, curves=curves, table=table_view(table), interval=f"{INTERVAL:.0%}",
                notes=[*table.notes, *left_out.notes()])


def table_view(table: Table) -> dict[str, Any]:
    """A table: title, columns, rows of text, numbers and estimates [value, low, high], and digits of its columns."""
    return dict(title=table.title, columns=list(table.frame), rows=table.rows(), digits=[
        0 if is_integer_dtype(kind) else table.digits for kind in table.frame.dtypes])


def _meaning(metric: str) -> str:
    """What a metric is a mean of, in percent."""
    return MEANINGS.get(metric) or next(words for begin, words in OF_METHODS.items() if metric.startswith(begin))


def _verdict(said: str) -> str:
    return dict(yes="more than chance", no="may be chance").get(said, said)
