"""What bench/elasticity measures of statsmodels: `work.py <file.parquet>`; a regression for each product, prints what it came to."""
import json, sys
import numpy, pyarrow.parquet, statsmodels
from statsmodels.regression.linear_model import OLS

table = pyarrow.parquet.read_table(sys.argv[1])
product, month = table["sku"].to_numpy(), table["month"].to_numpy().astype(int)
y, price, rival = (numpy.log(table[name].to_numpy()) for name in ("units", "price", "competitor_price"))
event = table["promotion"].to_numpy().astype(float)
x = numpy.column_stack([numpy.eye(12)[month - 1], event, rival, price])
order = numpy.argsort(product, kind="stable")
starts = numpy.flatnonzero(numpy.r_[True, product[order][1:] != product[order][:-1]])
found = []
for rows in numpy.split(order, starts[1:]):
    fit = OLS(y[rows], x[rows]).fit()
    found.append([int(product[rows[0]]), float(fit.params[-1]), float(fit.bse[-1]), *map(float, fit.conf_int()[-1])])
print(json.dumps({"estimates": found, "version": statsmodels.__version__}))
