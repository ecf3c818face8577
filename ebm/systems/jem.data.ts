/** What JEM learns from: all data, those of which the class is known, and others to be held against. */

import type { Tensor } from "../../engine/index.ts";
import { classesOf, firstOfEach, type Classes } from "../data/classes.ts";
import { imageSource } from "../data/images.ts";
import { classesIn, labelledImages, labelledPoints, type Labelled } from "../data/labelled.ts";
import { pointSet, pointsAt, pointSource, type PointSet } from "../data/pointSets.ts";
import { imagesAt, selected, splitRows } from "../data/select.ts";
import type { Source } from "../data/source.ts";
import { toyOf, type Toy } from "../data/toys/index.ts";
import type { Context, ImageData } from "../training.ts";
import type { JemSettings } from "./jem.fields.ts";

export interface JemData {
  /** Everything that is learned from, whether its class is known or not. */
  all: Source;
  /** What has a class; the same source where all has. */
  labelled: Source;
  /** The classes of what has one. */
  classes: Classes;
  /** The first items of every class that have one, live: `[classes, count, …item]`. Throws a RangeError where there are fewer. */
  eachClass(count: number): Tensor;
  /** What is held out of the training part, in order; the test part where that is nothing. */
  held: Labelled;
  /** Everything in order: what is learned from, without changes, or the test part. */
  inOrder(part: "train" | "test"): Promise<Labelled>;
  /** Opens the test part, as a source. */
  heldOut(): Promise<Source>;
  dispose(): void;
}

/** One kind of data, points or images: what there is to learn from, and what is made of it. */
interface Kind<D extends { labels: Uint8Array }> {
  given: D;
  test(): Promise<D>;
  /** Some rows, in that order. */
  at(data: D, rows: readonly number[]): D;
  /** Batches; with the changes of the settings if asked. */
  source(data: D, changed: boolean): Source;
  inOrder(data: D): Labelled;
}

/** @throws RangeError for images without classes, or fewer than the settings ask for */
export async function jemDataOf(settings: JemSettings, context: Context): Promise<JemData> {
  const toy = toyOf(settings.data);
  return toy !== null
    ? assembled(settings, pointKind(toy, settings))
    : assembled(settings, await imageKind(settings, context));
}

async function assembled<D extends { labels: Uint8Array }>(
  { data: { labels: each, valid, together } }: JemSettings,
  kind: Kind<D>,
): Promise<JemData> {
  const { given } = kind;
  const split = valid === 0 ? null : splitRows(given.labels.length, valid);
  const learned = split === null ? given : kind.at(given, split.learned);
  if (together && each >= 0)
    throw new RangeError(`data.together: one batch is for data whose classes are all known, got data.labels ${each}`);
  const known = each < 0 ? learned : kind.at(learned, firstOfEach(learned.labels, each));
  const all = kind.source(learned, true);
  const labelled = known === learned ? all : kind.source(known, true);
  const classes = classesOf(known.labels, classesIn(given.labels));
  const inOrder: JemData["inOrder"] = async (part) => kind.inOrder(part === "train" ? learned : await kind.test());
  return {
    ...{ all, labelled, classes, inOrder },
    held: split === null ? await inOrder("test") : kind.inOrder(kind.at(given, split.held)),
    eachClass(count) {
      const byClass = firstOfEach(known.labels, count, "start.matched").sort(
        (a, b) => known.labels[a] - known.labels[b] || a - b,
      );
      const items = kind.inOrder(kind.at(known, byClass)).items(0, byClass.length);
      return items.reshape([classes.count, count, ...all.item]);
    },
    heldOut: async () => kind.source(await kind.test(), false),
    dispose() {
      all.dispose();
      if (labelled !== all) labelled.dispose();
      classes.dispose();
    },
  };
}

/** Points of a toy that are not learned from. */
const TEST = 5000;

function pointKind(toy: Toy, { data, seed }: JemSettings): Kind<PointSet> {
  if (data.count === 0) throw new RangeError("data.count: of a toy so many points are made, 1 or more; got 0");
  const made = (part: "train" | "test", count: number) => pointSet(data.name, toy, { seed, part, count });
  return {
    given: made("train", data.count),
    test: () => Promise.resolve(made("test", TEST)),
    at: pointsAt,
    source: pointSource,
    inOrder: labelledPoints,
  };
}

/** Images that have classes. */
type Classed = ImageData & { labels: Uint8Array };

async function imageKind({ data }: JemSettings, context: Context): Promise<Kind<Classed>> {
  const open = async (part: "train" | "test", count: number) =>
    classed(selected(await context.data(data.name, part, data.size), { count, only: -1 }));
  return {
    given: await open("train", data.count),
    test: () => open("test", 0),
    at: (images, rows) => classed(imagesAt(images, rows)),
    source: (images, changed) => imageSource(images, data.size, changed ? data : {}),
    inOrder: (images) => labelledImages(images, data.size),
  };
}

function classed(images: ImageData): Classed {
  const { name, labels } = images;
  if (labels === null) throw new RangeError(`data.name: ${name} has no classes to learn`);
  return { ...images, labels };
}
