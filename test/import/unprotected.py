"""Loads each file as people do, in a process of its own, and says what each printed: `unprotected.py <file> ...`."""
import json
import os
import sys

import joblib
import numpy.f2py.crackfortran, numpy.testing, sklearn.linear_model  # Once, for all of them.

said = []
for file in sys.argv[1:]:
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        for number in (1, 2):
            os.dup2(writes, number)
        os.close(reads)
        os.close(writes)
        try:
            joblib.load(file)
        except BaseException as error:
            print(error, flush=True)
        os._exit(0)
    os.close(writes)
    with os.fdopen(reads, "rb") as answer:
        said.append(answer.read().decode(errors="replace"))
    os.waitpid(child, 0)
print(json.dumps(said))
