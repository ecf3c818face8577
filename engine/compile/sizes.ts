/**
 * Numbers that a dispatch is given rather than its pipeline compiled for, so that one pipeline serves tensors of many sizes:
 * on a software adapter a pipeline takes as long to compile as thousands of small dispatches take to run.
 */

import { MOST_SIZES, SIZES_BINDING } from "../device/pipelines.ts";

/** The numbers of one kernel that lie in the buffer of sizes instead of its text. */
export class Sizes {
  readonly #names = new Map<number, string>();

  /** What the text calls a number of its index arithmetic; the number itself where the buffer has no room for more. */
  nameOf(value: number): string {
    const known = this.#names.get(value);
    if (known !== undefined) return known;
    if (this.#names.size >= MOST_SIZES / 2) return `${value}u`;
    const name = `size${this.#names.size}`;
    this.#names.set(value, name);
    return name;
  }

  /**
   * A text that reads its sizes from a uniform buffer, and the sizes themselves. `extents` are overrides of the shader that become
   * sizes too. They stay expressions that are known to be uniform, as barriers and subgroups demand.
   */
  given(wgsl: string, extents: Readonly<Record<string, number>>): { wgsl: string; sizes: readonly number[] } {
    const sizes = { ...extents, ...Object.fromEntries([...this.#names].map(([value, name]) => [name, value])) };
    const names = Object.keys(sizes);
    if (names.length === 0) return { wgsl, sizes: [] };
    const declaration = [
      "struct Sizes {",
      ...names.map((name) => `  ${name}: u32,`),
      "}",
      `@group(0) @binding(${SIZES_BINDING}) var<uniform> sizes: Sizes;`,
    ];
    const listed = names.join("|");
    const text = wgsl
      .replace(new RegExp(`^override (${listed}): .*\\n`, "gm"), "")
      .replace(new RegExp(`//.*|\\b(${listed})\\b`, "g"), (all, name?: string) =>
        name === undefined ? all : `sizes.${name}`,
      );
    return { wgsl: [text.trimEnd(), "", ...declaration, ""].join("\n"), sizes: Object.values(sizes) };
  }
}
