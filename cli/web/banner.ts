/** The banner at the top: what is wrong, and what to do. */

import { byId } from "./elements.ts";

/** Shows a headline and lines under it, with a button if there is something to press. */
export function showBanner(
  headline: string,
  lines: readonly string[],
  press?: { label: string; action: () => void },
): void {
  const banner = byId("banner", HTMLElement);
  const heading = document.createElement("h2");
  heading.textContent = headline;
  const list = document.createElement("ul");
  list.append(...lines.map((line) => Object.assign(document.createElement("li"), { textContent: line })));
  banner.replaceChildren(heading, list);
  if (press !== undefined) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: press.label });
    button.addEventListener("click", press.action);
    banner.append(button);
  }
  banner.hidden = false;
}

/** Names what of an address was left out, if anything was. */
export function tellProblems(problems: readonly string[]): void {
  if (problems.length > 0) showBanner("Some of the address was left out", problems);
}

export function hideBanner(): void {
  byId("banner", HTMLElement).hidden = true;
}
