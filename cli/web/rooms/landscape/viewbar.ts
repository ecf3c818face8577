/** The controls under the picture: which density, on which scale, with which layers, and how chains go on. */

import { layers, type View } from "./choices.ts";
import { byId, check, inputsNamed } from "../../elements.ts";

/** Calls `changed` with the view that a person has put together. */
export function watchView(changed: (view: View) => void): void {
  const names = ["picture", "scale", "chains", "layer"];
  for (const input of names.flatMap(inputsNamed)) input.addEventListener("change", () => changed(present()));
}

export function showView(view: View): void {
  check("picture", view.picture);
  check("scale", view.scale);
  check("chains", view.chains);
  for (const input of inputsNamed("layer")) input.checked = view.layers.some((layer) => layer === input.value);
  byId("scale-name", HTMLElement).textContent = view.scale === "density" ? "density" : "E / T";
  byId("name-shortrun", HTMLElement).textContent = view.chains === "long" ? "Long-run chains" : "Short-run chains";
}

function present(): View {
  const checked = (name: string): string => inputsNamed(name).find((input) => input.checked)!.value;
  const shown = inputsNamed("layer").filter((input) => input.checked);
  return {
    picture: checked("picture"),
    scale: checked("scale"),
    chains: checked("chains"),
    layers: layers.filter((layer) => shown.some(({ value }) => value === layer)),
  } as View;
}
