"""
Trains the example's pipeline of scikit-learn on what generate.ts wrote, and writes it beside this file: as .joblib (which is not committed), as .onnx, and
what the original says of 500 of its rows. By hand, never by a test:

    node bin/esteira-node.mjs pipelines/leads/data/generate.ts --folder <folder> --date 2026-06-01 --closed 6000 --seed 11
    python3 -m venv <venv> && <venv>/bin/pip install -r pipelines/leads/models/requirements.txt
    <venv>/bin/python pipelines/leads/models/make.py <folder>
"""
import hashlib, json, pathlib, platform, sys
import joblib, numpy, onnx, pandas, skl2onnx, sklearn
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

folder, here = pathlib.Path(sys.argv[1]), pathlib.Path(__file__).parent
name = "lead_scoring_pipeline_v1"
numbers, texts = ["page_views", "demo_requests", "emails_opened", "days_active", "days_since_last"], ["source"]

leads = pandas.read_csv(folder / "closed_leads.csv", parse_dates=["closed_at"])
events = pandas.read_csv(folder / "events.csv", parse_dates=["occurred_at"])
# What was seen up to the moment at which it was decided, and nothing of what came afterwards.
seen = events.merge(leads[["id", "closed_at"]].rename(columns={"id": "user_id"}), on="user_id")
seen = seen[seen.occurred_at < seen.closed_at]
seen["day"] = seen.occurred_at.dt.floor("D")
seen["since"] = (seen.closed_at.dt.floor("D") - seen.day).dt.days
count = lambda kind: seen[seen.kind == kind].groupby("user_id").size()
rows = leads.set_index("id")
rows["page_views"], rows["demo_requests"], rows["emails_opened"] = count("page_view"), count("demo_request"), count("email_opened")
rows["days_active"], rows["days_since_last"] = seen.groupby("user_id").day.nunique(), seen.groupby("user_id").since.min()
rows[numbers[:4]] = rows[numbers[:4]].fillna(0)
rows["source"] = rows.source.fillna("unknown")

pipeline = Pipeline([
    ("features", ColumnTransformer([
        ("numbers", Pipeline([("missing", SimpleImputer(strategy="constant", fill_value=90.0)), ("scale", StandardScaler())]), numbers),
        ("texts", OneHotEncoder(handle_unknown="ignore"), texts),
    ])),
    ("model", LogisticRegression(C=1.0, max_iter=1000, tol=1e-10)),
])
features = rows[numbers + texts].astype({column: "float64" for column in numbers})
pipeline.fit(features, rows.converted)
joblib.dump(pipeline, here / f"{name}.joblib")

# One input a feature. Single precision: onnxruntime fills what is missing in that alone; a score is the original's to 1e-7.
inputs = [(column, FloatTensorType([None, 1])) for column in numbers] + [(column, StringTensorType([None, 1])) for column in texts]
converted = convert_sklearn(pipeline, name, inputs, target_opset=17, options={"zipmap": False})
onnx.save(converted, str(here / f"{name}.onnx"))

some = features.iloc[:: len(features) // 500].head(500)
scores = pipeline.predict_proba(some)[:, 1]
with open(here / f"{name}.onnx.answers.jsonl", "w") as file:
    for (_, row), score in zip(some.iterrows(), scores):
        plain = {column: None if pandas.isna(row[column]) else row[column] for column in numbers + texts}
        file.write(json.dumps({**plain, "lead_score": float(score)}) + "\n")

numeric, model = pipeline.named_steps["features"].named_transformers_["numbers"], pipeline.named_steps["model"]
words = [str(one) for one in pipeline.named_steps["features"].named_transformers_["texts"].categories_[0]]
(here / f"{name}.json").write_text(json.dumps({
    "versions": {"python": platform.python_version(), "scikit-learn": sklearn.__version__, "skl2onnx": skl2onnx.__version__,
                 "onnx": onnx.__version__, "numpy": numpy.__version__, "pandas": pandas.__version__},
    "sha256": hashlib.sha256((here / f"{name}.onnx").read_bytes()).hexdigest(),
    "rows": len(rows), "converted": int(rows.converted.sum()),
    "missing": 90, "intercept": float(model.intercept_[0]),
    "numbers": {column: {"mean": float(mean), "scale": float(scale), "coefficient": float(coefficient)} for column, mean, scale, coefficient
                in zip(numbers, numeric.named_steps["scale"].mean_, numeric.named_steps["scale"].scale_, model.coef_[0])},
    "source": dict(zip(words, [float(one) for one in model.coef_[0][len(numbers):]])),
}, indent=2) + "\n")
