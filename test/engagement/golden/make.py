"""Writes golden.json beside this file. Needs scikit-learn; run by hand, never by the tests:
node test/engagement/golden/rows.ts rows.json && python test/engagement/golden/make.py rows.json"""
import json, pathlib, sys
from itertools import groupby
import numpy, sklearn
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from sklearn.preprocessing import StandardScaler

members = {}
for (level, granularity), group in groupby(json.load(open(sys.argv[1])), key=lambda row: (row[0], row[1])):
    group = list(group)
    features = numpy.array([[numpy.nan if value is None else value for value in row[3:7]] for row in group], dtype=float)
    total = float(numpy.nansum(features))
    features = numpy.where(numpy.isnan(features), numpy.nanmean(features, axis=0), features)
    found = KMeans(5, n_init=10, random_state=0).fit_predict(StandardScaler().fit_transform(features))
    raw = KMeans(5, n_init=10, random_state=0).fit_predict(features)
    truth = [row[7] for row in group]
    members[f"{level} {granularity}"] = {"rows": len(group), "sum": total, "rand": adjusted_rand_score(truth, found),
                                         "without_standardisation": adjusted_rand_score(truth, raw)}
text = json.dumps({"versions": {"numpy": numpy.__version__, "scikit-learn": sklearn.__version__}, "members": members}, indent=1)
(pathlib.Path(__file__).parent / "golden.json").write_text(text + "\n")
