"""From an estimator to ONNX: an input for each column, numbers as doubles, and one output of scores."""
import platform
import warnings

import numpy
import pandas
import sklearn
from load import Said


def named(model, rows):
    known = getattr(model, "feature_names_in_", None)
    given = list(rows.columns)
    if known is None:
        wanted = getattr(model, "n_features_in_", len(given))
        if wanted != len(given):
            raise Said("failed", f"It was trained on {wanted} columns, and the model has {len(given)} features.")
        return given
    lacking = [name for name in known if name not in given]
    strange = [name for name in given if name not in set(known)]
    if lacking:
        raise Said("failed", f"It was trained on {', '.join(map(str, lacking[:5]))}, which is no feature of the model.")
    if strange:
        raise Said("failed", f"The model has the features {', '.join(strange[:5])}, which it was not trained on.")
    return list(known)


def original(model, rows):
    """What it says of the rows: a column for each class, or its value."""
    from sklearn.base import is_classifier
    from sklearn.exceptions import NotFittedError

    asked = rows[named(model, rows)]
    if getattr(model, "feature_names_in_", None) is None and not any(of == object for of in asked.dtypes):
        asked = asked.to_numpy()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            if not is_classifier(model):
                if not hasattr(model, "predict"):
                    raise Said("failed", f"{type(model).__name__} predicts nothing: it is no model.")
                scores = numpy.asarray(model.predict(asked), dtype=float)
                return scores.reshape(len(rows), -1), None
            if not hasattr(model, "predict_proba"):
                raise Said("failed", f"{type(model).__name__} has no probabilities (predict_proba); wrap it in CalibratedClassifierCV.")
            scores = model.predict_proba(asked)
        except NotFittedError:
            raise Said("failed", "It was saved before it was trained.")
    if isinstance(scores, list):
        raise Said("failed", "It predicts several targets at once; a model has one.")
    return numpy.asarray(scores, dtype=float), [one.item() if hasattr(one, "item") else one for one in model.classes_]
