"""Does workloads in PyTorch on the CPU: one request in JSON a line on stdin, one answer a line on stdout."""

import base64
import json
import sys
import time

import numpy
import torch


def upload(entry):
    """An array {"shape", "data"}, or a dictionary of them."""
    if "shape" not in entry:
        return {name: upload(inner) for name, inner in entry.items()}
    data = numpy.frombuffer(base64.b64decode(entry["data"]), dtype=numpy.float32)
    return torch.from_numpy(data.copy()).reshape(entry["shape"])


def download(tensor):
    data = tensor.detach().contiguous().numpy()
    return {"shape": list(tensor.shape), "data": base64.b64encode(data.tobytes()).decode()}


def answer(**fields):
    print(json.dumps(fields), flush=True)


work, inputs, silent = None, None, None
answer(version=torch.__version__, threads=torch.get_num_threads())

for line in sys.stdin:
    request = json.loads(line)
    try:
        if request["do"] == "open":
            defined = {"torch": torch, "F": torch.nn.functional}
            exec(request["source"], defined)
            work, inputs, silent = defined["work"], upload(request["inputs"]), upload(request["silent"])
            answer()
        elif request["do"] == "run":
            start = time.perf_counter()
            work(inputs)
            answer(ms=(time.perf_counter() - start) * 1000)
        elif request["do"] == "results":
            answer(arrays={name: download(tensor) for name, tensor in work(silent).items()})
    except Exception as error:
        answer(error=f"{type(error).__name__}: {error}")
