"""A forest of two classes as sums of regressions: ONNX Runtime walks row by row, so that all of a large forest goes through the cache for each."""
from onnx import TensorProto, helper, numpy_helper
import numpy

# Nodes of a part, which a processor's second cache holds.
MOST = 16384
NODES = [
    "nodes_falsenodeids", "nodes_featureids", "nodes_hitrates", "nodes_missing_value_tracks_true", "nodes_modes",
    "nodes_nodeids", "nodes_treeids", "nodes_truenodeids", "nodes_values",
]


def summed(body):
    """The nodes of the graph, its forests in parts; for one that is nothing but the sum of shares of the second of two classes, its labels unread."""
    read = {name for node in body.node for name in node.input} | {one.name for one in body.output}
    nodes = []
    for node in body.node:
        said = {one.name: helper.get_attribute_value(one) for one in node.attribute}
        nodes += parts(body, node, said) if is_shares(node, said, read) else [node]
    del body.node[:]
    body.node.extend(nodes)


def is_shares(node, said, read):
    if node.op_type != "TreeEnsembleClassifier" or node.output[0] in read or said.get("base_values"):
        return False
    classes = said.get("classlabels_int64s") or said.get("classlabels_strings") or []
    weights = said.get("class_weights") or []
    # Of two classes, one alone is said: what is left to one is the other's.
    one_alone = len(classes) == 2 and len(set(said["class_ids"])) == 1 and len(weights) > 0 and min(weights) >= 0
    return one_alone and said.get("post_transform", b"NONE") == b"NONE" and max(said["nodes_treeids"]) > 0


def parts(body, node, said):
    trees, of = numpy.array(said["nodes_treeids"]), numpy.array(said["class_treeids"])
    ends = numpy.cumsum(numpy.bincount(trees))
    part = (ends - 1) // MOST
    share, nodes, shares = node.output[1], [], []
    given = before(body, before(body, node.input[0], TensorProto.DOUBLE), TensorProto.FLOAT, own=True)
    for number in numpy.unique(part):
        inside, leaves = part[trees] == number, part[of] == number
        kept = {name: list(numpy.array(said[name], dtype=object)[inside]) for name in NODES if name in said}
        targets = {
            f"target_{name}": list(numpy.array(said[f"class_{name}"], dtype=object)[leaves])
            for name in ("nodeids", "treeids", "weights")
        }
        single, double = f"{share}_single_{number}", f"{share}_double_{number}"
        nodes.append(
            helper.make_node(
                "TreeEnsembleRegressor", [given or node.input[0]], [single], domain=node.domain, n_targets=1,
                target_ids=[0] * int(leaves.sum()), **kept, **targets,
            )
        )
        nodes.append(helper.make_node("Cast", [single], [double], to=TensorProto.DOUBLE))
        shares.append(double)
    second, first, one = f"{share}_second", f"{share}_first", f"{share}_one"
    body.initializer.append(numpy_helper.from_array(numpy.array([[1.0]]), one))
    nodes.append(helper.make_node("Sum", shares, [second]))
    nodes.append(helper.make_node("Sub", [one, second], [first]))
    nodes.append(helper.make_node("Concat", [first, second], [share], axis=1))
    return nodes


def before(body, name, kind, own=False):
    """What was cast so, or with `own` its name itself: single precision made double again is the single one, and walks faster."""
    for node in body.node:
        if name in node.output and node.op_type == "Cast" and helper.get_attribute_value(node.attribute[0]) == kind:
            return name if own else node.input[0]
    return None
