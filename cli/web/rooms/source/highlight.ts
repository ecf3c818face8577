/** Code as lines of coloured words: TypeScript and WGSL alike, by what they have in common. */

export type Kind = "comment" | "string" | "number" | "keyword" | "name";

const keywords = new Set(
  (
    "alias array async await bool bitcast class const else enable export extends f32 false fn for from function i32 if " +
    "import interface let new null override private ptr readonly return storage struct super switch this throw true type " +
    "typeof u32 uniform var vec2f vec2u vec3u vec4f vec4u while workgroup yield"
  ).split(" "),
);

/** A comment to the end of the line; a string; a number; a word; else one character that means itself. */
const token = /(\/\/.*|\/\*.*?(?:\*\/|$))|("[^"]*"|`[^`]*`)|(\b\d[\w.]*)|([A-Za-z_@]\w*)|[^]/g;

/** The words of each line with their kinds, in order; what has none is left plain. */
export function highlighted(code: string): { text: string; kind: Kind | null }[][] {
  let inside = false;
  return code.split("\n").map((line) => {
    // A comment over several lines begins each with a star.
    const whole = inside && !line.includes("*/");
    const closes = inside && line.includes("*/");
    if (whole || closes) {
      inside = whole;
      return [{ text: line, kind: "comment" as const }];
    }
    inside = /\/\*(?!.*\*\/)/.test(line);
    return [...line.matchAll(token)].map(([text, comment, string, number, word]) => ({
      text,
      kind: comment ? "comment" : string ? "string" : number ? "number" : word ? kindOf(word) : null,
    }));
  });
}

const kindOf = (word: string): Kind => (keywords.has(word) || word.startsWith("@") ? "keyword" : "name");
