"""Writes calibration.json beside this file. Needs scikit-learn and numpy; run by hand, never by the tests."""
import json, pathlib
import numpy, sklearn
from sklearn.calibration import calibration_curve

rows = 700
random = numpy.random.default_rng(20261122)
# Two decimals: many equal scores, some of them on the edges of bins, and one bin that nothing is in.
chances = numpy.round(random.beta(1.2, 3, rows), 2)
chances = numpy.where((chances > 0.8) & (chances <= 0.9), 0.95, chances)
outcomes = (random.uniform(size=rows) < numpy.clip(chances ** 1.4 + 0.05, 0, 1)).astype(int)

share, mean = calibration_curve(outcomes, chances, n_bins=10, strategy="uniform")
counts = numpy.bincount(numpy.searchsorted(numpy.linspace(0, 1, 11)[1:-1], chances), minlength=10)
counts = counts[counts > 0]
assert len(counts) == len(share) == 9

# The mean over many orders of equal scores of what the first tenth has.
lifts = []
for _ in range(20000):
    order = numpy.lexsort((random.uniform(size=rows), -chances))
    lifts.append(outcomes[order[: rows // 10]].mean() / outcomes.mean())
untied = chances + numpy.arange(rows) * 1e-9
first = numpy.argsort(-untied)[: rows // 10]

json.dump({
    "versions": {"numpy": numpy.__version__, "scikit-learn": sklearn.__version__},
    "chances": chances.tolist(), "outcomes": outcomes.tolist(),
    "calibration_error": float((counts / rows * numpy.abs(share - mean)).sum()),
    "lift": {"tied": float(numpy.mean(lifts)), "error": float(numpy.std(lifts) / len(lifts) ** 0.5),
             "untied": float(outcomes[first].mean() / outcomes.mean())},
}, (pathlib.Path(__file__).parent / "calibration.json").open("w"))
