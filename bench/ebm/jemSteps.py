"""The updates of jemSteps.ts in PyTorch: Wide-ResNet 28-2 with ReLU as JEM's reproduction has it, Adam. Random images of the same
shape stand for photographs, which take the same time. `python jemSteps.py STEPS BATCH` does an update for each line of stdin, and
answers each with a line of JSON."""

import json
import resource
import sys
import time

import torch
from torch import nn
import torch.nn.functional as F

STEPS, BATCH = (int(word) for word in sys.argv[1:3])
WIDTH, BLOCKS = 2, 4


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, stride=stride, padding=1)
        same = stride == 1 and inputs == outputs
        self.shortcut = nn.Identity() if same else nn.Conv2d(inputs, outputs, 1, stride=stride)

    def forward(self, x):
        return self.conv2(F.relu(self.conv1(F.relu(x)))) + self.shortcut(x)


class WideResnet(nn.Module):
    def __init__(self):
        super().__init__()
        features = [16, 16 * WIDTH, 32 * WIDTH, 64 * WIDTH]
        layers = [nn.Conv2d(3, 16, 3, padding=1)]
        for inputs, outputs, stride in zip(features, features[1:], [1, 2, 2]):
            layers += [Block(inputs if i == 0 else outputs, outputs, stride if i == 0 else 1) for i in range(BLOCKS)]
        self.trunk = nn.Sequential(*layers)
        self.linear = nn.Linear(features[-1], 10)

    def forward(self, x):
        return self.linear(self.trunk(x).mean((2, 3)))


torch.manual_seed(1)
net = WideResnet()
optimizer = torch.optim.Adam(net.parameters(), lr=1e-4)
buffer = torch.rand(10_000, 3, 32, 32) * 2 - 1


def answer(**fields):
    print(json.dumps(fields), flush=True)


def loss_of(x):
    return -torch.logsumexp(net(x), 1)


answer(about=f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads")
for _ in sys.stdin:
    images, labels = torch.rand(BATCH, 3, 32, 32) * 2 - 1, torch.randint(0, 10, (BATCH,))
    began, used = time.perf_counter(), time.process_time()
    logits = net(images)
    loss = F.cross_entropy(logits, labels)
    if STEPS > 0:
        rows = torch.randint(0, len(buffer), (BATCH,))
        x = buffer[rows]
        for parameter in net.parameters():
            parameter.requires_grad_(False)
        for _ in range(STEPS):
            x.requires_grad_(True)
            (slope,) = torch.autograd.grad(loss_of(x).sum(), x)
            x = (x - slope + 0.01 * torch.randn_like(x)).detach()
        for parameter in net.parameters():
            parameter.requires_grad_(True)
        buffer[rows] = x
        loss = loss - torch.logsumexp(logits, 1).mean() - loss_of(x).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    answer(
        seconds=time.perf_counter() - began,
        processor=time.process_time() - used,
        peak_bytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    )
