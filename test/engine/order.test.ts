/** The order in which the parts of a program run: any in which they can gives the same, and the one chosen holds no more. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { memoryOf } from "../../engine/compile/cost.ts";
import { fuse, storedBy, type Cluster, type Clusters } from "../../engine/compile/fuse.ts";
import { frugally, type Order } from "../../engine/compile/order.ts";
import { join } from "../../engine/compile/join.ts";
import { optimised } from "../../engine/compile/passes.ts";
import { Plan } from "../../engine/compile/plan.ts";
import { schedule } from "../../engine/compile/schedule.ts";
import { inOrder } from "../../engine/graph.ts";
import { dispose, fromArray, grad, loop, matmul, sum, type HostArray, type Tensor } from "../../engine/index.ts";
import { inputOp, placeholder } from "../../engine/ops/sources.ts";
import { threefry2x32 } from "../../engine/random/threefry.ts";
import { adopt } from "../../engine/scope.ts";
import { trace } from "../../engine/tracing.ts";
import { draw, seeds } from "./draw.ts";
import { device } from "./opened.ts";
import { INPUTS, programs, run } from "./programs.ts";
import { check } from "./property.ts";
import { tableInputs, tableProgram, tablePrograms } from "./tablePrograms.ts";
import { expected, expectResults } from "./threeWays.ts";

/** The clusters of a program, as they are scheduled. */
const clustersOf = (outputs: readonly Tensor[], boundary: ReadonlySet<Tensor>): Clusters =>
  join(fuse(outputs, boundary, 7), outputs, boundary, 7);

/** A program ready to be scheduled. */
interface Traced {
  inputs: Tensor[];
  outputs: Tensor[];
}

function traced(program: (...x: Tensor[]) => Tensor[], arrays: readonly Pick<HostArray, "shape" | "dtype">[]): Traced {
  const inputs = arrays.map(({ shape, dtype }) => placeholder(inputOp, { shape, dtype, label: "input" }));
  return { inputs, outputs: optimised(trace(() => program(...inputs))) };
}

const arraysOf = (seed: number) => Array.from({ length: INPUTS }, (_, at) => draw(seed + at, [3, 4]));

/** Random programs, and those in the bodies of their loops. */
const deep = fc.record({ outer: programs(8), inner: programs(3), seed: seeds });

type Deep = typeof deep extends fc.Arbitrary<infer Drawn> ? Drawn : never;

/** A program with its gradients and theirs, and a loop that goes on from it. */
const tracedDeep = ({ outer, inner, seed }: Deep, looping = true): Traced =>
  traced((...x) => {
    const y = run(outer, x);
    const first = grad(sum(y), x);
    const second = grad(
      first.map((slope) => sum(slope.square())).reduce((a, b) => a.add(b)),
      x,
    );
    const walk = (at: Tensor) => at.sub(grad(sum(run(inner, [first[0], at]).tanh()), at));
    return [looping ? loop(2, (_i, at) => walk(at), y) : y, ...first, ...second];
  }, arraysOf(seed));

/** What a cluster waits for: tensors stored by others, and the loops that results of loops come with. */
function waitsFor(cluster: Cluster, { stored }: Clusters, boundary: ReadonlySet<Tensor>): Tensor[] {
  const own = storedBy(cluster);
  const reached = inOrder(own, (node) => own.includes(node) || !stored.has(node));
  return reached
    .filter((node) => !own.includes(node) && stored.has(node) && !boundary.has(node))
    .map((node) => (node.op.kind === "pick" ? node.inputs[0] : node));
}

/** Asserts that these are all clusters, each after what it waits for. */
function expectRunnable(order: readonly Cluster[], clusters: Clusters, boundary: ReadonlySet<Tensor>): void {
  expect(new Set(order)).toEqual(new Set(clusters.list));
  expect(order.length).toBe(clusters.list.length);
  const done = new Set<Tensor>();
  for (const cluster of order) {
    for (const tensor of waitsFor(cluster, clusters, boundary)) expect(done.has(tensor)).toBe(true);
    for (const tensor of storedBy(cluster)) done.add(tensor);
  }
}

const asGiven: Order = ({ list }) => list;

/** Any order in which the clusters can run, drawn by a seed. */
const shuffled =
  (seed: number): Order =>
  (clusters, _outputs, boundary) => {
    const [left, done, order] = [[...clusters.list], new Set<Tensor>(), [] as Cluster[]];
    while (left.length > 0) {
      const ready = left.filter((cluster) => waitsFor(cluster, clusters, boundary).every((tensor) => done.has(tensor)));
      const next = ready[threefry2x32([seed, 0], [order.length, 0])[0] % ready.length];
      left.splice(left.indexOf(next), 1);
      for (const tensor of storedBy(next)) done.add(tensor);
      order.push(next);
    }
    return order;
  };

const plannedIn = (order: Order, { inputs, outputs }: Traced): number =>
  memoryOf(schedule(inputs, new Set(), outputs, new Map(), device.target, { order })).planned;

describe("the order that is chosen", () => {
  test("has every cluster once, after all it waits for", () =>
    check(deep, (drawn) => {
      const { inputs, outputs } = tracedDeep(drawn);
      const boundary = new Set(inputs);
      const clusters = clustersOf(outputs, boundary);
      expectRunnable(frugally(clusters, outputs, boundary), clusters, boundary);
      expectRunnable(shuffled(drawn.seed)(clusters, outputs, boundary), clusters, boundary);
    }));

  test("has what reads the result of a loop after the loop", () => {
    // The last step would free most of all, as soon as the product before the loop is there.
    const { inputs, outputs } = traced(
      (x) => [
        matmul(
          matmul(x, x),
          loop(3, (_i, at) => at.tanh(), x),
        ),
      ],
      [{ shape: [4, 4], dtype: "f32" }],
    );
    const boundary = new Set(inputs);
    const clusters = clustersOf(outputs, boundary);
    const order = frugally(clusters, outputs, boundary);
    expectRunnable(order, clusters, boundary);
    expect(order.map(({ root }) => root.op.name)).toEqual(["matmul", "loop", "matmul"]);
  });

  test("never plans more bytes than the order that was given, and often fewer", async () => {
    const totals = { before: 0, after: 0, fewer: 0 };
    await check(deep, (drawn) => {
      const program = tracedDeep(drawn, false);
      const [before, after] = [plannedIn(asGiven, program), plannedIn(frugally, program)];
      expect(after).toBeLessThanOrEqual(before);
      if (after < before) totals.fewer++;
      // With a loop rarely, and then a little.
      const looping = tracedDeep(drawn);
      totals.before += plannedIn(asGiven, looping);
      totals.after += plannedIn(frugally, looping);
    });
    expect(totals.fewer).toBeGreaterThan(0);
    expect(totals.after).toBeLessThan(totals.before);
  });

  test("computes the gradient of each layer's weights before the next layer's, so that activations go one by one", () => {
    const shapes = [[64, 8], ...Array.from({ length: 6 }, () => [8, 8])];
    const program = traced(
      (x, ...weights) => grad(sum(weights.reduce((at, w) => matmul(at, w).tanh(), x)), weights),
      shapes.map((shape) => ({ shape, dtype: "f32" })),
    );
    const activation = 4 * 64 * 8;
    // Six of them must be kept until their gradient comes by, and two more are in the making.
    expect(plannedIn(frugally, program) - 6 * 4 * 8 * 8).toBeLessThanOrEqual(8 * activation);
    expect(plannedIn(asGiven, program)).toBeGreaterThan(plannedIn(frugally, program) + 3 * activation);
  });
});

/** Runs a program whose clusters go in some order. */
function runIn(order: Order, { inputs, outputs }: Traced, arrays: readonly HostArray[], donated: readonly boolean[]) {
  const spare = new Set(inputs.filter((_, at) => donated[at]));
  const plan = new Plan(device, schedule(inputs, spare, outputs, new Map(), device.target, { order }));
  const given = arrays.map(fromArray);
  const stores = plan.run(
    given.map(({ storage }) => storage!),
    donated,
    new Uint32Array(),
  );
  const results = stores.map((storage, at) => adopt(outputs[at], storage));
  dispose(given.filter((_, at) => !donated[at]));
  plan.dispose();
  return results;
}

test("whatever the order, programs that write tables in place give the same", () =>
  check(
    tablePrograms,
    async (drawn) => {
      const inputs = tableInputs(drawn);
      const wanted = expected(tableProgram(drawn, true), inputs, true);
      const program = traced((x, y, v, rows) => tableProgram(drawn, false)(x, y, v, rows), inputs);
      for (const order of [asGiven, shuffled(drawn.seed), shuffled(drawn.seed + 1)]) {
        const results = runIn(order, program, inputs, drawn.donated);
        await expectResults("in another order", results, wanted);
        dispose(results);
      }
    },
    25,
  ));
