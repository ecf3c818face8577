/** What JEM is made of, chosen by its settings. */

import { dispose, scope } from "../../engine/index.ts";
import { adam, constantRate, multiStepRate, sgd, warmedUp, type Optimizer, type Schedule } from "../../nn/index.ts";
import { listed } from "../settings.ts";
import {
  dataStart,
  forgetful,
  matchedDraw,
  momentsOf,
  normalStart,
  persistentStart,
  uniformStart,
  type Draw,
  type Start,
} from "../starts/index.ts";
import { jemStartKinds, type JemSettings } from "./jem.fields.ts";
import type { JemData } from "./jem.data.ts";

/** Where chains start, by the words of the settings. */
export interface JemStarts {
  /** The start of training, or another that remembers nothing. Throws a RangeError for another kind, or none. */
  of(kind?: string): Start;
  dispose(): void;
}

/**
 * A buffer falls into parts for the classes where chains are of one.
 * @throws RangeError for a buffer that does not divide into them, or has too few chains of a class for a batch
 */
export function jemStartsOf(settings: JemSettings, data: JemData): JemStarts {
  const { start, sampler, objective, batch } = settings;
  const { size, scale, reinit } = start;
  const needsMoments = start.kind === "matched" || (start.kind === "persistent" && start.fresh === "matched");
  const moments = needsMoments ? scope(() => momentsOf(data.eachClass(start.matched))) : null;

  const matched = (): Draw => {
    if (moments === null)
      throw new RangeError(
        `start: "matched" needs moments; start.kind is "${start.kind}", start.fresh "${start.fresh}"`,
      );
    return matchedDraw(moments);
  };
  const freshOf = (): Draw => {
    const drawing =
      (noise: Start): Draw =>
      (key, shape) =>
        noise.draw(key, shape, noData, null).x;
    return start.fresh === "matched"
      ? matched()
      : drawing(start.fresh === "normal" ? normalStart(scale) : uniformStart(scale));
  };
  const classes = sampler.conditional || objective.xy > 0 ? data.classes.count : 1;
  if (start.kind === "persistent" && size / classes < batch)
    throw new RangeError(
      `start.size: a batch of ${batch} chains from a replay buffer of ${size}${classes > 1 ? ` in ${classes} classes` : ""}`,
    );
  const of = (kind: string = start.kind): Start => {
    switch (kind) {
      case "persistent":
        if (start.kind !== "persistent")
          throw new RangeError(`start: "persistent" is not what start.kind is, got start.kind "${start.kind}"`);
        return persistentStart({ size, item: data.all.item, fresh: freshOf(), reinit, classes });
      case "uniform":
        return uniformStart(scale);
      case "normal":
        return normalStart(scale);
      case "matched":
        return forgetful(matched());
      case "data":
        return dataStart();
      default:
        throw new RangeError(`start: no kind "${kind}"; there are ${jemStartKinds.join(", ")}`);
    }
  };
  return { of, dispose: () => void (moments !== null && dispose(moments)) };
}

const noData = (): never => {
  throw new TypeError("start: noise takes no data");
};

export const jemOptimizerOf = ({ optimizer }: JemSettings): Optimizer => {
  const { kind, beta1, beta2, weightDecay, momentum } = optimizer;
  return kind === "sgd" ? sgd({ momentum, weightDecay }) : adam({ betas: [beta1, beta2], weightDecay });
};

/** Multiplied at the milestones, and rising linearly from 0 before. */
export function jemRateOf({ optimizer: { lr, warmUp, milestones, decay } }: JemSettings): Schedule {
  const at = listed(milestones).map(Number);
  const schedule = at.length === 0 ? constantRate(lr) : multiStepRate(lr, at, decay);
  return warmedUp(schedule, warmUp, 0);
}
