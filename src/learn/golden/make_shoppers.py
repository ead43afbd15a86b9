"""Writes shoppers.json: what scikit-learn and statsmodels make of `online_shoppers_intention.csv.gz` below the folder that is given. Run by hand, never by the tests."""
import csv, gzip, json, pathlib, sys
import numpy, sklearn, statsmodels
from sklearn.cluster import KMeans
from sklearn.preprocessing import StandardScaler
import statsmodels.api as sm

with gzip.open(pathlib.Path(sys.argv[1]) / "online_shoppers_intention.csv.gz", "rt") as file:
    rows = list(csv.DictReader(file))
clustered = ["Administrative", "Administrative_Duration", "Informational", "Informational_Duration", "ProductRelated",
             "ProductRelated_Duration", "BounceRates", "ExitRates", "PageValues"]
x = numpy.array([[float(row[name]) for name in clustered] for row in rows])
scaled = StandardScaler().fit_transform(x)
start = [0, 1000, 4000, 7000, 10000]
found = KMeans(5, init=scaled[start], n_init=1, algorithm="lloyd", tol=1e-4, max_iter=300).fit(scaled)

predicting = ["Administrative", "Informational", "ProductRelated_Duration", "ExitRates", "PageValues"]
features = numpy.array([[float(row[name]) for name in predicting] for row in rows])
outcome = numpy.array([int(float(row["Revenue"] in ("1", "True", "TRUE"))) for row in rows])
fit = sm.Logit(outcome, sm.add_constant(features)).fit(disp=0, method="newton", tol=1e-14, maxiter=100)
values = {"versions": {"numpy": numpy.__version__, "scikit-learn": sklearn.__version__, "statsmodels": statsmodels.__version__}, "rows": len(rows),
          "clustered": clustered, "start": start, "inertia": found.inertia_, "iterations": found.n_iter_,
          "predicting": predicting, "coefficients": fit.params.tolist(), "errors": fit.bse.tolist(), "likelihood": fit.llf}
(pathlib.Path(__file__).parent / "shoppers.json").write_text(json.dumps(values) + "\n")
