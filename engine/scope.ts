/** Lifetimes of eager tensors: what a scope makes is released when it ends, unless it is kept. */

import { materialise, waitNoMore } from "./eager.ts";
import type { Storage } from "./device/storage.ts";
import { dataOp } from "./ops/sources.ts";
import { Tensor, tensorsSoFar } from "./tensor.ts";
import { tensorsOf, type Tree } from "./tree.ts";

interface Scope {
  /** The id of the first tensor made in it. */
  first: number;
  live: Set<Tensor>;
}

const scopes: Scope[] = [];

/** A live tensor over a buffer, shaped like `like`; it belongs to the present scope. */
export function adopt(like: Pick<Tensor, "shape" | "dtype">, storage: Storage): Tensor {
  const { shape, dtype } = like;
  const tensor = new Tensor(dataOp, [], { shape, dtype }, shape, dtype, "live");
  tensor.storage = storage;
  return owned(tensor);
}

/** Enters a live tensor into the innermost scope that it was made in; it may come to live in a deeper one. */
export function owned(tensor: Tensor): Tensor {
  scopes.findLast(({ first }) => first <= tensor.id)?.live.add(tensor);
  return tensor;
}

/** Gives a tensor's buffer back. Using the tensor afterwards throws. */
export function dispose(...trees: readonly Tree[]): void {
  for (const tree of trees) for (const tensor of tensorsOf(tree)) giveUp(tensor);
}

function giveUp(tensor: Tensor): void {
  for (const { live } of scopes) live.delete(tensor);
  if (tensor.state === "symbolic") return;
  tensor.storage?.release();
  tensor.storage = null;
  waitNoMore(tensor);
  if (tensor.state !== "lazy") tensor.state = "spent";
}

/** Runs `body` and releases every tensor it made, except those it returns. */
export function scope<T extends Tree>(body: () => T): T {
  const mine = new Set<Tensor>();
  scopes.push({ first: tensorsSoFar(), live: mine });
  let result: T;
  try {
    result = body();
    for (const tensor of tensorsOf(result)) if (tensor.state !== "symbolic") materialise(tensor);
  } catch (error) {
    scopes.pop();
    mine.forEach(giveUp);
    throw error;
  }
  scopes.pop();
  const kept = new Set(tensorsOf(result));
  for (const tensor of mine) {
    if (kept.has(tensor)) owned(tensor);
    else giveUp(tensor);
  }
  return result;
}
