"""Writes the golden values beside this file. Needs evidently with pandas before 3, and scipy; run by hand, never by the tests."""
import json, pathlib, warnings
from importlib.metadata import version
import numpy, pandas, scipy
from evidently.legacy.calculations.stattests.psi import _psi
from evidently.legacy.core import ColumnType
from scipy.stats import ks_2samp

warnings.simplefilter("ignore")
random = numpy.random.default_rng(20261121)
def psi(before, now, edges, least):
    p, q = (numpy.histogram(rows, edges)[0] / len(rows) for rows in (before, now))
    p, q = numpy.maximum(p, least), numpy.maximum(q, least)
    return float(((p - q) * numpy.log(p / q)).sum())
def alone(edges, greatest):
    """A value that two edges meet, or one and the greatest value, has a bin of its own."""
    values, times = numpy.unique(edges, return_counts=True)
    often = values[(times > 1) | (values == greatest)]
    return numpy.union1d(values, numpy.maximum(numpy.nextafter(often, numpy.inf), numpy.where(often == 0, numpy.finfo(float).tiny, -numpy.inf)))
def evidently(before, now, kind="num"):
    found = _psi(pandas.Series(before), pandas.Series(now), ColumnType(kind), 0.1)
    return float(found[0])
def case(name, before, now):
    before, now = numpy.round(before, 4), numpy.round(now, 4)
    edges = alone(numpy.quantile(before, numpy.linspace(0, 1, 11)[1:-1]), before.max())
    bins = int(numpy.ceil(numpy.log2(len(before) + len(now)) + 1))
    width = numpy.histogram_bin_edges(numpy.concatenate([before, now]), bins)[1:-1]
    whole = lambda inner: numpy.concatenate([[-numpy.inf], inner, [numpy.inf]])
    test = ks_2samp(before, now)
    return {"name": name, "before": before.tolist(), "now": now.tolist(), "deciles": edges.tolist(), "psi": psi(before, now, whole(edges), 1e-4),
            "wide": psi(before, now, whole(width), 1e-4), "evidently": evidently(before, now), "distance": float(test.statistic), "p": float(test.pvalue)}
def wide(rows, others, shift):
    """Too many rows to be kept: a test makes the same ones."""
    before, now = (((numpy.arange(n) * 7919) % 10007) / 10007 for n in (rows, others))
    test = ks_2samp(before, now + shift)
    return {"rows": rows, "others": others, "shift": shift, "distance": float(test.statistic), "p": float(test.pvalue)}
cases = [
    case("the same", random.normal(size=300), random.normal(size=200)),
    case("shifted by half a deviation", random.normal(size=300), random.normal(0.5, 1, 250)),
    case("far away", random.normal(size=100), random.normal(20, 1, 100)),
    case("values that repeat", random.integers(0, 4, 300).astype(float), random.integers(0, 5, 200).astype(float)),
    case("a price cut by half", random.lognormal(3, 0.4, 300), random.lognormal(3, 0.4, 300) * 0.5),
    case("few rows", random.normal(size=12), random.normal(size=7)),
    case("one side all the same", numpy.full(40, 5.0), random.normal(5, 1, 60)),
]
words = {"before": list("aaaabbbcd" * 11), "now": list("aabbbbce" * 9)}
words["evidently"] = evidently(words["before"], words["now"], "cat")
many = [wide(20000, 15000, shift) for shift in (0, 0.004, 0.01, 0.015, 0.02, 0.1)] + [wide(10001, 40, shift) for shift in (0.05, 0.15)]
names = ("evidently", "numpy", "scipy")
(pathlib.Path(__file__).parent / "drift.json").write_text(json.dumps({"versions": {name: version(name) for name in names}, "cases": cases, "words": words, "many": many}) + "\n")
