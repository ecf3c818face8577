/** Asks how long the buffers are before a kernel does anything else, for adapters that are slow to tell. */

/**
 * The text of a kernel whose entry point does nothing if a buffer is empty, which none is. Every index is compared to the length of its
 * buffer, for which an adapter may divide, in each lane and at each turn of a loop: compilers do not take that out of the loop, but they
 * see that it is known where it was asked for before.
 */
export function lengthsFirst(wgsl: string, entry: string): string {
  const buffers = wgsl.matchAll(/^@group\(0\) .*var<storage, \w+> (\w+): array</gm);
  const shortest = [...buffers].map(([, name]) => `arrayLength(&${name})`).reduce((a, b) => `min(${a}, ${b})`);
  return wgsl.replace(
    new RegExp(`^fn ${entry}\\([^{]*\\{\\n`, "m"),
    (opening) => `${opening}  if (${shortest} == 0u) {\n    return;\n  }\n`,
  );
}
