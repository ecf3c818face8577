/** A listing of code in which lines can be lit. */

import { highlighted } from "./highlight.ts";

/** The numbers of the lines, from 0, that a pattern matches. */
export const matching = (code: string, pattern: RegExp): number[] =>
  code.split("\n").flatMap((line, at) => (pattern.test(line) ? [at] : []));

/** The lines that the compiler wrote into a shader: functions with numbered values. The rest is as it stands in shaders/. */
export function generatedLines(wgsl: string): number[] {
  const lines = wgsl.split("\n");
  return lines.flatMap((line, at) => {
    if (!line.startsWith("fn ")) return [];
    const end = lines.indexOf("}", at);
    const own = lines.slice(at, end).some((inside) => /^ +let v\d+ = /.test(inside));
    return own ? Array.from({ length: end - at + 1 }, (_, i) => at + i) : [];
  });
}

/** Fills a place with code. Lit lines are marked and brought into sight; others may be marked as generated. */
export function showCode(
  place: HTMLElement,
  code: string,
  { lit, generated = [] }: { lit: readonly number[]; generated?: readonly number[] },
): void {
  const lines = highlighted(code).map((words, at) => {
    const line = document.createElement("span");
    line.className = ["line", lit.includes(at) ? "lit" : "", generated.includes(at) ? "generated" : ""]
      .join(" ")
      .trim();
    line.append(
      ...words.map(({ text, kind }) => {
        if (kind === null || kind === "name") return text;
        return Object.assign(document.createElement("span"), { className: kind, textContent: text });
      }),
      "\n",
    );
    return line;
  });
  place.replaceChildren(...lines);
  const first = lit[0] ?? generated[0];
  place.scrollTop = first === undefined ? 0 : Math.max(0, lines[first].offsetTop - place.clientHeight / 3);
}
