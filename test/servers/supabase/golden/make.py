"""
What scikit-learn itself says of 10,000 users of the example, counted from their events by pandas: the golden scores of the tests beside. By hand, never by a test:

    node bin/esteira-node.mjs pipelines/leads/data/generate.ts --folder <folder> --date 2026-09-30 --users 10000 --closed 200 --seed 7
    <venv>/bin/python pipelines/leads/models/make.py <its own folder>, which leaves lead_scoring_pipeline_v1.joblib
    <venv>/bin/python test/servers/supabase/golden/make.py <folder>
"""
import pathlib, sys
import joblib, numpy, pandas

folder, here = pathlib.Path(sys.argv[1]), pathlib.Path(__file__).parent
models = here.parents[3] / "pipelines/leads/models"
pipeline = joblib.load(pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else models / "lead_scoring_pipeline_v1.joblib")
today = pandas.Timestamp("2026-09-30", tz="UTC")

users = pandas.read_csv(folder / "users.csv").set_index("id")
events = pandas.read_csv(folder / "events.csv")
events["day"] = pandas.to_datetime(events.occurred_at, format="ISO8601", utc=True).dt.floor("D")
events = events[events.user_id.isin(users.index)]
by = events.groupby("user_id")
count = lambda kind: events[events.kind == kind].groupby("user_id").size()
rows = pandas.DataFrame(index=users.index)
rows["page_views"], rows["demo_requests"], rows["emails_opened"] = count("page_view"), count("demo_request"), count("email_opened")
rows["days_active"] = by.day.nunique()
rows = rows.fillna(0.0)
rows["days_since_last"] = by.day.max().map(lambda day: (today - day).days)
rows = rows.astype("float64")
rows["source"] = users.source.fillna("unknown")

scores = numpy.full(len(rows), numpy.nan)
known = (rows.source != "billboard").to_numpy()
scores[known] = pipeline.predict_proba(rows[known])[:, 1]
# In the order of the generator; not a number of whoever has a source that no model knows.
(here / "lead-scores.f64").write_bytes(scores.astype("<f8").tobytes())
print(len(scores), "users,", int(known.sum()), "scores, mean", scores[known].mean())
