/** Puts generated functions into the slots of a shader, and the libraries they call in front of it. */

import { kernels, library } from "../../shaders/index.ts";

/**
 * The text of a kernel with some slots refilled. A slot stands in the file as
 * `// slot NAME`, a default, `// end`; whatever is not refilled keeps its default. A constant stands as `const NAME = 8u;`, an
 * alias for what a buffer holds as `alias NAME = f32;`. A text with f16 in it enables that.
 */
export function assemble(
  name: string,
  slots: Readonly<Record<string, string>>,
  constants: Readonly<Record<string, number>> = {},
  aliases: Readonly<Record<string, string>> = {},
): string {
  const source = kernels[name];
  if (source === undefined)
    throw new RangeError(`assemble: no shader "${name}" (one of ${Object.keys(kernels).join(", ")})`);
  const filled = source.replace(/^\/\/ slot (\w+)\n([\s\S]*?)^\/\/ end$/gm, (_text, slot: string, standard: string) =>
    (slots[slot] ?? standard).trim(),
  );
  const needed = Object.keys(library).filter((path) => calls(filled, library[path]));
  const whole = [...included(needed).map((path) => library[path]), filled].join("\n");
  const lines = [
    ...Object.entries(constants).map(([name, value]) => [`const ${name} = \\d+u;`, `const ${name} = ${value}u;`]),
    ...Object.entries(aliases).map(([name, type]) => [`alias ${name} = \\w+;`, `alias ${name} = ${type};`]),
  ];
  const set = lines.reduce((text, [line, other]) => text.replace(new RegExp(`^${line}$`, "m"), other), whole);
  // WGSL wants its directives before everything else.
  const half = /^(?!\/\/).*\bf16\b/m.test(set) ? ["enable f16;"] : [];
  const directives = [...half, ...(set.match(/^enable \w+;$/gm) ?? [])];
  return [...directives, ...directives.reduce((text, line) => text.replace(`${line}\n`, ""), set).split("\n")].join(
    "\n",
  );
}

/** Whether a text calls a function that a library defines. */
const calls = (text: string, from: string): boolean =>
  [...from.matchAll(/^fn (\w+)\(/gm)].some(([, name]) => new RegExp(`(?<!fn )\\b${name}\\(`).test(text));

/** Libraries with those they include, each once and before its users. */
function included(paths: readonly string[]): string[] {
  const order: string[] = [];
  const visit = (path: string) => {
    if (order.includes(path)) return;
    for (const [, other] of library[path].matchAll(/^\/\/ include (\S+)$/gm)) visit(other);
    order.push(path);
  };
  paths.forEach(visit);
  return order;
}
