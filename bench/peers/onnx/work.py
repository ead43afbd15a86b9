"""Scores the rows by scikit-learn, so many times: work.py <folder> <pipeline> <times>. Says seconds of processor of each time, and some of the scores."""
import json
import pathlib
import sys
import time

import joblib
import pandas as pd

folder, name, times = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
pipeline = joblib.load(folder / f"{name}.joblib")
rows = pd.DataFrame(json.loads((folder / "rows.json").read_text()))
rows["days_since_last"] = rows["days_since_last"].astype(float)
pipeline.predict_proba(rows.head(1000))
before = time.process_time()
for _ in range(times):
    scores = pipeline.predict_proba(rows)[:, 1]
print(json.dumps({"cpu": (time.process_time() - before) / times, "scores": list(scores[:1000])}))
