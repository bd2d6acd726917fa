"""Do maps of the stand-ins say what maps of the paper's models say? Rank correlations of numbers per class.

    python -m docs.stand_ins_and_models STAND_INS MODELS

reads two folders of maps. For each network it ranks the classes by a number in one folder and in the other, and prints
Spearman's correlation of the two ranks, with a 95 % bootstrap interval over the classes.
"""
import argparse
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import bootstrap, spearmanr

from utils import load_tree
from utils.findings.intervals import INTERVAL, RESAMPLES, SEED

LEVEL = 0.5
NUMBERS = {"views right": lambda views: views["right"], "mean confidence": lambda views: views["score"],
           f"views >={LEVEL}": lambda views: views["score"] >= LEVEL}
CLASS = ["network", "class_name"]


def per_class(folder: Path) -> pd.DataFrame:
    """The means of NUMBERS over the views of each network and class: a frame with an index of both."""
    found = load_tree(folder)
    labels = found.results.drop_duplicates("class_name").set_index("class_name")["label"]
    views = found.views.assign(right=lambda views: views["top1"] == views["class_name"].astype(str).map(labels))
    numbers = pd.DataFrame({name: of(views) for name, of in NUMBERS.items()}).astype(float)
    return numbers.groupby([views[name] for name in CLASS], observed=True).mean()


def correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Spearman's rank correlation of two numbers of n classes, [n] each."""
    return float(spearmanr(first, second).statistic)


def interval(first: np.ndarray, second: np.ndarray) -> tuple[float, float]:
    """Its bootstrap interval over the classes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a sample of one class alone has no correlation
        found = bootstrap((first, second), correlation, paired=True, vectorized=False, n_resamples=RESAMPLES,
                          confidence_level=INTERVAL, method="percentile", random_state=np.random.default_rng(SEED))
    return found.confidence_interval


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("stand_ins", type=Path, help="folder of the stand-ins' maps")
    parser.add_argument("models", type=Path, help="folder of the models' maps")
    args = parser.parse_args()
    both = per_class(args.stand_ins).join(per_class(args.models), how="inner", lsuffix=" ", rsuffix="")
    for network, classes in both.groupby("network", observed=True):
        print(f"{network}, {len(classes)} classes")
        for name in NUMBERS:
            pair = classes[f"{name} "].to_numpy(), classes[name].to_numpy()
            low, high = interval(*pair)
            print(f"  {name:16} stand-ins {100 * pair[0].mean():5.2f} %, models {100 * pair[1].mean():5.2f} %; "
                  f"rank correlation {correlation(*pair):.2f} [{low:.2f}, {high:.2f}]")


if __name__ == "__main__":
    main()
