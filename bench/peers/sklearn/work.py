"""What bench/learn measures of scikit-learn: `work.py <kmeans|logistic> <file.parquet>`; prints what it came to."""
import json, sys
import numpy, pyarrow.parquet, sklearn

task, file = sys.argv[1:]
table = pyarrow.parquet.read_table(file)
names = [name for name in table.column_names if name.startswith("x")]
x = numpy.column_stack([table[name].to_numpy() for name in names])
if task == "kmeans":
    from sklearn.cluster import KMeans
    from sklearn.preprocessing import StandardScaler
    found = KMeans(5, n_init=10, random_state=1).fit(StandardScaler().fit_transform(x))
    answer = {"inertia": float(found.inertia_)}
else:
    from sklearn.linear_model import LogisticRegression
    found = LogisticRegression(C=numpy.inf, solver="newton-cholesky", tol=1e-10, max_iter=100).fit(x, table["y"].to_numpy())
    answer = {"coefficients": [float(found.intercept_[0]), *map(float, found.coef_[0])]}
print(json.dumps({**answer, "version": sklearn.__version__}))
