/** What an evaluation is: something that is measured or shown of a trained model, with all that its numbers depend on. */

import type { NamedArrays } from "../../engine/index.ts";
import type { SymmetricEigen } from "../measures/frechet.ts";
import type { Fields, Settings, SettingsOf } from "../settings.ts";
import type { Context, Grid, ImageData } from "../training.ts";
import type { Evaluated } from "./evaluated.ts";

/** An evaluation by name in `index.ts`: `run` is given options that its fields allow, over its defaults. */
export interface Evaluation {
  /** One sentence: what it tells. */
  readonly about: string;
  /** Its options, and what they are where nobody says otherwise. */
  readonly fields: Fields;
  readonly defaults: Settings;
  /** @throws RangeError where the model or the data are not of a kind that it can be made of */
  run: (model: Evaluated, options: Settings, host: EvaluationHost) => Promise<Result>;
}

/** What an evaluation asks its host for. */
export interface EvaluationHost extends Context {
  /** The images of a data set, or null where they are not at hand. */
  look(...set: Parameters<Context["data"]>): Promise<ImageData | null>;
  /** Eigenvalues on the host. */
  eigen: SymmetricEigen;
  /** The arrays of a net's weights that whoever evaluates brings along, and in a line which; null for none. */
  weights: () => Promise<{ arrays: NamedArrays; about: string } | null>;
  /** Hears how far it is, in a line. */
  tell: (line: string) => void;
}

/** What came out. */
export interface Result {
  /** Every choice that the numbers depend on, besides the options: the protocol card. */
  card: Card;
  numbers: Record<string, number>;
  tables?: Table[];
  figures?: Figure[];
  grids?: Grid[];
  films?: Film[];
}

export type Card = Readonly<Record<string, string | number | boolean>>;

export interface Table {
  title: string;
  columns: readonly string[];
  rows: readonly (readonly (string | number)[])[];
}

/** Curves in one frame, or bars. */
export interface Figure {
  title: string;
  remark: string;
  /** What the axes are. */
  x: string;
  y: string;
  /**
   * Lines through points; bars whose left and right edges are the x of two points that follow each other (a last point ends the last
   * bar); or a reliability diagram, bars in the unit square beside its diagonal.
   */
  kind: "lines" | "histogram" | "reliability";
  curves: readonly { name: string; points: readonly (readonly [x: number, y: number])[] }[];
}

/** Pictures one after the other; each lasts as many hundredths of a second. */
export interface Film {
  name: string;
  frames: readonly Grid[];
  delay: number;
}

/** An evaluation whose options are typed by its fields. */
export const evaluation = <const F extends Fields>(spec: {
  about: string;
  fields: F;
  defaults: SettingsOf<F>;
  run(model: Evaluated, options: SettingsOf<F>, host: EvaluationHost): Promise<Result>;
}): Evaluation => spec as unknown as Evaluation;

/** The classifier of a model. @throws RangeError for a pure energy, which has none */
export function classifierOf(where: string, { classifier }: Evaluated): NonNullable<Evaluated["classifier"]> {
  if (classifier === null) throw new RangeError(`${where}: asks for a classifier, and this model learns no classes`);
  return classifier;
}

/** The item of a model of images. @throws RangeError for points */
export function imageOf(where: string, { item }: Evaluated): [channels: number, height: number, width: number] {
  if (item.length !== 3) throw new RangeError(`${where}: asks for images, and this model is of points`);
  return [item[0], item[1], item[2]];
}
