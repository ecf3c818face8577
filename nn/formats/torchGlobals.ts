/** The globals that PyTorch's state dicts are made of, and what stands in their place. */

import type { ElementType } from "./elements.ts";
import { Global, Stateful, type Globals } from "./pickle.ts";

/** Numbers of one type that tensors look at; they lie beside the pickle, under a key. */
export class Storage {
  constructor(
    readonly type: ElementType,
    readonly key: string,
    readonly count: number,
  ) {}
}

/** A tensor: elements of a storage from `offset` on, `strides` apart. Ranks, signs and integers are checked, not the range. */
export class TensorView {
  constructor(
    readonly storage: Storage,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}
}

const storageTypes: Readonly<Record<string, ElementType>> = {
  ...{ FloatStorage: "f32", DoubleStorage: "f64", HalfStorage: "f16", BFloat16Storage: "bf16", BoolStorage: "bool" },
  ...{ LongStorage: "i64", IntStorage: "i32", ShortStorage: "i16", CharStorage: "i8", ByteStorage: "u8" },
};

const dtypeNames = ["float16", "bfloat16", "float32", "float64", "bool", "uint8", "int8", "int16", "int32", "int64"];

const mostExtents = 64; // as PyTorch has it

/** All that may occur; nothing of it does more than arrange its arguments. */
export const torchGlobals: Globals = {
  "collections.OrderedDict": (args) => (args.length === 0 ? new Map() : undefined),
  "torch._utils._rebuild_tensor": rebuildTensor,
  "torch._utils._rebuild_tensor_v2": rebuildTensor,
  "torch._utils._rebuild_parameter": ([tensor]) => (tensor instanceof TensorView ? tensor : undefined),
  "torch.Size": ([extents]) => (isCounts(extents) ? extents : undefined),
  "torch.device": (args) => (args.length <= 2 && args.every(isWord) ? args.join(":") : undefined),
  ...Object.fromEntries(Object.keys(storageTypes).map((name) => [`torch.${name}`, null])),
  ...Object.fromEntries(dtypeNames.map((name) => [`torch.${name}`, null])),
  "_codecs.encode": ([text, encoding]) => (encoding === "latin1" ? latin1(text) : undefined),
  "numpy.dtype": ([code]) => (typeof code === "string" ? new NumpyType(code) : undefined),
  "numpy.core.multiarray.scalar": numpyScalar,
  "numpy._core.multiarray.scalar": numpyScalar,
};

/** The storage of a persistent id `("storage", type, key, device, count)`; older files have a sixth member, None. */
export function storageOf(id: unknown): Storage | undefined {
  if (!Array.isArray(id)) return undefined;
  const [kind, global, key, , count, view] = id as unknown[];
  const name = global instanceof Global ? global.name.slice("torch.".length) : "";
  if (kind !== "storage" || !Object.hasOwn(storageTypes, name) || typeof key !== "string") return undefined;
  if (!isCount(count) || (view !== undefined && view !== null)) return undefined;
  return new Storage(storageTypes[name], key, count);
}

function rebuildTensor([storage, offset, shape, strides]: readonly unknown[]): TensorView | undefined {
  if (!(storage instanceof Storage) || !isCount(offset) || !isCounts(shape) || !isCounts(strides)) return undefined;
  if (shape.length !== strides.length) return undefined;
  return new TensorView(storage, offset, [...shape], [...strides]);
}

/** The element type of a NumPy scalar, `f8`; only little-endian ones are understood. */
class NumpyType extends Stateful {
  constructor(readonly code: string) {
    super();
  }

  override setState(state: unknown): boolean {
    return Array.isArray(state) && (state[1] === "<" || state[1] === "|");
  }
}

const scalarReaders: Readonly<Record<string, (view: DataView) => unknown>> = {
  b1: (view) => view.getUint8(0) !== 0,
  f4: (view) => view.getFloat32(0, true),
  f8: (view) => view.getFloat64(0, true),
  i4: (view) => view.getInt32(0, true),
  i8: (view) => view.getBigInt64(0, true),
};

function numpyScalar([type, bytes]: readonly unknown[]): unknown {
  if (!(type instanceof NumpyType) || !(bytes instanceof Uint8Array)) return undefined;
  if (!Object.hasOwn(scalarReaders, type.code) || bytes.length !== Number(type.code[1])) return undefined;
  return scalarReaders[type.code](new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

/** The bytes of a string whose characters are all below 256: how protocol 2 spells the bytes of a NumPy scalar. */
function latin1(text: unknown): Uint8Array | undefined {
  if (typeof text !== "string" || !/^[\0-\xff]{0,8}$/.test(text)) return undefined;
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

const isWord = (value: unknown): boolean =>
  typeof value === "number" || (typeof value === "string" && value.length <= 32);

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const isCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.length <= mostExtents && value.every(isCount);
