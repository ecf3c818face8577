/** Pictures as people have them, PNG and JPEG, to bytes. */

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import decodeJpeg, { init } from "@jsquash/jpeg/decode.js";
import { convertIndexedToRgb, decode as decodePng, hasPngSignature, type DecodedPng } from "fast-png";
import { FormatError } from "../../nn/formatError.ts";

/** Rows of pixels, of which each is red, green and blue. */
export interface Picture {
  width: number;
  height: number;
  data: Uint8Array;
}

/**
 * A PNG of any kind without transparent pixels, or a JPEG turned upright as its camera noted; told apart by content. Of 16 bits
 * the upper 8 are kept.
 * @throws FormatError that says what is wrong, without naming the file
 */
export async function decodePicture(bytes: Uint8Array): Promise<Picture> {
  if (hasPngSignature(bytes)) return fromPng(bytes);
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return fromJpeg(bytes);
  throw new FormatError("neither a PNG nor a JPEG");
}

function fromPng(bytes: Uint8Array): Picture {
  let png: DecodedPng;
  try {
    png = decodePng(bytes, { checkCrc: true });
  } catch (error) {
    throw new FormatError(`a PNG that cannot be read, ${(error as Error).message}`);
  }
  const { width, height } = png;
  const values = samplesOf(png);
  const samples = values.length / (width * height);
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const alpha = samples % 2 === 0 ? values[i * samples + samples - 1] : 255;
    if (alpha !== 255) throw new FormatError("has transparent pixels; put it on a background first");
    for (let c = 0; c < 3; c++) data[i * 3 + c] = values[i * samples + (samples > 2 ? c : 0)];
  }
  return { width, height, data };
}

/** Bytes, one to four of them for each pixel. */
function samplesOf(png: DecodedPng): Uint8Array {
  const { depth, data } = png;
  if (png.palette !== undefined) return convertIndexedToRgb(png);
  if (depth === 16) return Uint8Array.from(data, (value) => value >> 8);
  if (depth === 8) return Uint8Array.from(data);
  // Greys of less than a byte are indices too, of so many even steps from black to white.
  const greys = 2 ** depth;
  return convertIndexedToRgb({ ...png, palette: Array.from({ length: greys }, (_, i) => [(255 * i) / (greys - 1)]) });
}

/** What the decoder complained of first. */
let complaint = "";
let decoder: Promise<void> | null = null;

async function fromJpeg(bytes: Uint8Array): Promise<Picture> {
  await (decoder ??= startDecoder());
  complaint = "";
  try {
    const image = await decodeJpeg(Uint8Array.from(bytes).buffer, { preserveOrientation: true });
    // The decoder fills up what is missing with grey, and only says so; bytes too many do no harm.
    if (complaint !== "" && !complaint.includes("extraneous")) throw new Error(complaint);
    return withoutAlpha(image);
  } catch (error) {
    throw new FormatError(`a JPEG that cannot be read, ${complaint || (error as Error).message}`);
  }
}

async function startDecoder(): Promise<void> {
  const path = createRequire(import.meta.url).resolve("@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm");
  await init({ wasmBinary: await readFile(path), printErr: (line: string) => void (complaint ||= line) });
}

function withoutAlpha({ width, height, data }: { width: number; height: number; data: ArrayLike<number> }): Picture {
  const colours = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) for (let c = 0; c < 3; c++) colours[i * 3 + c] = data[i * 4 + c];
  return { width, height, data: colours };
}
