"""Which of the paper's optimizers grows larger regions, and which purer ones? Paired over the same objects.

    python -m docs.optimizers_compared RESULTS

reads a folder of maps and regions of one network. For each two optimizers it prints the mean difference of SRVR and of
purity over objects, its 95 % interval, and the p of the paired permutation test of `report.py leaderboard`.
"""
import argparse
from itertools import combinations
from pathlib import Path

import pandas as pd

from utils import load_tree
from utils.bounds import OPTIMIZERS
from utils.findings.intervals import difference

MEASURED = {"SRVR": "share", "purity": "purity"}
LEAST = 0.005  # percent: a smaller difference rounds to 0


def compared(regions: pd.DataFrame) -> pd.DataFrame:
    """A row for each two optimizers and each of MEASURED, in percent, of `load_tree`'s regions of one network."""
    rows = []
    for name, column in MEASURED.items():
        means = 100 * regions.groupby(["class_nb", "object_nb", "method"], observed=True)[column].mean().unstack()
        for first, second in combinations([method for method in OPTIMIZERS if method in means], 2):
            both = means[[first, second]].astype(float).dropna()
            found, p = difference(both[first].to_numpy(), both[second].to_numpy())
            more = both[first] - both[second]
            rows.append({"of": name, "difference": f"{first} - {second}", "objects": len(both), "mean": found.value,
                         "low": found.low, "high": found.high, "p": p, "larger on": (more > LEAST).sum(),
                         "smaller on": (more < -LEAST).sum()})
    return pd.DataFrame(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=Path, help="folder of maps and regions")
    args = parser.parse_args()
    print(compared(load_tree(args.results).regions).to_string(index=False, float_format="{:.3f}".format))


if __name__ == "__main__":
    main()
