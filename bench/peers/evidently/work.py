"""What bench/drift measures of Evidently: `work.py <before.parquet> <now.parquet> <page.html>`; its preset of PSI and that of Kolmogorov and Smirnov, which
draw each column on a page; prints what they came to."""
import json, sys, warnings
from importlib.metadata import version
warnings.simplefilter("ignore")
import pandas
from evidently import Dataset, Report
from evidently.presets import DataDriftPreset

before, now = (Dataset.from_pandas(pandas.read_parquet(file)) for file in sys.argv[1:3])
drawn = Report([DataDriftPreset(method="psi"), DataDriftPreset(method="ks")]).run(now, before)
drawn.save_html(sys.argv[3])
found = {}
for metric in drawn.dict()["metrics"]:
    if "column" in metric["config"]:
        found.setdefault(metric["config"]["column"], {})[metric["config"]["method"]] = float(metric["value"])
print(json.dumps({"found": [[found[name]["psi"], found[name]["ks"]] for name in before.as_dataframe().columns], "version": version("evidently")}))
