/** Copies text for a person to pass on. */

import { byId } from "./elements.ts";

/** Puts text into the clipboard, and says so in the element `copied`; where the browser refuses, the text itself. */
async function copy(text: string, what: string): Promise<void> {
  const said = byId("copied", HTMLElement);
  try {
    await navigator.clipboard.writeText(text);
    said.textContent = `The ${what} is in your clipboard.`;
  } catch {
    said.textContent = `The browser refuses the clipboard; the ${what} is: ${text}`;
  }
}

/** Copies what a button is for, `link` by the button `copy-link`, as it is when it is pressed. */
export function copyByButton(what: string, text: () => string): void {
  byId(`copy-${what}`, HTMLButtonElement).addEventListener("click", () => void copy(text(), what));
}
