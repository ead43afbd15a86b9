"""Converters of our own, in the place of skl2onnx's where those compute in single precision, know no missing texts, or know an encoder's options only in part."""
import numpy
from load import Said
from onnx import TensorProto
from skl2onnx.common import _registration
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType, StringTensorType

BOOL, FLOAT, DOUBLE, INT64, STRING = TensorProto.BOOL, TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.INT64, TensorProto.STRING
MISSING = ""


def is_missing(value):
    return value is None or (isinstance(value, float) and numpy.isnan(value)) or type(value).__name__ == "NAType"


class Graph:
    """Nodes, each by what it gives."""

    def __init__(self, scope, container):
        self.scope, self.container = scope, container

    def name(self, of="value"):
        return self.scope.get_unique_variable_name(of)

    def node(self, kind, inputs, output=None, version=None, domain="", **attributes):
        output = output or self.name(kind.lower())
        name = self.scope.get_unique_operator_name(kind)
        self.container.add_node(kind, inputs, output, op_domain=domain, op_version=version, name=name, **attributes)
        return output

    def constant(self, values, kind):
        array = numpy.asarray(values)
        flat = [str(one).encode() for one in array.ravel()] if kind == STRING else array.ravel().tolist()
        name = self.name("constant")
        self.container.add_initializer(name, kind, list(array.shape), flat)
        return name

    def column(self, of, index):
        return self.node("Gather", [of, self.constant([index], INT64)], version=13, axis=1)

    def double(self, of, output=None):
        return self.node("Cast", [of], output, version=13, to=DOUBLE)

    def concatenated(self, parts, output):
        if len(parts) == 1:
            return self.node("Identity", parts, output, version=14)
        return self.node("Concat", parts, output, version=13, axis=1)


def columns(graph, operator):
    """What comes in, column by column: its name, and whether it is text."""
    found = []
    for one in operator.inputs:
        width, is_text = one.type.shape[1], isinstance(one.type, StringTensorType)
        of = doubles(graph, one) or one.full_name
        found += [(of if width == 1 else graph.column(of, index), is_text) for index in range(width)]
    return found


def doubles(graph, one):
    """Its numbers, or nothing of what is text."""
    if isinstance(one.type, StringTensorType):
        return None
    return one.full_name if isinstance(one.type, DoubleTensorType) else graph.double(one.full_name)


def equal(graph, column, is_text, value):
    if is_missing(value):
        if not is_text:
            return graph.node("IsNaN", [column], version=13)
        value = MISSING
    constant = graph.constant([[value if is_text else float(value)]], STRING if is_text else DOUBLE)
    return graph.node("Equal", [column, constant], version=19 if is_text else 13)


def categories(scope, operator, container):
    """What the encoder itself says of each category, and of none of them; a category that it would fail at gives no number."""
    graph, model = Graph(scope, container), operator.raw_operator
    inputs = columns(graph, operator)
    seen = [list(some) for some in model.categories_]
    widths, blocks = asked(model, seen)
    parts = []
    for (column, is_text), known, (unknown, block) in zip(inputs, seen, blocks):
        part = graph.constant([unknown], DOUBLE)
        rows = [(value, row) for value, row in zip(known, block)]
        plain = [(value, row) for value, row in rows if not numpy.isnan(row).any() and not is_missing(value)]
        special = [(value, row) for value, row in rows if numpy.isnan(row).any() or is_missing(value)]
        if plain:
            values = [str(value) if is_text else float(value) for value, _ in plain]
            among = graph.constant([values], STRING if is_text else DOUBLE)
            hits = graph.node("Equal", [column, among], version=19 if is_text else 13)
            hot = graph.double(hits)
            given = numpy.array([row for _, row in plain])
            is_hot = given.shape[0] == given.shape[1] and (given == numpy.eye(len(given))).all()
            said = hot if is_hot else graph.node("MatMul", [hot, graph.constant(given, DOUBLE)], version=13)
            if not unknown.any():
                # What is none of them hits none, and is zero already.
                part = said
            else:
                count = graph.node("ReduceMax", [hot, graph.constant([1], INT64)], version=18, keepdims=1)
                part = graph.node("Where", [graph.node("Cast", [count], version=13, to=BOOL), said, part], version=16)
        for value, row in special:
            part = graph.node("Where", [equal(graph, column, is_text, value), graph.constant([row], DOUBLE), part], version=16)
        if not rows:
            raise Said("failed", f"{type(model).__name__} has a column without any category.")
        parts.append(part)
    graph.concatenated(parts, operator.outputs[0].full_name)


def asked(model, seen):
    """By column: what an unknown value gives, and what each category does."""
    width = len(seen)
    most = max(len(some) for some in seen)

    def transformed(rows):
        given = model.transform(numpy.array(rows, dtype=object) if is_object else numpy.array(rows, dtype=float))
        return numpy.asarray(given.todense() if hasattr(given, "todense") else given, dtype=float)

    is_object = any(not isinstance(value, (int, float, numpy.number, numpy.bool_)) for some in seen for value in some)
    first = [some[0] for some in seen]
    base = transformed([[some[min(index, len(some) - 1)] for some in seen] for index in range(most)])
    sizes = sizes_of(model, seen, base.shape[1])
    starts = numpy.concatenate([[0], numpy.cumsum(sizes)]).astype(int)
    blocks = []
    for column in range(width):
        unknown_row = list(first)
        unknown_row[column] = "\x00 esteira" if isinstance(first[column], str) or is_object else 1.7e300
        inside = slice(starts[column], starts[column + 1])
        try:
            unknown = transformed([unknown_row])[0, inside]
        except ValueError:
            unknown = numpy.full(sizes[column], numpy.nan)
        blocks.append((unknown, base[: len(seen[column]), inside]))
    return sizes, blocks


def sizes_of(model, seen, total):
    if total == len(seen):
        return [1] * total
    counted = getattr(model, "_n_features_outs", None)
    if counted is None or sum(counted) != total:
        raise Said("failed", f"What {type(model).__name__} gives of each column is not known.")
    return list(counted)


def encoded_shape(operator):
    model = operator.raw_operator
    counted = getattr(model, "_n_features_outs", None) if type(model).__name__ == "OneHotEncoder" else None
    operator.outputs[0].type = DoubleTensorType([None, int(sum(counted)) if counted is not None else len(model.categories_)])


def imputed(scope, operator, container):
    graph, model = Graph(scope, container), operator.raw_operator
    [first, *others] = operator.inputs
    if not others and doubles(graph, first) and model.indicator_ is None and not any(map(is_missing, model.statistics_)):
        # All columns at once.
        given = doubles(graph, first)
        missing = equal(graph, given, False, model.missing_values)
        fills = graph.constant([[float(value) for value in model.statistics_]], DOUBLE)
        graph.node("Where", [missing, fills, given], operator.outputs[0].full_name, version=16)
        return
    inputs = columns(graph, operator)
    parts = []
    for (column, is_text), value in zip(inputs, model.statistics_):
        if is_missing(value) and not getattr(model, "keep_empty_features", False):
            continue
        fill = graph.constant([[value if is_text else float(value)]], STRING if is_text else DOUBLE)
        parts.append(graph.node("Where", [equal(graph, column, is_text, model.missing_values), fill, column], version=16))
    if model.indicator_ is not None:
        for index in model.indicator_.features_:
            column, is_text = inputs[index]
            missing = equal(graph, column, is_text, model.missing_values)
            parts.append(graph.double(missing))
    graph.concatenated(parts, operator.outputs[0].full_name)


def imputed_shape(operator):
    model = operator.raw_operator
    is_text = isinstance(operator.inputs[0].type, StringTensorType)
    if is_text and model.indicator_ is not None:
        raise Said("failed", "SimpleImputer of texts with add_indicator cannot be converted.")
    kept = sum(1 for value in model.statistics_ if not is_missing(value) or getattr(model, "keep_empty_features", False))
    width = kept + (0 if model.indicator_ is None else len(model.indicator_.features_))
    operator.outputs[0].type = (StringTensorType if is_text else DoubleTensorType)([None, width])


def single_first(converter):
    """scikit-learn's trees see single precision, and compare it with thresholds of double precision."""

    def convert(scope, operator, container):
        if not isinstance(operator.inputs[0].type, DoubleTensorType):
            return converter(scope, operator, container)
        graph, [given] = Graph(scope, container), operator.inputs
        seen = scope.declare_local_variable("single", DoubleTensorType(given.type.shape))
        graph.double(graph.node("Cast", [given.full_name], version=13, to=FLOAT), seen.full_name)
        operator.inputs = [seen]
        return converter(scope, operator, container)

    return convert


def only_single(converter):
    """What the runtime knows in single precision only."""

    def convert(scope, operator, container):
        graph, [given] = Graph(scope, container), operator.inputs
        seen = scope.declare_local_variable("single", FloatTensorType(given.type.shape))
        graph.node("Cast", [given.full_name], seen.full_name, version=13, to=FLOAT)
        operator.inputs = [seen]
        return converter(scope, operator, container)

    return convert


SINGLE = ["SklearnSVR", "SklearnAdaBoostClassifier", "SklearnAdaBoostRegressor"]
TREES = ["DecisionTree", "ExtraTree", "RandomForest", "ExtraTrees", "GradientBoosting"]


def register():
    converters = _registration._converter_pool
    for kind in ("OneHotEncoder", "OrdinalEncoder", "TargetEncoder"):
        _registration.register_converter(f"Sklearn{kind}", categories, overwrite=True)
        _registration.register_shape_calculator(f"Sklearn{kind}", encoded_shape, overwrite=True)
    for kind in ("Imputer", "SimpleImputer"):
        _registration.register_converter(f"Sklearn{kind}", imputed, overwrite=True)
        _registration.register_shape_calculator(f"Sklearn{kind}", imputed_shape, overwrite=True)
    for name in SINGLE:
        known = converters[name]
        _registration.register_converter(name, only_single(known._fct), overwrite=True, options=known._options)
    for kind in TREES:
        for role in ("Classifier", "Regressor"):
            name = f"Sklearn{kind}{role}"
            if name in converters:
                known = converters[name]
                _registration.register_converter(name, single_first(known._fct), overwrite=True, options=known._options)
