"""Writes the golden values beside this file. Needs scikit-learn, statsmodels and scipy; run by hand, never by the tests."""
import json, pathlib
import numpy, scipy, sklearn, statsmodels
from scipy.optimize import linear_sum_assignment
from sklearn.cluster import KMeans
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import silhouette_score
from sklearn.preprocessing import StandardScaler
import statsmodels.api as sm

random = numpy.random.default_rng(20261121)
versions = {"numpy": numpy.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__, "statsmodels": statsmodels.__version__}

def write(name, **values):
    plain = lambda value: value.tolist() if hasattr(value, "tolist") else value
    text = json.dumps({"versions": versions, **{key: plain(value) for key, value in values.items()}})
    (pathlib.Path(__file__).parent / f"{name}.json").write_text(text + "\n")

# Five overlapping clusters, columns of very different size, one that is constant.
centres = random.normal(0, 3, (5, 4))
rows = numpy.concatenate([random.normal(centre, 1 + 0.3 * index, (60 + 20 * index, 4)) for index, centre in enumerate(centres)])
rows = numpy.round(rows * [1, 1000, 0.001, 1] + [0, 1e6, 0, 5], 6)
rows = numpy.column_stack([rows, numpy.full(len(rows), 7.1)])
scaled = StandardScaler().fit_transform(rows)
def clusters(start):
    found = KMeans(len(start), init=start, n_init=1, algorithm="lloyd", tol=1e-4, max_iter=300).fit(scaled)
    return {"start": start.tolist(), "centres": found.cluster_centers_.tolist(), "inertia": found.inertia_, "iterations": found.n_iter_,
            "labels": found.labels_.tolist(), "silhouette": float(silhouette_score(scaled, found.labels_))}
near = scaled[[0, 70, 150, 250, 350]]
far = numpy.vstack([near[:4], near[:1] + 100])
best = min(KMeans(5, n_init=50, random_state=seed).fit(scaled).inertia_ for seed in range(4))
write("kmeans", rows=rows, means=rows.mean(0), deviations=StandardScaler().fit(rows).scale_, near=clusters(near), emptied=clusters(far), best=best)

cases = []
for news, olds in [(3, 3), (5, 5), (7, 4), (4, 7), (8, 8)]:
    one, other = numpy.round(random.normal(size=(news, 3)), 6), numpy.round(random.normal(size=(olds, 3)), 6)
    cost = ((one[:, None] - other[None]) ** 2).sum(2)
    first, second = linear_sum_assignment(cost)
    cases.append({"fresh": one.tolist(), "former": other.tolist(), "cost": float(cost[first, second].sum())})
write("matching", cases=cases)

x = numpy.round(random.normal(0, [1, 10, 0.1], (400, 3)) + [0, 50, 0], 6)
probability = 1 / (1 + numpy.exp(-(0.5 + x @ [1.2, -0.05, 6] + 1.5)))
y = (random.uniform(size=400) < probability).astype(int)
fit = sm.Logit(y, sm.add_constant(x)).fit(disp=0, method="newton", tol=1e-14, maxiter=100)
ridge = LogisticRegression(C=1 / 3.0, solver="newton-cholesky", tol=1e-12, max_iter=200).fit(x, y)
write("logistic", x=x, y=y, coefficients=fit.params, errors=fit.bse, likelihood=fit.llf,
      ridge={"penalty": 3.0, "coefficients": [float(ridge.intercept_[0]), *ridge.coef_[0].tolist()]})

fit = sm.OLS(numpy.round(x @ [2, -1, 30] + random.normal(0, 2, 400), 6), sm.add_constant(x))
done = fit.fit(method="qr")
write("least-squares", x=x, y=fit.endog, coefficients=done.params, errors=done.bse, residual=done.ssr, r2=done.rsquared)
