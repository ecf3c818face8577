/** JEM with large nets, in Node alone: the nets have tests of their own in both lanes. */

import { expect, test } from "vitest";
import "../../engine/opened.ts";
import type { Changes } from "../../../ebm/recipes/recipe.ts";
import type { JemSettings } from "../../../ebm/systems/jem.ts";
import { update } from "../small.ts";
import { openSmallJem } from "../smallJem.ts";

test("every net and norm takes an update, in training and in evaluation", async () => {
  const nets: Changes<JemSettings["net"]>[] = [
    { kind: "wideResnet", width: 1, depth: 10, norm: "act", dropout: 0.3, leak: 0.2, last: true },
    { kind: "wideResnet", width: 1, depth: 10, norm: "batch", activation: "softplus", last: false },
  ];
  for (const net of nets) {
    const training = await openSmallJem("jem/cifar10", { net, data: { size: 8, crop: 0 } });
    await update(training, 1);
    const [row] = await training.metrics({ final: true });
    training.dispose();
    expect(Object.values(row).every(Number.isFinite), JSON.stringify(net)).toBe(true);
  }
});
