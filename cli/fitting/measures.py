"""How good predictions of right and wrong are: AUC and RMSE."""

import numpy as np

from cli.fitting.em import Floats


def auc(right: Floats, predicted: Floats) -> float:
    """How often a right answer was predicted higher than a wrong one; of equals half. 0.5 says nothing."""
    values, places, counts = np.unique(predicted, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    positive = float(right.sum())
    negative = len(right) - positive
    if not positive or not negative or not len(values):
        return 0.5
    return float((ranks[right > 0.5].sum() - positive * (positive + 1) / 2) / (positive * negative))


def rmse(right: Floats, predicted: Floats) -> float:
    """The root of the mean square of what predictions miss."""
    return float(np.sqrt(np.mean((right - predicted) ** 2)))
