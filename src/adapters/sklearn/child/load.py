"""Loads what is pickled, by no other names than those it is given; asks the original about the rows; has it converted. Input and output are frames of bytes."""
import importlib
import inspect
import io
import json
import os
import pickle
import struct
import sys
import types
import warnings


class Said(Exception):
    """One sentence for people."""

    def __init__(self, kind, text):
        super().__init__(text)
        self.kind = kind


# As the pickler of protocols below 3 calls them, and compiled code of scikit-learn itself.
RENAMED = {"__builtin__": "builtins", "copy_reg": "copyreg", "_loss": "sklearn._loss._loss"}


def finder(names):
    allowed = {(module, name): kind for module, name, kind in names}

    def find_class(self, module, name):
        kind = allowed.get((module, name))
        if kind is None:
            raise Said("refused", f"It asks for {module}.{name}, which is not on the list.")
        found = getattr(importlib.import_module(RENAMED.get(module, module)), name)
        if isinstance(found, type) != (kind == "class") or not callable(found):
            raise Said("refused", f"{module}.{name} is not the {kind} that the list means.")
        return found

    return find_class


def guarded(base, names):
    """Finds no other names, and sets attributes of instances only, of which none is Python's own."""
    if names is None:
        return type("Unguarded", (base,), {})
    named = (type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType)

    class Guarded(base):
        dispatch = dict(base.dispatch)
        find_class = finder(names)

        def load_build(self):
            if len(self.stack) < 2 or isinstance(self.stack[-2], named):
                raise Said("refused", "It would set attributes of a class or a function.")
            state = self.stack[-1]
            if isinstance(state, tuple) and len(state) == 2 and any(str(key).startswith("__") for key in (state[1] if isinstance(state[1], dict) else ())):
                raise Said("refused", "It would give an instance another class, or whatever else Python keeps of it.")
            super().load_build()

        dispatch[pickle.BUILD[0]] = load_build

    return Guarded


def unpickled(content, names):
    """`names`: None where everything may be loaded."""
    from joblib import numpy_pickle

    WithArrays = guarded(numpy_pickle.NumpyUnpickler, names)
    plain = pickle.Unpickler if names is None else guarded(pickle._Unpickler, names)

    # Arrays of objects are pickles of their own, which joblib reads by this name.
    numpy_pickle.pickle = types.SimpleNamespace(**{**vars(pickle), "load": lambda file: plain(file).load()})
    given = {"mmap_mode": None, "ensure_native_byte_order": True}
    taken = inspect.signature(numpy_pickle.NumpyUnpickler.__init__).parameters
    return WithArrays("", io.BytesIO(content), **{name: value for name, value in given.items() if name in taken}).load()


def frame(asked, read):
    import numpy
    import pandas

    columns = {}
    for column in asked["columns"]:
        rows, name = asked["rows"], column["name"]
        if column["of"] == "texts":
            codes = numpy.frombuffer(read(4 * rows), dtype="<i4")
            # As pandas reads what is missing.
            words = numpy.array([*column["words"], numpy.nan], dtype=object)
            columns[name] = words[codes]
            continue
        values = numpy.frombuffer(read(8 * rows), dtype="<f8")
        columns[name] = values
    return pandas.DataFrame(columns, columns=[column["name"] for column in asked["columns"]])


def exactly(stream):
    def read(count):
        bytes_ = stream.read(count)
        if len(bytes_) != count:
            raise Said("failed", "What was to be converted did not arrive whole.")
        return bytes_

    return read


def pipeline(content, names):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from sklearn.base import BaseEstimator
        from sklearn.exceptions import InconsistentVersionWarning

        warnings.simplefilter("error", InconsistentVersionWarning)
        try:
            model = unpickled(content, names)
        except InconsistentVersionWarning as warning:
            raise Said("failed", f"A part of it, {warning.estimator_name}, was saved by scikit-learn {warning.original_sklearn_version}, another than the rest.")
    if not isinstance(model, BaseEstimator):
        raise Said("failed", f"What is pickled is of the type {type(model).__name__}, not a pipeline or an estimator of scikit-learn.")
    return model


def answer(out, header, *parts):
    text = json.dumps({**header, "parts": [len(part) for part in parts]}).encode()
    out.write(struct.pack("<Q", len(text)) + text)
    for part in parts:
        out.write(part)
    out.flush()


def carried_out(asked, read, out):
    rows = frame(asked, read)
    content = read(asked["bytes"])
    model = pipeline(content, asked["names"])
    import convert

    scores, classes = convert.original(model, rows)
    onnx, versions = convert.converted(model, rows, asked["columns"], classes)
    answer(out, {"classes": classes, "versions": versions, "width": scores.shape[1]}, onnx, scores.T.astype("<f8").tobytes())


def main():
    # Whatever is loaded may write to standard output: that goes where errors go.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    read = exactly(sys.stdin.buffer)
    try:
        asked = json.loads(read(struct.unpack("<Q", read(8))[0]))
        carried_out(asked, read, out)
    except Said as said:
        answer(out, {said.kind: str(said)})
    except MemoryError:
        answer(out, {"failed": "It needs more memory than it may have."})
    except BlockingIOError:
        answer(out, {"failed": "It tried to begin another process or thread, and may have none."})
    except BaseException as error:
        text = " ".join(str(error).split()) or "nothing more is said"
        answer(out, {"failed": f"{type(error).__name__}: {text[:400]}"})
