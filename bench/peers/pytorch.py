"""Does workloads in PyTorch: one request in JSON a line on stdin, one answer a line on stdout. Three words say how: cpu or gpu; eager or
compiled, by torch.compile; f32, or tf32 for products of numbers that are cut to 10 bits."""

import base64
import json
import sys
import time

import numpy
import torch

place, way, precision = sys.argv[1:]


def found():
    """PyTorch's own name of the device."""
    if place == "cpu":
        return "cpu"
    if torch.cuda.is_available():
        return "cuda"
    if torch.backends.mps.is_available():
        return "mps"
    raise RuntimeError("PyTorch finds no GPU")


device = found()
if precision == "tf32" and device != "cuda":
    raise RuntimeError("TF32 is something that CUDA has")
if way == "compiled" and not hasattr(torch, "compiler"):
    raise RuntimeError(f"compiled: wants PyTorch 2.1 or newer, got {torch.__version__}")
torch.set_float32_matmul_precision("high" if precision == "tf32" else "highest")
torch.backends.cudnn.allow_tf32 = precision == "tf32"
if device == "cpu":
    about = f"CPU, {torch.get_num_threads()} threads"
else:
    about = torch.cuda.get_device_name() if device == "cuda" else device


def wait():
    if device != "cpu":
        getattr(torch, device).synchronize()


def compiled(function):
    """Decorates the functions of a workload that torch.compile is to see whole."""
    return torch.compile(function) if way == "compiled" else function


def slope(energy, x, create_graph=False):
    """∇ Σ energy(x), and energy(x), of a function [n, …] -> [n]: by autograd, or as torch.compile sees through it."""
    if way == "compiled":

        def summed(x):
            values = energy(x)
            return values.sum(), values

        gradient, (_, values) = torch.func.grad_and_value(summed, has_aux=True)(x)
        return gradient, values
    x = x.detach().requires_grad_()
    values = energy(x)
    (gradient,) = torch.autograd.grad(values.sum(), [x], create_graph=create_graph)
    return gradient, values


def upload(shape, data):
    """An array from its bytes; zeros come without any."""
    if data == "":
        return torch.zeros(shape, device=device)
    numbers = numpy.frombuffer(base64.b64decode(data), dtype=numpy.float32)
    return torch.from_numpy(numbers.copy()).reshape(shape).to(device)


def download(tensor):
    data = tensor.detach().cpu().contiguous().numpy()
    return {"shape": list(tensor.shape), "data": base64.b64encode(data.tobytes()).decode()}


def answer(**fields):
    print(json.dumps(fields), flush=True)


given, work, inputs, silent, results = {}, None, None, None, None
answer(version=torch.__version__, on=about)

for line in sys.stdin:
    request = json.loads(line)
    try:
        if request["do"] == "give":
            *outer, name = request["path"]
            tree = given.setdefault(outer[0], {}) if outer else given
            tree[name] = upload(request["shape"], request["data"])
            answer()
        elif request["do"] == "open":
            if way == "compiled":
                # What it has compiled for other workloads counts, and beyond a number of them it would compile no more.
                torch.compiler.reset()
            defined = {"torch": torch, "F": torch.nn.functional, "compiled": compiled, "slope": slope}
            exec(request["source"], defined)
            work, prepare = defined["work"], defined.get("prepare", lambda inputs: inputs)
            quiet = {name: torch.zeros_like(tree) if name == "noise" else tree for name, tree in given.items()}
            inputs, silent, given = prepare(given), prepare(quiet), {}
            answer()
        elif request["do"] == "run":
            wait()
            start = time.perf_counter()
            work(inputs)
            wait()
            answer(ms=(time.perf_counter() - start) * 1000)
        elif request["do"] == "results":
            results = work(silent)
            answer(names=list(results))
        elif request["do"] == "result":
            answer(**download(results[request["name"]]))
    except Exception as error:
        given = {}
        answer(error=f"{type(error).__name__}: {error}")
