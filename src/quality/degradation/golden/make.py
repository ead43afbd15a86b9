"""Writes the golden values beside this file, with fractions and numpy; run by hand, never by the tests."""
import json, pathlib
from fractions import Fraction
import numpy

random = numpy.random.default_rng(20261121)
bets = [Fraction(1, 2 ** power) for power in range(1, 8)]
def exact(differences, margin):
    """The greatest multiple of the stake, as it is, not by logarithms."""
    won, greatest = [Fraction(1)] * len(bets), Fraction(1)
    for difference in differences:
        won = [w * (1 + bet * (Fraction(difference) - Fraction(margin))) for w, bet in zip(won, bets)]
        greatest = max(greatest, sum(won) / len(bets))
    return float(1 / greatest)
def case(name, differences, margin):
    differences = [float(numpy.round(d, 4)) for d in differences]
    return {"name": name, "margin": margin, "differences": differences, "p": exact(differences, margin)}
hits = lambda rate, n: (random.random(n) < rate).astype(float)
cases = [
    case("nothing", [], 0.02),
    case("the same", hits(0.58, 120) - hits(0.58, 120), 0.02),
    case("worse", hits(0.58, 200) - hits(0.4, 200), 0.02),
    case("better", hits(0.4, 150) - hits(0.6, 150), 0.0),
    case("means of several", random.binomial(4, 0.58, 150) / 4 - hits(0.45, 150), 0.02),
    case("not only true and false", random.beta(6, 3, 150) - random.beta(5, 4, 150), 0.01),
    case("all of the greatest", [1.0] * 30, 0.1),
    case("worse, and then better", [0.9] * 20 + [-0.9] * 40, 0.05),
]
text = json.dumps({"versions": {"numpy": numpy.__version__}, "cases": cases}, indent=1)
pathlib.Path(__file__).with_name("evidence.json").write_text(text + "\n")
