/** Tells energy and density under the pointer. */

import { significant } from "../../../progress/line.ts";
import { byId } from "../../elements.ts";
import type { LandscapeView } from "./landscape.ts";

/** Shows what `look` finds under the pointer while it is over the square; its places go from 0 to 1, y downward. */
export function watchPointer(look: (across: number, down: number) => ReturnType<LandscapeView["probe"]>): void {
  const square = byId("square", HTMLElement);
  const probe = byId("probe", HTMLElement);
  square.addEventListener("pointerleave", () => (probe.hidden = true));
  square.addEventListener("pointermove", ({ clientX, clientY }) => {
    const { left, top, width, height } = square.getBoundingClientRect();
    const found = look((clientX - left) / width, (clientY - top) / height);
    if (found === null) return;
    const log = (picture: "model" | "truth"): string => significant(found.logDensities[picture] ?? NaN);
    probe.hidden = false;
    probe.textContent = `(${found.x.toFixed(2)}, ${found.y.toFixed(2)})  log p: model ${log("model")}, truth ${log("truth")}`;
  });
}
