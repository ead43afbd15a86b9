"""What bench/trees measures beside Esteira: `python work.py <task> <folder>`, one thread. Prints what others must come to as well."""
import json, sys, time
import numpy as np, lightgbm as lgb
task, folder = sys.argv[1], sys.argv[2]
about = json.load(open(f"{folder}/about.json"))
rows, columns = about["rows"], about["columns"]
x = np.fromfile(f"{folder}/rows.f64").reshape(rows, columns)
quiet = dict(num_threads=1, verbose=-1, metric="none")
def digest(model, of):
    return float(f"{np.abs(model.predict(of, num_threads=1, raw_score=True)).sum():.9e}")
if task == "train":
    params = dict(quiet, **about["parameters"])
    groups = np.fromfile(f"{folder}/groups.i32", dtype=np.int32) if about["ranks"] else None
    model = lgb.train(params, lgb.Dataset(x, np.fromfile(f"{folder}/target.f32", dtype=np.float32), group=groups, params=params), about["trees"])
    if len(sys.argv) > 3: model.save_model(sys.argv[3])
    print(json.dumps({"digest": digest(model, x[:1000]), "version": lgb.__version__}))
else:
    model = lgb.Booster(model_file=f"{folder}/model.txt")
    times = []
    for _ in range(9):
        start = time.process_time()
        found = model.predict(x, num_threads=1)
        times.append(time.process_time() - start)
    one = []
    for index in range(2000):
        start = time.perf_counter()
        model.predict(x[index : index + 1], num_threads=1)
        one.append(time.perf_counter() - start)
    print(json.dumps({"digest": digest(model, x[:1000]), "rowsPerSecond": rows / float(np.median(times)), "oneRow": float(np.median(one)) * 1e6}))
