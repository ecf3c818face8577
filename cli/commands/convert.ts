/** ebm convert: lists the arrays of a file, and writes them in another format. */

import { stat } from "node:fs/promises";
import { extname, relative, resolve } from "node:path";
import type { NamedArrays } from "../../engine/hostArray.ts";
import { columns } from "../columns.ts";
import { asked, Failure, type Ending } from "../failure.ts";
import { readContents, writable, writeArrays } from "../files/arrays.ts";
import { say, warn, type World } from "../world.ts";

export interface ConvertOptions {
  list?: boolean;
}

/** The longest text that a listing shows whole. */
const longestText = 100;

/** Prints names, types and shapes of `input`, and writes them to `output`, a new file, unless only the list is asked for. */
export async function convert(
  world: World,
  input: string,
  output: string | undefined,
  { list = false }: ConvertOptions,
): Promise<Ending> {
  if (list !== (output === undefined)) {
    throw new Failure(
      "usage",
      list ? "convert: --list writes no file, leave OUT away" : "convert: OUT is missing; --list only lists",
    );
  }
  const path = output === undefined ? null : resolve(world.cwd, output);
  if (path !== null) await checkOut(path, output!);
  const { arrays, metadata } = await readContents(resolve(world.cwd, input));
  if (Object.keys(arrays).length > 0) say(world, columns(rowsOf(arrays)));
  for (const [name, text] of Object.entries(metadata)) say(world, `${printable(name)} = ${shortened(text)}`);
  if (path === null) return "ok";

  await asked(writeArrays(path, arrays, metadata));
  const names = Object.keys(metadata);
  if (names.length > 0 && extname(path) !== ".safetensors") {
    warn(world, `warning: ${extname(path)} holds arrays only, left out: ${names.map(printable).join(", ")}`);
  }
  say(world, relative(world.cwd, path));
  return "ok";
}

async function checkOut(path: string, typed: string): Promise<void> {
  if (!writable.includes(extname(path))) {
    throw new Failure("usage", `${typed}: expected a name that ends in ${writable.join(", ")}`);
  }
  const taken = await stat(path).then(
    () => true,
    () => false,
  );
  if (taken) throw new Failure("usage", `${typed}: exists already`);
}

const rowsOf = (arrays: NamedArrays): string[][] =>
  Object.entries(arrays).map(([name, { dtype, shape }]) => [printable(name), dtype, `[${shape.join(", ")}]`]);

/** A name from a file, which may hold anything, as a terminal can show it. */
const printable = (name: string): string => (/^[\p{L}\p{N}\p{P}\p{S}]+$/u.test(name) ? name : JSON.stringify(name));

const shortened = (text: string): string =>
  text.length <= longestText
    ? printable(text)
    : `${printable(text.slice(0, longestText))}… (${text.length} characters)`;
