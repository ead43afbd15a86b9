"""Writes elasticity.json beside this file. Needs statsmodels and scipy; run by hand, never by the tests."""
import json, pathlib
import numpy, scipy, statsmodels
import statsmodels.api as sm
from scipy.optimize import minimize
from scipy.stats import norm, t
from statsmodels.base.model import GenericLikelihoodModel
from statsmodels.stats.meta_analysis import combine_effects

random = numpy.random.default_rng(20261122)
versions = {"numpy": numpy.__version__, "scipy": scipy.__version__, "statsmodels": statsmodels.__version__}

# A product's days: intercept, an event, the rival's and the own price; some days are bounds, from above (ran out) and from below (no sale).
days = 300
event = (random.uniform(size=days) < 0.15).astype(float)
own = numpy.round(random.normal(0, 0.1, days) + 0.15 * event, 6)
rival = numpy.round(0.6 * own + random.normal(0, 0.1, days), 6)
x = numpy.column_stack([numpy.ones(days), event, rival, own])
demand = x @ [1.2, 0.7, 0.4, -2.3] + random.normal(0, 0.4, days)
stock = 1.2 + numpy.log(1.4) + random.normal(0, 0.1, days)
y = numpy.round(numpy.maximum(numpy.minimum(demand, stock), numpy.log(1.9)), 6)
side = numpy.where(demand > stock, 1, numpy.where(demand < numpy.log(1.9), -1, 0))

class Tobit(GenericLikelihoodModel):
    def loglikeobs(self, params):
        beta, sigma = params[:-1], numpy.exp(params[-1])
        z = (self.endog - self.exog @ beta) / sigma
        return numpy.where(side == 0, norm.logpdf(z) - numpy.log(sigma), numpy.where(side == 1, norm.logsf(z), norm.logcdf(z)))

exact = side == 0
ols = sm.OLS(y[exact], x[exact]).fit(method="qr")
model = Tobit(y, x)
start = numpy.append(sm.OLS(y, x).fit().params, numpy.log(0.4))
found = minimize(lambda p: -model.loglike(p), start, method="BFGS", options={"gtol": 1e-9})
fit = model.fit(start_params=found.x, method="newton", disp=0, maxiter=200, tol=1e-14)

estimates = numpy.round(random.normal(-2.5, 0.5, 12), 6)
errors = numpy.round(random.uniform(0.1, 0.6, 12), 6)
combined = combine_effects(estimates, errors**2, method_re="iterated", atol=1e-6, maxiter=1000)

# A product whose price is held for a week, and whose days resemble those before them.
weekly = numpy.round(numpy.repeat(random.normal(0, 0.1, 43), 7)[:days], 6)
unexplained = numpy.zeros(days)
for day in range(days):
    unexplained[day] = (0.6 * unexplained[day - 1] if day else 0) + random.normal(0, 0.3)
inSeries = numpy.column_stack([numpy.ones(days), event, weekly])
sold = numpy.round(inSeries @ [1.2, 0.7, -2.3] + unexplained, 6)
serial = {lags: sm.OLS(sold, inSeries).fit(cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": True}).bse[-1] for lags in (0, 4, 12)}

# A rival who follows two days later, but not on event days; of one day in ten his price is not known.
moved = numpy.round(random.normal(0, 0.1, days), 6)
followed = numpy.round(0.3 + 0.1 * event + 0.2 * moved + numpy.concatenate([[0, 0], 0.5 * moved[:-2]]) + random.normal(0, 0.05, days), 6)
asked, seen = numpy.round(moved + 0.2 * event, 6), random.uniform(size=days) < 0.9
controls = numpy.column_stack([numpy.ones(days), event])
left = asked - controls @ sm.OLS(asked[seen], controls[seen]).fit(method="qr").params
lags, late = 4, numpy.arange(days) >= 4
before = numpy.column_stack([controls] + [numpy.concatenate([numpy.zeros(lag), left[: days - lag]]) for lag in range(lags + 1)])
answer = sm.OLS(followed[seen & late], before[seen & late]).fit(method="qr").t_test([0] * 2 + [1] * (lags + 1))

z = numpy.concatenate([numpy.linspace(-38, 38, 153), [1e-9, -1e-9, 0.6628, 0.6630, 5.6568, 5.6570]])
values = dict(
    x=x, y=y, side=side,
    ols={"coefficients": ols.params, "errors": ols.bse, "deviation": float(numpy.sqrt(ols.scale))},
    tobit={"coefficients": fit.params[:-1], "errors": fit.bse[:-1], "deviation": float(numpy.exp(fit.params[-1])), "likelihood": fit.llf},
    pool={"estimates": estimates, "errors": errors, "between": combined.tau2, "mean": combined.mean_effect_re, "error": combined.sd_eff_w_re},
    serial={"event": event, "price": weekly, "y": sold, "errors": [[lags, float(error)] for lags, error in serial.items()]},
    reaction={"event": event, "price": asked, "rival": followed, "seen": seen, "days": lags, "sum": float(answer.effect[0]), "error": float(answer.sd[0, 0])},
    normal={"z": z, "above": norm.logsf(z), "hazard": numpy.exp(norm.logpdf(z) - norm.logsf(z))},
    student=[[p, df, float(t.ppf(p, df))] for p in (0.5, 0.75, 0.9, 0.975, 0.995) for df in (1, 2, 3, 7, 30, 349, 5000, 100000)],
)
plain = lambda value: {k: plain(v) for k, v in value.items()} if isinstance(value, dict) else value.tolist() if hasattr(value, "tolist") else value
text = json.dumps({"versions": versions, **plain(values)})
(pathlib.Path(__file__).parent / "elasticity.json").write_text(text + "\n")
