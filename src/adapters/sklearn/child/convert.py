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


def parts(model, depth=0):
    """The estimator, and all that are in it, trained or not."""
    from sklearn.base import BaseEstimator

    if depth > 12:
        return
    if isinstance(model, BaseEstimator):
        yield model
        model = list(vars(model).values())
    elif isinstance(model, dict):
        model = list(model.values())
    if isinstance(model, (list, tuple)):
        for one in model:
            yield from parts(one, depth + 1)


def knows_none(model):
    """What is missing among texts is None to it, not NaN."""
    for part in parts(model):
        known = [value for some in getattr(part, "categories_", []) for value in some]
        if getattr(part, "missing_values", 0) is None or any(value is None for value in known):
            return True
    return False


def original(model, rows):
    """What it says of the rows: a column for each class, or its value."""
    from sklearn.base import is_classifier
    from sklearn.exceptions import NotFittedError

    asked = rows[named(model, rows)]
    if knows_none(model):
        asked = asked.apply(lambda one: one.where(one.notna(), None) if one.dtype == object else one)
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


def versions():
    import onnx
    import skl2onnx

    names = {"scikit-learn": sklearn, "skl2onnx": skl2onnx, "onnx": onnx, "numpy": numpy, "pandas": pandas}
    return {"python": platform.python_version(), **{name: module.__version__ for name, module in names.items()}}


def converted(model, rows, columns, classes):
    """The bytes of the model."""
    import encoders
    import onnx
    from skl2onnx import convert_sklearn
    from skl2onnx.common.data_types import DoubleTensorType, StringTensorType

    encoders.register()
    order = named(model, rows)
    kinds = {column["name"]: StringTensorType if column["of"] == "texts" else DoubleTensorType for column in columns}
    is_flat = getattr(model, "feature_names_in_", None) is None
    if is_flat:
        if any(kinds[name] is StringTensorType for name in order):
            raise Said("failed", "It was trained on an array of numbers, and the model has features of text.")
        given = [("rows", DoubleTensorType([None, len(order)]))]
    else:
        given = [(name, kinds[name]([None, 1])) for name in order]
    options = {id(model): {"zipmap": False}} if classes is not None else None
    for part in parts(model):
        # Said of what it gives to another step, which the last one does not.
        if type(part).__name__ == "VotingClassifier":
            part.flatten_transform = False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            graph = convert_sklearn(model, initial_types=given, options=options, target_opset={"": 19, "ai.onnx.ml": 3})
        except Exception as error:
            raise unconverted(error)
    shaped(graph, order, is_flat)
    onnx.checker.check_model(graph)
    return graph.SerializeToString(), versions()


def unconverted(error):
    text = " ".join(str(error).split())
    if isinstance(error, Said):
        return error
    if type(error).__name__ == "MissingShapeCalculator" or "Unable to find a shape calculator" in text:
        found = text.split("for type ")[1].split(".\n")[0].strip("'").split("'")[1:2] if "for type " in text else []
        return Said("failed", f"skl2onnx cannot convert {found[0] if found else 'a part of it'}.")
    return Said("failed", f"skl2onnx cannot convert it: {text[:300]}")


def shaped(graph, order, is_flat):
    """One input for each feature, and one output."""
    import trees
    from onnx import TensorProto, helper

    body = graph.graph
    outputs = list(body.output)
    kept = outputs[-1].name
    del body.output[:]
    # Whatever the converter says of its type: some are of single precision.
    body.node.append(helper.make_node("Cast", [kept], ["scores"], to=TensorProto.DOUBLE))
    body.output.append(helper.make_tensor_value_info("scores", TensorProto.DOUBLE, [None, None]))
    read(body)
    trees.summed(body)
    read(body)
    if is_flat:
        del body.input[:]
        for name in order:
            body.input.append(helper.make_tensor_value_info(name, TensorProto.DOUBLE, [None, 1]))
        body.node.insert(0, helper.make_node("Concat", list(order), ["rows"], axis=1))


def read(body):
    """Nothing is computed that nobody reads: a classifier's labels, above all."""
    wanted, kept = {one.name for one in body.output}, []
    for node in reversed(body.node):
        if not wanted.isdisjoint(node.output):
            wanted.update(named_in(node))
            kept.append(node)
    del body.node[:]
    body.node.extend(reversed(kept))
    constants = [one for one in body.initializer if one.name in wanted]
    del body.initializer[:]
    body.initializer.extend(constants)


def named_in(node):
    """What it reads, in the bodies of loops and branches, too."""
    yield from node.input
    for attribute in node.attribute:
        for inner in attribute.g.node:
            yield from named_in(inner)
        yield from (one.name for one in attribute.g.output)
