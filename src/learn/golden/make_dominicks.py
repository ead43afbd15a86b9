"""Writes dominicks.json: what statsmodels makes of `dominicks_oj.csv.gz` below the folder that is given, a regression for each brand. Run by hand, never by the tests."""
import csv, gzip, json, pathlib, sys
import numpy, statsmodels
import statsmodels.api as sm

with gzip.open(pathlib.Path(sys.argv[1]) / "dominicks_oj.csv.gz", "rt") as file:
    rows = list(csv.DictReader(file))
prices = [f"price{brand}" for brand in range(1, 12)]
brands = []
for brand in range(1, 12):
    own = [row for row in rows if row["brand"] == str(brand)]
    y = numpy.array([float(row["logmove"]) for row in own])
    logs = numpy.log([[float(row[name]) for name in prices] for row in own])
    price = logs[:, brand - 1]
    rival = numpy.delete(logs, brand - 1, axis=1).mean(axis=1)
    stores = sorted({row["store"] for row in own})
    levels = numpy.array([[row["store"] == store for store in stores] for row in own], float)
    events = numpy.array([[row["deal"] != "0", float(row["feat"]) > 0] for row in own], float)
    treated = sm.OLS(y, numpy.column_stack([levels, events, rival, price])).fit(method="qr")
    naive = sm.OLS(y, sm.add_constant(price)).fit(method="qr")
    low, high = naive.conf_int()[1]
    brands.append({"brand": brand, "rows": len(own), "elasticity": treated.params[-1], "error": treated.bse[-1], "rival": treated.params[-2],
                   "naive": naive.params[1], "naiveLow": low, "naiveHigh": high})
values = {"versions": {"numpy": numpy.__version__, "statsmodels": statsmodels.__version__}, "rows": len(rows), "brands": brands}
(pathlib.Path(__file__).parent / "dominicks.json").write_text(json.dumps(values) + "\n")
