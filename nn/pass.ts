/** One way through a net: for training or not, where its random numbers come from, and what its layers remember. */

import { foldIn, Tensor, type Key, type Tree } from "../engine/index.ts";

type Nested = { [name: string]: Tensor | Nested };

/** What all parts of one pass share. */
interface Shared {
  readonly mode: "training" | "evaluation" | "calibration";
  readonly key: Key | null;
  /** Keys given out so far. */
  keys: number;
}

/**
 * Layers that behave differently in training (batch norm, dropout, spectral norm) ask the pass they are applied under. A pass
 * is used once: applying two nets, or one net twice, under the same pass goes on from what the first left behind, as in
 * PyTorch. Afterwards `state` holds what the next pass begins with.
 */
export class Pass {
  readonly #shared: Shared;
  readonly #place: string;
  readonly #remembered: Nested;
  readonly #calibrated: Nested;

  private constructor(shared: Shared, place: string, remembered: Nested, calibrated: Nested) {
    this.#shared = shared;
    this.#place = place;
    this.#remembered = remembered;
    this.#calibrated = calibrated;
  }

  /** Training: layers use the statistics of the batch, drop at random with keys from `key`, and remember. */
  static training(state: Tree, key: Key | null = null): Pass {
    return new Pass({ mode: "training", key, keys: 0 }, "", copyOf(state), {});
  }

  /** Evaluation: layers use what they remember, and change nothing. */
  static evaluation(state: Tree = {}): Pass {
    return new Pass({ mode: "evaluation", key: null, keys: 0 }, "", copyOf(state), {});
  }

  /** Like training; and layers whose parameters depend on data set them from this batch (see `calibrate`). */
  static calibration(state: Tree, key: Key | null = null): Pass {
    return new Pass({ mode: "calibration", key, keys: 0 }, "", copyOf(state), {});
  }

  get training(): boolean {
    return this.#shared.mode !== "evaluation";
  }

  get calibrating(): boolean {
    return this.#shared.mode === "calibration";
  }

  /** What layers remember now, in the structure of the net. */
  get state(): Tree {
    return withoutEmpty(this.#remembered);
  }

  /** The parameters that a calibration has set, in the structure of the net; others are absent. */
  get calibrated(): Tree {
    return withoutEmpty(this.#calibrated);
  }

  /** The pass as a part of the net sees it. */
  at(name: string): Pass {
    const below = (nested: Nested) => (nested[name] ??= {}) as Nested;
    const place = this.#place === "" ? name : `${this.#place}.${name}`;
    return new Pass(this.#shared, place, below(this.#remembered), below(this.#calibrated));
  }

  /** What the layer remembers under a name. Throws a RangeError when the pass has no state for it. */
  recall(name: string): Tensor {
    const found = this.#remembered[name] as Tensor | undefined;
    if (found === undefined)
      throw new RangeError(
        `pass: nothing is remembered as "${this.#name(name)}"; give the pass the state of the net, stateOf(net, key)`,
      );
    return found;
  }

  /** Remembers a tensor for the next pass; nothing outside training. No gradient passes through what is remembered. */
  remember(name: string, value: Tensor): void {
    if (this.training) this.#remembered[name] = value.stopGradient();
  }

  /** Sets a parameter from data, in a calibration. */
  calibrate(name: string, value: Tensor): void {
    this.#calibrated[name] = value.stopGradient();
  }

  /** A key of its own for each that asks. Throws a RangeError when the pass was given none. */
  key(): Key {
    if (this.#shared.key === null)
      throw new RangeError(`pass: "${this.#place}" draws random numbers; give the training pass a key`);
    return foldIn(this.#shared.key, this.#shared.keys++);
  }

  #name(name: string): string {
    return this.#place === "" ? name : `${this.#place}.${name}`;
  }
}

/** The same nesting in new objects, which a pass may write into; the tensors are shared. */
function copyOf(state: Tree): Nested {
  const entries = Object.entries(state as Record<string, Tree>);
  return Object.fromEntries(entries.map(([name, child]) => [name, isTensor(child) ? child : copyOf(child)]));
}

function withoutEmpty(nested: Nested): Nested {
  const kept = Object.entries(nested).flatMap(([name, child]): [string, Tensor | Nested][] => {
    if (isTensor(child)) return [[name, child]];
    const inner = withoutEmpty(child);
    return Object.keys(inner).length === 0 ? [] : [[name, inner]];
  });
  return Object.fromEntries(kept);
}

const isTensor = (child: Tree): child is Tensor => child instanceof Tensor;
