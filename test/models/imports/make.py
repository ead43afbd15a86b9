"""Makes the files of this folder: a pipeline of scikit-learn as ONNX, what it says of some rows, and the same with ZipMap.

python3 -m venv env && env/bin/pip install scikit-learn==1.5.2 skl2onnx==1.19.1 onnx==1.18.0 protobuf==5.29.5 numpy==1.26.4 pandas==2.2.3
env/bin/python make.py
"""
import json
import pathlib

import numpy as np
import pandas as pd
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

here = pathlib.Path(__file__).parent
random = np.random.default_rng(9)
count = 600
rows = pd.DataFrame(
    {
        "page_views": random.poisson(8, count),
        "days_since_last": np.where(random.random(count) < 0.2, np.nan, random.exponential(5, count).round(2)),
        "source": random.choice(["ads", "organic", "referral"], count),
    }
)
logit = -2 + 0.15 * rows.page_views - 0.05 * rows.days_since_last.fillna(9) + (rows.source == "ads")
converted = random.random(count) < 1 / (1 + np.exp(-logit))
numbers = Pipeline([("fill", SimpleImputer(strategy="median")), ("scale", StandardScaler())])
prepare = ColumnTransformer(
    [("numbers", numbers, ["page_views", "days_since_last"]), ("words", OneHotEncoder(handle_unknown="ignore"), ["source"])]
)
pipeline = Pipeline([("prepare", prepare), ("model", LogisticRegression())]).fit(rows, converted)
types = [(name, StringTensorType([None, 1]) if name == "source" else FloatTensorType([None, 1])) for name in rows.columns]
for name, zipmap in {"leads.onnx": False, "zipmap.onnx": True}.items():
    onnx = to_onnx(pipeline, initial_types=types, options={id(pipeline): {"zipmap": zipmap}}, target_opset=17)
    (here / name).write_bytes(onnx.SerializeToString())
asked = rows.head(120)
chances = pipeline.predict_proba(asked)[:, 1]
with open(here / "leads.onnx.answers.jsonl", "w") as lines:
    for (_, row), chance in zip(asked.iterrows(), chances):
        values = {name: None if isinstance(value, float) and np.isnan(value) else value for name, value in row.items()}
        lines.write(json.dumps({**values, "lead_score": chance}) + "\n")
