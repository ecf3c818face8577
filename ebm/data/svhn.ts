/** Reads the files of SVHN's cropped digits: MATLAB arrays `X [32, 32, 3, count]` and `y [count, 1]`, in which 10 stands for 0. */

import { FormatError } from "../../nn/formatError.ts";
import { decode } from "../../nn/formats/mat.ts";
import { unpacked, type NamedBytes } from "./gunzip.ts";
import type { Photographs } from "./photographs.ts";

const extent = 32;
const plane = extent * extent;

/**
 * The images of one file, plain or gzipped, in their order, with labels from 0 to 9.
 * @throws FormatError naming the file and what is missing, of the wrong shape or out of range
 */
export async function readSvhn(file: NamedBytes): Promise<Photographs> {
  const { name } = file;
  const arrays = await decode({ name, bytes: await unpacked(file) });
  const [x, y] = [arrays.get("X"), arrays.get("y")];
  if (x === undefined || y === undefined)
    throw new FormatError(`${name}: expected the variables X and y, got ${[...arrays.keys()].join(", ") || "none"}`);
  const count = x.shape[3] ?? 1;
  if (x.shape.length < 3 || x.shape.slice(0, 3).join() !== "32,32,3" || x.shape.length > 4 || y.data.length !== count)
    throw new FormatError(
      `${name}: expected X [32, 32, 3, count] and y [count, 1], got X [${x.shape.join(", ")}], y [${y.shape.join(", ")}]`,
    );
  if (!(x.data instanceof Uint8Array)) throw new FormatError(`${name}: expected X as bytes`);
  const labels = Uint8Array.from(y.data, (label, item) => {
    if (!Number.isInteger(label) || label < 1 || label > 10)
      throw new FormatError(`${name}: image ${item} has label ${label}, expected 1 to 10`);
    return label % 10;
  });
  return { images: byRows(x.data), count, channels: 3, height: extent, width: extent, labels };
}

/** Planes whose columns lie together as planes whose rows do. */
function byRows(columns: Uint8Array): Uint8Array {
  const rows = new Uint8Array(columns.length);
  for (let start = 0; start < columns.length; start += plane)
    for (let row = 0; row < extent; row++)
      for (let column = 0; column < extent; column++)
        rows[start + row * extent + column] = columns[start + column * extent + row];
  return rows;
}
