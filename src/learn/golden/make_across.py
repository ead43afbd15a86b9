"""Writes across.json beside this file: figures of a ranking by the group of the chosen candidate, by trying every order in which equal scores can
stand. Plain Python; run by hand, never by the tests."""
import itertools, json, math, pathlib, random

random.seed(20261121)
requests = []
for _ in range(400):
    size = random.randint(1, 6)
    rows = [{"score": random.randint(0, 8) / 4, "grade": 0, "group": random.choice(["f", "m", "m", "x", None])} for _ in range(size)]
    if random.random() < 0.9:
        liked = [row for row in rows if row["group"] != "m"] or rows
        random.choice(liked)["grade"] = 1
    requests.append(rows)

def judged(rows, cut):
    orders = [order for order in itertools.permutations(range(len(rows)))
              if all(rows[a]["score"] >= rows[b]["score"] for a, b in itertools.pairwise(order))]
    seen = lambda place: 1 / math.log2(place + 2)
    ndcg = hit = 0
    exposure = [0.0] * len(rows)
    for order in orders:
        place = next(place for place, row in enumerate(order) if rows[row]["grade"] == 1)
        ndcg += seen(place) if place < cut else 0
        hit += place < cut
        for at, row in enumerate(order):
            exposure[row] += seen(at)
    return ndcg / len(orders), hit / len(orders), [one / len(orders) for one in exposure]

mean = lambda values: sum(values) / len(values)
def figures(cut):
    told = [(rows, *judged(rows, cut)) for rows in requests if any(row["grade"] for row in rows)]
    of = lambda rows: next(row["group"] for row in rows if row["grade"])
    groups = {}
    for name in ["f", "m", "x"]:
        own = [one for one in told if of(one[0]) == name]
        shown = [(rows, exposure) for rows, _, _, exposure in told if any(row["group"] == name for row in rows)]
        groups[name] = {"samples": len(own), "ndcg": mean([one[1] for one in own]), "hit": mean([one[2] for one in own]), "requests": len(shown),
                        "exposure": mean([value for rows, exposure in shown for row, value in zip(rows, exposure) if row["group"] == name])}
    all_ = {"samples": len(told), "ndcg": mean([one[1] for one in told]), "hit": mean([one[2] for one in told]),
            "exposure": mean([value for *_, exposure in told for value in exposure])}
    gap = lambda figure, count: max(abs(group[figure] - all_[figure]) for group in groups.values() if group[count] >= 30)
    return {"all": all_, "groups": groups, "fairness": gap("ndcg", "samples"), "fairness_of_hit": gap("hit", "samples"), "exposure": gap("exposure", "requests")}

flat = lambda key: [row[key] for rows in requests for row in rows]
text = json.dumps({"scores": flat("score"), "grades": flat("grade"), "groups": flat("group"), "sizes": [len(rows) for rows in requests],
                   "figures": {str(cut): figures(cut) for cut in [1, 3, 5]}})
(pathlib.Path(__file__).parent / "across.json").write_text(text + "\n")
