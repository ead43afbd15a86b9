"""Trains a logistic pipeline and a forest of 100 trees, and writes the rows that both sides score: make.py <folder> <rows>."""
import json
import pathlib
import sys

import joblib
import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

folder, count = pathlib.Path(sys.argv[1]), int(sys.argv[2])
random = np.random.default_rng(7)


def rows(count):
    return pd.DataFrame(
        {
            "page_views": random.poisson(8, count).astype(float),
            "demo_requests": random.poisson(0.5, count).astype(float),
            "emails_opened": random.poisson(3, count).astype(float),
            "days_active": random.poisson(4, count).astype(float),
            "days_since_last": np.where(random.random(count) < 0.2, np.nan, random.exponential(5, count)),
            "source": random.choice(["organic", "ads", "referral", "event", "unknown"], count),
        }
    )


training = rows(20_000)
logit = -3 + 0.1 * training.page_views + training.demo_requests - 0.05 * training.days_since_last.fillna(9)
target = (random.random(len(training)) < 1 / (1 + np.exp(-logit))).astype(int)
numbers = list(training.columns[:-1])
for name, model in {
    "logistic": LogisticRegression(max_iter=1000),
    "forest": RandomForestClassifier(100, max_depth=10, random_state=1),
}.items():
    fill = Pipeline([("fill", SimpleImputer(strategy="median")), ("scale", StandardScaler())])
    words = OneHotEncoder(handle_unknown="ignore")
    prepare = ColumnTransformer([("numbers", fill, numbers), ("words", words, ["source"])])
    joblib.dump(Pipeline([("prepare", prepare), ("model", model)]).fit(training, target), folder / f"{name}.joblib")
scored = rows(count)
columns = {name: [None if value != value else value for value in scored[name]] for name in scored.columns}
(folder / "rows.json").write_text(json.dumps(columns))
