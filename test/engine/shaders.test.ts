/** Every shader, as its file stands and as programs fill it: it parses, keeps to the limits, and its header tells the truth. */

import { describe, expect, test } from "vitest";
import { WgslReflect } from "wgsl_reflect/wgsl_reflect.module.js";
import { assemble } from "../../engine/compile/assemble.ts";
import { lengthsFirst } from "../../engine/compile/lengths.ts";
import type { Command } from "../../engine/compile/schedule.ts";
import { INDEX_STRIDE, PARAMETER_WORDS } from "../../engine/device/sharedBindings.ts";
import { MOST_SIZES, SIZES_BINDING, type KernelSource } from "../../engine/device/pipelines.ts";
import {
  choice,
  compile,
  concat,
  conv2d,
  fromArray,
  grad,
  leakyRelu,
  matmul,
  normal,
  put,
  sum,
  take,
  type HostArray,
  type Tensor,
} from "../../engine/index.ts";
import { kernels, library } from "../../shaders/index.ts";
import { draw, drawIndices, u32 } from "./draw.ts";
import { device } from "./opened.ts";

/** What WebGPU allows everywhere. */
const LIMITS = { storageBuffers: 8, invocations: 256, workgroupBytes: 16384 };

interface Binding {
  name: string;
  binding: number;
  access: string;
}

/** The tensors a shader binds, in order. */
function tensorsOf(reflection: WgslReflect): Binding[] {
  return reflection.storage
    .filter(({ group }) => group === 0)
    .map(({ name, binding, access }) => ({ name, binding, access }))
    .sort((a, b) => a.binding - b.binding);
}

/** An extent of a workgroup, a number or a constant of the shader. */
const extentOf = (extent: unknown, text: string): number =>
  Number(new RegExp(`^const ${String(extent)} = (\\d+)u;$`, "m").exec(text)?.[1] ?? extent);

function expectWithinLimits(reflection: WgslReflect, text: string): void {
  expect(tensorsOf(reflection).length).toBeLessThanOrEqual(LIMITS.storageBuffers);
  const [own, shared] = [0, 1].map((at) => reflection.uniforms.filter(({ group }) => group === at));
  expect(own.every(({ binding, size }) => binding === SIZES_BINDING && size <= 4 * MOST_SIZES)).toBe(true);
  expect(shared.every(({ binding }) => binding <= 2)).toBe(true);
  expect(reflection.entry.compute.length).toBeGreaterThan(0);
  for (const { attributes } of reflection.entry.compute) {
    const size = attributes?.find(({ name }) => name === "workgroup_size")?.value;
    const invocations = [size ?? []].flat().reduce<number>((product, extent) => product * extentOf(extent, text), 1);
    expect(invocations).toBeGreaterThanOrEqual(1);
    expect(invocations).toBeLessThanOrEqual(LIMITS.invocations);
  }
  expect(workgroupBytes(text)).toBeLessThanOrEqual(LIMITS.workgroupBytes);
}

/** Bytes of a shader's variables in workgroup memory, which are arrays of f32 all. */
function workgroupBytes(text: string): number {
  const variables = [...text.matchAll(/^var<workgroup> \w+: (.*);$/gm)].map(([, type]) => type);
  return variables.reduce((total, type) => {
    const [, count] = /^array<f32, (\d+)>$/.exec(type) ?? expect.fail(`an array of f32 was expected, got ${type}`);
    return total + 4 * Number(count);
  }, 0);
}

describe.each(Object.keys(kernels))("shaders/%s.wgsl", (name) => {
  const text = kernels[name];
  const lines = text.split("\n");
  const reflection = new WgslReflect(assemble(name, {}));

  test("is valid as it stands, within the limits of every device", () => {
    expectWithinLimits(reflection, text);
    expect(reflection.entry.compute.map((entry) => entry.name)).toContain("main");
  });

  test("finds its place in a grid that is folded, in every entry point", () => {
    const entries = text.split(/^@compute /m).slice(1);
    expect(entries.length).toBe(reflection.entry.compute.length);
    for (const entry of entries) expect(entry).toContain("group.y * groups.x + group.x");
  });

  test("asks for the lengths of all its tensors first, where that is wanted, in every entry point", () => {
    for (const { name: entry } of reflection.entry.compute) {
      const [, opening] = lengthsFirst(assemble(name, {}), entry).split(`fn ${entry}(`)[1].split(" {\n");
      const asked = [...opening.matchAll(/arrayLength\(&(\w+)\)/g)].map((match) => match[1]);
      expect(asked.sort()).toEqual(
        tensorsOf(reflection)
          .map((tensor) => tensor.name)
          .sort(),
      );
    }
  });

  test("opens with its formula", () => {
    expect(lines[0]).toMatch(/^\/\/ \S+\[.*\] = \S/);
  });

  test("has a row in its header for every tensor, in order, with the direction it is bound with", () => {
    const rows = lines.flatMap((line) => {
      const row = /^\/\/ {3}(\w+) +\[[^\]]*\] +(in\/out|in|out)\b/.exec(line);
      return row === null ? [] : [{ name: row[1], access: row[2] === "in" ? "read" : "read_write" }];
    });
    expect(rows).toEqual(tensorsOf(reflection).map(({ name, access }) => ({ name, access })));
  });

  test("says how the work is divided before anything else", () => {
    const header = lines.slice(
      0,
      lines.findIndex((line) => !line.startsWith("//")),
    );
    const prose = header.slice(header.lastIndexOf("//") + 1);
    expect(prose.length).toBeGreaterThanOrEqual(1);
    expect(header.at(-1)).toMatch(/\.$/);
  });

  test("names overrides in capitals", () => {
    for (const { name: override } of reflection.overrides) expect(override).toMatch(/^[A-Z][A-Z_]*$/);
  });
});

test.each(Object.entries(library))("shaders/%s parses and opens with what it is for", (path, text) => {
  const included = [...text.matchAll(/^\/\/ include (\S+)$/gm)].map(([, other]) => library[other]).join("\n");
  expect(() => new WgslReflect(included + text)).not.toThrow();
  expect(text).toMatch(/^\/\/ [A-Z]/);
  expect(path).toMatch(/^lib\/\w+\.wgsl$/);
});

test("the parameter block is as large as shaders/lib/program.wgsl says, and an iteration's index lies where it is read", () => {
  const { uniforms } = new WgslReflect(library["lib/program.wgsl"]);
  expect(uniforms.map(({ name, group, binding, size }) => ({ name, group, binding, size }))).toEqual([
    { name: "parameters", group: 1, binding: 0, size: 4 * PARAMETER_WORDS },
    { name: "iteration", group: 1, binding: 1, size: 16 },
  ]);
  expect(INDEX_STRIDE).toBeGreaterThanOrEqual(16);
});

const key: HostArray = { ...u32([], 1, 2), dtype: "key" };

const programs: Record<string, [(...inputs: Tensor[]) => Tensor | Tensor[], ...HostArray[]]> = {
  "an expression of many tensors": [
    (...x) => x.reduce((a, b) => a.mul(0.5).add(b).tanh()),
    ...Array.from({ length: 12 }, (_, at) => draw(at, [3])),
  ],
  "random numbers and movements": [(k, x) => concat([normal(k, [3, 4]), x.transpose()]).mul(2), key, draw(1, [4, 3])],
  "a matrix product with an epilogue": [
    (x, w, b) => leakyRelu(matmul(x, w).add(b), 0.2).add(x),
    draw(1, [4, 4]),
    draw(2, [4, 4]),
    draw(3, [4]),
  ],
  "a convolution, its penalty and their gradients": [
    (x, w) => grad(sum(grad(sum(leakyRelu(conv2d(x, w, { padding: 1 }), 0.2).square()), x).square()), [x, w]),
    draw(1, [2, 2, 9, 9]),
    draw(2, [3, 2, 3, 3]),
  ],
  "reductions of expressions": [(x) => [sum(x.exp()), x.mul(2).max(0), x.mean(1).sqrt()], draw(1, [40, 40], 0.5, 1)],
  "rows and truth values": [
    (k, table) => [
      put(table, choice(k, 9, 3), take(table, choice(k, 9, 3)).mul(2)),
      table.less(0).and(table.greater(-1)),
    ],
    key,
    draw(1, [9, 2]),
  ],
  indices: [(i, x) => [i.add(1).mul(3), take(x, i)], drawIndices(1, [5], 3), draw(2, [3, 3])],
};

const sourcesOf = (commands: readonly Command[]): KernelSource[] =>
  commands.flatMap((command) =>
    command.kind === "dispatch" ? [command.source] : command.kind === "loop" ? sourcesOf(command.body) : [],
  );

test.each(
  Object.entries(programs).flatMap(([name, rest]) =>
    (["f32", "f16"] as const).map((storage) => ({ name, storage, rest })),
  ),
)(
  "the shaders of $name parse and bind what their layout says, with activations in $storage",
  ({ storage, rest: [program, ...inputs] }) => {
    const usual = device.target.leastHalf;
    device.target.leastHalf = 1;
    const compiled = compile(program as (...inputs: Tensor[]) => Tensor, { storage });
    const sources = sourcesOf(compiled.trace(...inputs.map(fromArray)).schedule.commands);
    device.target.leastHalf = usual;
    expect(sources.length).toBeGreaterThan(0);
    for (const { wgsl, bindings, overrides, sizes, entry } of sources) {
      const reflection = new WgslReflect(wgsl);
      const uniform = reflection.uniforms.find(({ group }) => group === 0);
      expect((uniform?.size ?? 0) / 4).toBe(sizes.length);
      const bound = tensorsOf(reflection).map(({ binding, access }) => ({ binding, access }));
      expect(bound).toEqual([...bindings].sort((a, b) => a.binding - b.binding));
      expect(reflection.overrides.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(overrides)));
      expect(reflection.entry.compute.map(({ name }) => name)).toContain(entry);
    }
    compiled.dispose();
  },
);
