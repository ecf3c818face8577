/** How far items must be changed on purpose before they are taken for something else: adversarial robustness. */

import { dispose, foldIn, fromArray, key as keyOf, toArray } from "../../engine/index.ts";
import type { Labelled } from "../data/labelled.ts";
import { listed } from "../settings.ts";
import { attackOn, type AttackOptions } from "./attack.ts";
import { evaluation, classifierOf, type Figure } from "./evaluation.ts";
import type { Evaluated } from "./evaluated.ts";
import { countOf, itemDefaults, itemFields, labelsOf, itemCard } from "./items.ts";
import { stepList, stopsOf } from "./stops.ts";

/** Where noise decides the loss, that of many steps may be this much below that of one. */
const SLACK = 0.95;

export const robust = evaluation({
  about: "accuracy under attacks of growing size (PGD with restarts, over noisy copies), for JEM-0, JEM-1, JEM-10",
  fields: {
    ...itemFields,
    norm: { kind: "choice", about: "how a change is measured", values: ["linf", "l2"] },
    epsilon: {
      kind: "list",
      about: "sizes of attacks; of pixels in [0, 1] for images, of coordinates for points",
      of: { kind: "number", about: "size", min: 0 },
    },
    refine: stepList("steps of the sampler before classifying"),
    steps: { kind: "integer", about: "steps of each attack", min: 1 },
    restarts: {
      kind: "integer",
      about: "attacks from random starts; an item counts as robust if none succeeds",
      min: 1,
    },
    copies: { kind: "integer", about: "noisy copies whose logits are averaged, in attack and defence", min: 1 },
  },
  defaults: {
    ...{ ...itemDefaults, count: 100, norm: "linf", epsilon: "0,0.05,0.1,0.2,0.3", refine: "0,1,10" },
    ...{ steps: 20, restarts: 2, copies: 5 },
  },
  async run(model, options, { tell }) {
    const { classes } = classifierOf("robust", model);
    const items = await model.open(options.part);
    const count = countOf(items, options.count);
    const labels = labelsOf("robust", items, count);
    const images = model.item.length === 3;
    // Images are in [−1, 1] here: twice as far apart as in [0, 1].
    const scale = images ? 2 : 1;
    const sizes = listed(options.epsilon).map(Number);
    if (sizes.length === 0) throw new RangeError("robust.epsilon: expected a size or more, got none");
    // As large as to turn any item into any other.
    const whole = images ? 1 : Number((2 * (await reachOf(items, count))).toPrecision(3));
    const attack = (refine: number, steps: number): AttackOptions => ({
      ...{ norm: options.norm, steps, copies: options.copies, refine },
      noise: options.noise ? model.noise : 0,
      limit: images ? 1 : Infinity,
    });
    const numbers: Record<string, number> = {};
    const curves: Figure["curves"][number][] = [];
    const rows: (string | number)[][] = [];
    const checks: (string | number)[][] = [];
    for (const refine of stopsOf(options.refine)) {
      const programs = [options.steps, 1, 0].map((steps) => attackOn(model, attack(refine, steps)));
      const [full, single, none] = programs.map(
        (program) => (epsilon: number, restart: number) =>
          outcome(program, model, items, labels, scale * epsilon, { ...options, restart }),
      );
      const clean = await none(0, 0);
      const points: [number, number][] = [];
      for (const epsilon of sizes) {
        tell(`JEM-${refine}, attacks of size ${epsilon}`);
        let right = clean.right;
        for (let restart = 1; restart <= (epsilon === 0 ? 0 : options.restarts); restart++)
          right = both(right, (await full(epsilon, restart)).right);
        points.push([epsilon, share(right)]);
        numbers[`robust_${options.norm}_${epsilon}_jem${refine}`] = share(right);
      }
      curves.push({ name: `JEM-${refine}`, points });
      rows.push([`JEM-${refine}`, ...points.map(([, robust]) => robust.toFixed(3))]);

      tell(`JEM-${refine}, whether gradients are masked`);
      const middle = sizes[Math.floor(sizes.length / 2)];
      const [random, one, many] = [await none(middle, 1), await single(middle, 1), await full(middle, 1)];
      const far = share(both(clean.right, (await full(whole, 1)).right));
      const sound = many.loss > random.loss && many.loss >= SLACK * one.loss && far <= 1 / classes;
      numbers[`masking_jem${refine}`] = Number(!sound);
      checks.push([
        ...[`JEM-${refine}`, middle, ...[random, one, many].map(({ loss }) => loss.toFixed(3))],
        ...[far.toFixed(3), sound ? "no sign of it" : "gradients may be masked"],
      ]);
      programs.forEach((program) => program.dispose());
    }
    return {
      card: {
        ...itemCard(model, items, options),
        attack: `PGD ${options.norm === "linf" ? "L∞" : "L2"}, ${options.steps} steps of 2.5 ε / ${options.steps}, ${options.restarts} random starts`,
        epsilon: images ? "of pixels in [0, 1]" : "of coordinates",
        "expectation over transformation": `${options.copies} noisy copies in attack and defence`,
        refinement: "the sampler of training; its gradient straight through, as published",
        robust: "right without an attack and after every attack",
      },
      numbers,
      tables: [
        { title: "Accuracy under attack", columns: ["", ...sizes.map((size) => `ε = ${size}`)], rows },
        {
          title:
            "Are gradients masked? The loss should grow with the steps, and an attack that may change all should win",
          columns: [
            "",
            "ε",
            "loss, random",
            "loss, 1 step",
            `loss, ${options.steps} steps`,
            `accuracy at ε = ${whole}`,
            "",
          ],
          rows: checks,
        },
      ],
      figures: [
        {
          ...{ title: `Accuracy under ${options.norm === "linf" ? "L∞" : "L2"} attacks`, remark: `${count} items` },
          ...{ x: "ε", y: "accuracy", kind: "lines", curves },
        },
      ],
    };
  },
});

/** Which items are right where one attack on each ends, and the mean loss there. */
async function outcome(
  program: ReturnType<typeof attackOn>,
  { learned }: Evaluated,
  items: Labelled,
  labels: Uint8Array,
  epsilon: number,
  { batch, seed, restart }: { batch: number; seed: number; restart: number },
): Promise<{ right: Uint8Array; loss: number }> {
  const right = new Uint8Array(labels.length);
  let loss = 0;
  for (let first = 0; first < labels.length; first += batch) {
    const own = labels.subarray(first, first + batch);
    const x = items.items(first, own.length);
    const truth = fromArray({ dtype: "u32", shape: [own.length], data: Uint32Array.from(own) });
    const end = program(learned, x, truth, epsilon, foldIn(foldIn(keyOf(seed), restart), first));
    const [predicted, lost] = [(await toArray(end.predicted)).data, (await toArray(end.loss)).data];
    own.forEach((label, i) => {
      right[first + i] = Number(predicted[i] === label);
      loss += lost[i] / labels.length;
    });
    dispose(x, truth, end);
  }
  return { right, loss };
}

/** The largest coordinate of items. */
async function reachOf(items: Labelled, count: number): Promise<number> {
  const x = items.items(0, count);
  const { data } = await toArray(x);
  dispose(x);
  return (data as Float32Array).reduce((most, coordinate) => Math.max(most, Math.abs(coordinate)), 0);
}

const both = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((one, i) => one & b[i]);
const share = (right: Uint8Array): number => right.reduce((sum, one) => sum + one, 0) / right.length;
