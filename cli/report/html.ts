/** HTML as template literals: what is put in is escaped, unless it is markup already. */

/** Text that is markup. */
export class Markup {
  constructor(readonly text: string) {}
}

type Part = Markup | string | number | null | false | readonly Part[];

/** html`<p>${words}</p>`; a list is joined, null and false are nothing. */
export const html = (strings: TemplateStringsArray, ...parts: Part[]): Markup =>
  new Markup(String.raw({ raw: strings }, ...parts.map(render)));

function render(part: Part): string {
  if (part === null || part === false) return "";
  if (part instanceof Markup) return part.text;
  if (typeof part === "object") return part.map(render).join("");
  return escape(String(part));
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const escape = (text: string): string => text.replace(/[&<>"']/g, (letter) => entities[letter]);

/** JSON that may stand in a script element: nothing in it can close the element. */
export const jsonScript = (id: string, value: unknown): Markup =>
  new Markup(`<script type="application/json" id="${id}">${JSON.stringify(value).replaceAll("<", "\\u003c")}</script>`);

/** PNG bytes as a URL that needs no file. */
export const pngUrl = (png: Uint8Array): string => imageUrl(png, "png");

/** The bytes of a picture as a URL that needs no file. */
export function imageUrl(bytes: Uint8Array, type: "png" | "gif"): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return `data:image/${type};base64,${btoa(text)}`;
}
