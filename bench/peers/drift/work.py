"""What bench/drift measures of numpy and scipy: `work.py <before.parquet> <now.parquet>`; prints what it came to."""
import json, sys
import numpy, pyarrow.parquet, scipy
from scipy.stats import ks_2samp

before, now = (pyarrow.parquet.read_table(file) for file in sys.argv[1:])
def psi(one, other, edges, fill):
    p, q = (fill(numpy.histogram(rows, edges)[0] / len(rows)) for rows in (one, other))
    return float(((p - q) * numpy.log(p / q)).sum())
def clipped(shares):
    return numpy.maximum(shares, 1e-4)
def filled(shares):
    least = shares[shares > 0].min()
    return numpy.where(shares == 0, least / 1e6 if least <= 1e-4 else 1e-4, shares)
found = []
for name in before.column_names:
    one, other = before[name].to_numpy(), now[name].to_numpy()
    deciles = numpy.concatenate([[-numpy.inf], numpy.unique(numpy.quantile(one, numpy.linspace(0, 1, 11)[1:-1])), [numpy.inf]])
    width = numpy.histogram_bin_edges(numpy.concatenate([one, other]), "sturges")
    test = ks_2samp(one, other)
    found.append([psi(one, other, deciles, clipped), psi(one, other, width, filled), float(test.statistic), float(test.pvalue)])
print(json.dumps({"found": found, "version": scipy.__version__}))
