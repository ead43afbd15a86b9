"""Writes the golden values beside this file. Needs scipy; run by hand, never by the tests."""
import json, pathlib
import numpy, scipy
from scipy.stats import ks_2samp

random = numpy.random.default_rng(20261121)
def psi(before, now, edges, least):
    p, q = (numpy.histogram(rows, edges)[0] / len(rows) for rows in (before, now))
    p, q = numpy.maximum(p, least), numpy.maximum(q, least)
    return float(((p - q) * numpy.log(p / q)).sum())
def case(name, before, now):
    before, now = numpy.round(before, 4), numpy.round(now, 4)
    edges = numpy.unique(numpy.quantile(before, numpy.linspace(0, 1, 11)[1:-1]))
    bins = int(numpy.ceil(numpy.log2(len(before) + len(now)) + 1))
    width = numpy.histogram_bin_edges(numpy.concatenate([before, now]), bins)[1:-1]
    whole = lambda inner: numpy.concatenate([[-numpy.inf], inner, [numpy.inf]])
    test = ks_2samp(before, now, method="asymp")
    return {"name": name, "before": before.tolist(), "now": now.tolist(), "deciles": edges.tolist(), "psi": psi(before, now, whole(edges), 1e-4),
            "wide": psi(before, now, whole(width), 1e-4), "distance": float(test.statistic), "kolmogorov": float(scipy.special.kolmogorov(numpy.sqrt(len(before) * len(now) / (len(before) + len(now))) * test.statistic))}
cases = [
    case("the same", random.normal(size=300), random.normal(size=200)),
    case("shifted by half a deviation", random.normal(size=300), random.normal(0.5, 1, 250)),
    case("far away", random.normal(size=100), random.normal(20, 1, 100)),
    case("values that repeat", random.integers(0, 4, 300).astype(float), random.integers(0, 5, 200).astype(float)),
    case("a price cut by half", random.lognormal(3, 0.4, 300), random.lognormal(3, 0.4, 300) * 0.5),
]
(pathlib.Path(__file__).parent / "drift.json").write_text(json.dumps({"versions": {"numpy": numpy.__version__, "scipy": scipy.__version__}, "cases": cases}) + "\n")
