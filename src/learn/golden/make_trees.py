"""Writes trees.json beside this file. Needs lightgbm and scikit-learn; run by hand, never by the tests. The rows are made here and in
`trees/golden-rows.ts` from the same whole numbers, so that only what LightGBM made of them is kept."""
import json, pathlib
import lightgbm, numpy, sklearn
from sklearn.metrics import ndcg_score, roc_auc_score, log_loss, brier_score_loss

rows, state = 2000, 20261121
def draw(end):
    global state
    state = (1103515245 * state + 12345) % 2**31
    return (state >> 8) % end
names = ["a", "b", "c", "d", "e", "f", "g", "h"]
def row():
    a, b, c, d, e, g, h = draw(10000), draw(100), min(draw(40), draw(40)), draw(3), draw(10), draw(1000), draw(50)
    z = a // 100 + (b - 50) * (2 if c % 3 == 0 else -1) + (c * 7) % 31 + 10 * d + (e * 4 if e < 3 else 0) + draw(60)
    nan = float("nan")
    return [a / 1000, nan if b % 10 == 3 else b / 10 - 5, nan if c == 5 else c, d, e / 4 if e < 3 else 0, 7, g / 8, nan if h > 20 else h], z
made = [row() for _ in range(rows)]
x = numpy.array([one for one, _ in made], dtype=float)
z = numpy.array([one for _, one in made], dtype=float)
groups = []
while sum(groups) < rows:
    groups.append(min(5 + draw(30), rows - sum(groups)))
weights = numpy.array([1 + (index % 3) / 2 for index in range(rows)])
labels = {"regression": z / 16, "binary": (z > 60).astype(float), "lambdarank": numpy.clip(z // 30, 0, 4)}
half = sum(groups[: len(groups) // 2])

base = dict(num_threads=1, verbose=-1, num_leaves=15, min_data_in_leaf=20, deterministic=True)
cases = {
    "regression": dict(objective="regression", num_iterations=12),
    "regression weighted": dict(objective="regression", num_iterations=8, lambda_l1=0.5, lambda_l2=3.0, min_gain_to_split=0.5),
    "binary": dict(objective="binary", num_iterations=12, min_data_in_leaf=5),
    "binary weighted": dict(objective="binary", num_iterations=8, max_depth=3, max_bin=31),
    "binary drawn": dict(objective="binary", num_iterations=12, bagging_fraction=0.7, bagging_freq=2, feature_fraction=0.6, seed=7),
    "lambdarank": dict(objective="lambdarank", num_iterations=8, lambdarank_truncation_level=5),
    "lambdarank weighted": dict(objective="lambdarank", num_iterations=6, bagging_fraction=0.4, bagging_freq=1, seed=3),
}
def dataset(params, rows_of, reference=None, init=None):
    objective = params["objective"]
    ranks = objective == "lambdarank"
    sizes = groups[: len(groups) // 2] if rows_of.start is None and rows_of.stop else groups[len(groups) // 2 :] if rows_of.start else groups
    return lightgbm.Dataset(x[rows_of], labels[objective][rows_of], group=sizes if ranks else None, weight=weights[rows_of] if params.get("_weighted") else None,
                            feature_name=names, categorical_feature=[2, 3], reference=reference, params=dict(base, **params), free_raw_data=False)
def train(name, rows_of=slice(None), **more):
    params = {key: value for key, value in cases[name].items()}
    marked = dict(params, _weighted=name.endswith("weighted"))
    return lightgbm.train(dict(base, **params), dataset(marked, rows_of), **more)
out = {"versions": {"lightgbm": lightgbm.__version__, "scikit-learn": sklearn.__version__}, "z": z[:20].tolist(), "groups": groups}
out["models"] = {name: train(name).model_to_string() for name in cases}
out["predictions"] = {name: lightgbm.Booster(model_str=text).predict(x[:50]).tolist() for name, text in out["models"].items()}

# The first half trains, the second judges.
stopped = {}
for name in ("regression", "binary", "lambdarank"):
    params = dict(cases[name], num_iterations=300, learning_rate=0.3, metric={"regression": "rmse", "binary": "binary_logloss", "lambdarank": "ndcg"}[name], eval_at=[5])
    training = dataset(params, slice(None, half))
    seen = {}
    model = lightgbm.train(dict(base, **params), training, valid_sets=[dataset(params, slice(half, None), reference=training)],
                           callbacks=[lightgbm.early_stopping(5, verbose=False), lightgbm.record_evaluation(seen)])
    values = next(iter(seen["valid_0"].values()))
    stopped[name] = {"best": model.best_iteration, "values": values, "trees": model.num_trees()}
out["stopped"], out["half"] = stopped, half

# Going on from another model, with the other half of the rows.
first = train("binary", slice(None, half))
out["continued"] = {"first": first.model_to_string(), "all": train("binary", slice(half, None), init_model=first).model_to_string()}
# The same of a ranking, drawn, on all rows: what a refinement does.
first = train("lambdarank weighted", slice(None, half))
out["refined"] = train("lambdarank weighted", init_model=first).model_to_string()

# Measures.
scores = numpy.array([((index * 7919) % 1009) / 8 for index in range(rows)])
starts = numpy.concatenate([[0], numpy.cumsum(groups)])
each = lambda k: [float(ndcg_score([2.0 ** labels["lambdarank"][a:b] - 1], [scores[a:b]], k=k, ignore_ties=True)) for a, b in zip(starts, starts[1:])]
chance = (scores + 1) / (scores.max() + 2)
out["measures"] = {"ndcg": {str(k): each(k) for k in (1, 3, 5)}, "auc": float(roc_auc_score(labels["binary"], scores)), "log_loss": float(log_loss(labels["binary"], chance)),
                   "brier": float(brier_score_loss(labels["binary"], chance)), "rmse": float(numpy.sqrt(numpy.mean((scores - z / 16) ** 2))), "weighted_auc": float(roc_auc_score(labels["binary"], scores, sample_weight=weights))}
(pathlib.Path(__file__).parent / "trees.json").write_text(json.dumps(out) + "\n")
