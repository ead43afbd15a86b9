"""Pipelines as people save them, and the rows that they are asked about: `fixtures.py <folder>`."""
import json
import pickle
import sys

import joblib
import numpy as np
import pandas as pd
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import *
from sklearn.impute import SimpleImputer
from sklearn.linear_model import *
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import *
from sklearn.svm import SVC, SVR, LinearSVC
from sklearn.tree import DecisionTreeClassifier

folder = sys.argv[1]
rng = np.random.default_rng(7)
n = 400
X = pd.DataFrame(
    {
        "page_views": rng.poisson(8, n) + rng.random(n),
        "demo_requests": rng.poisson(0.5, n).astype(float),
        "days_since": rng.exponential(20, n),
        "source": rng.choice(["organic", "ads", "referral"], n),
        "tier": rng.choice(["low", "mid", "high"], n),
    }
)
X.loc[rng.random(n) < 0.15, "days_since"] = np.nan
X.loc[rng.random(n) < 0.1, "source"] = np.nan
z = 0.2 * X.page_views + 1.5 * X.demo_requests - 0.03 * X.days_since.fillna(20) + (X.source == "referral") - 2.2
y = (rng.random(n) < 1 / (1 + np.exp(-z))).astype(int)
three = np.array(["a", "b", "c"])[np.digitize(z, [-1, 0.5])]
numbers = ["page_views", "demo_requests", "days_since"]


def prepared(model):
    source = make_pipeline(SimpleImputer(strategy="constant", fill_value="unknown"), OneHotEncoder(handle_unknown="ignore"))
    tier = OrdinalEncoder(categories=[["low", "mid", "high"]], handle_unknown="use_encoded_value", unknown_value=-1)
    number = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    parts = [("numbers", number, numbers), ("source", source, ["source"]), ("tier", tier, ["tier"])]
    return Pipeline([("prepare", ColumnTransformer(parts, sparse_threshold=0)), ("model", model)])


classifiers = {
    "logistic": LogisticRegression(max_iter=500),
    "calibrated": CalibratedClassifierCV(LinearSVC(dual="auto"), cv=3),
    "svc": SVC(probability=True, random_state=0),
    "tree": DecisionTreeClassifier(max_depth=6, random_state=0),
    # In several parts: a part has 16,384 nodes at most.
    "forest": RandomForestClassifier(200, random_state=0, n_jobs=-1),
    "boosted": GradientBoostingClassifier(random_state=0),
    "histogram": HistGradientBoostingClassifier(random_state=0, max_iter=40),
    "neighbours": KNeighborsClassifier(7),
    "bayes": GaussianNB(),
    "voting": VotingClassifier([("l", LogisticRegression(max_iter=500)), ("g", GaussianNB())], voting="soft"),
    "stacking": StackingClassifier([("l", LogisticRegression(max_iter=500)), ("t", DecisionTreeClassifier(max_depth=4))], cv=3),
}
fitted = {name: prepared(model).fit(X, y) for name, model in classifiers.items()}
fitted["three"] = prepared(LogisticRegression(max_iter=500)).fit(X, three)
for name, model in {"linear": LinearRegression(), "value": GradientBoostingRegressor(random_state=0), "vectors": SVR()}.items():
    fitted[name] = prepared(model).fit(X, z)
categories = make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore"))
known = ColumnTransformer(
    [("source", OneHotEncoder(handle_unknown="ignore"), ["source"]), ("tier", categories, ["tier"]), ("n", SimpleImputer(add_indicator=True), numbers)]
)
fitted["missing"] = Pipeline([("prepare", known), ("model", LogisticRegression(max_iter=2000))]).fit(X, y)
for name, model in fitted.items():
    joblib.dump(model, f"{folder}/{name}.joblib")
joblib.dump(fitted["forest"], f"{folder}/forest-zlib.joblib", compress=3)
for protocol in (0, 2, 5):
    with open(f"{folder}/logistic-{protocol}.pkl", "wb") as file:
        pickle.dump(fitted["logistic"], file, protocol=protocol)
joblib.dump({"model": fitted["logistic"]}, f"{folder}/dictionary.joblib")
joblib.dump(LogisticRegression(), f"{folder}/untrained.joblib")
joblib.dump(make_pipeline(SplineTransformer(), LinearRegression()).fit(X[["page_views"]], z), f"{folder}/spline.joblib")

strange = X.head(10).assign(source="never seen", tier="strange", page_views=1e6)
rows = pd.concat([X, strange], ignore_index=True)
json.dump({name: [None if value != value else value for value in rows[name].tolist()] for name in rows}, open(f"{folder}/rows.json", "w"))
