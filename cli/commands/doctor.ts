/** ebm doctor: says which adapter would do the work, what it can do, or why there is none. */

import { adapterLine, environmentOf } from "../run/environment.ts";
import { Failure, type Ending } from "../failure.ts";
import { tunedFor } from "../tuned.ts";
import { say, type DeviceFacts, type World } from "../world.ts";

/** The limits that decide what can be trained, and their units. */
const shownLimits: Readonly<Record<string, (value: number) => string>> = {
  maxBufferSize: bytes,
  maxStorageBufferBindingSize: bytes,
  maxStorageBuffersPerShaderStage: String,
  maxComputeWorkgroupStorageSize: bytes,
  maxComputeInvocationsPerWorkgroup: String,
  maxComputeWorkgroupsPerDimension: String,
};

/** What the environment may say about adapters; each is shown where it is set. */
const variables = ["EBM_ADAPTER", "EBM_SWIFTSHADER", "VK_DRIVER_FILES", "VK_ICD_FILENAMES", "EBM_DATA", "EBM_TUNED"];

/** Prints the adapter, its limits, features and random streams; without an adapter, what was looked at, and then the error. */
export async function doctor(world: World): Promise<Ending> {
  say(world, `system    ${process.platform} ${process.arch}, Node ${process.versions.node}`);
  for (const name of variables) if (world.env[name]) say(world, `variable  ${name}=${world.env[name]}`);
  const facts = await world.openDevice();
  const environment = environmentOf(facts);
  say(world, `adapter   ${adapterLine(environment)}`);
  say(world, `driver    ${facts.driver || "unknown"}`);
  say(world, `through   ${facts.host}`);
  say(world, `features  ${facts.features.join(", ") || "none beyond the standard"}`);
  for (const line of limitLines(facts)) say(world, line);
  const { size } = await tunedFor(world, facts);
  say(
    world,
    `kernels   ${size === 0 ? "in their standard forms (ebm tune RECIPE)" : `${size} kinds in forms measured here (ebm tune)`}`,
  );
  const digests = await world.streamDigests();
  for (const { name, device, reference } of digests) {
    say(
      world,
      `random    ${name} ${device}, ${device === reference ? "as in the reference" : `but ${reference} in the reference`}`,
    );
  }
  const strange = digests.filter(({ device, reference }) => device !== reference).map(({ name }) => name);
  if (strange.length > 0) {
    throw new Failure(
      "fault",
      `doctor: this adapter computes integers wrongly, random streams differ (${strange.join(", ")})`,
    );
  }
  say(world, verdict(facts));
  return "ok";
}

const limitLines = ({ limits }: DeviceFacts): string[] =>
  Object.entries(shownLimits).map(([name, words]) => `limit     ${name} ${words(limits[name])}`);

function verdict({ software, source }: DeviceFacts): string {
  if (!software) return "ready: a GPU does the work";
  const install = source === "SwiftShader from npm" ? "; an installed driver such as Mesa's is faster" : "";
  return `ready: no GPU, the processor does its work; start with the recipes that end in -tiny${install}`;
}

/** `256 MiB` */
function bytes(value: number): string {
  const units = ["B", "KiB", "MiB", "GiB"];
  const power = Math.min(3, Math.floor(Math.log2(Math.max(1, value)) / 10));
  return `${Number((value / 1024 ** power).toFixed(1))} ${units[power]}`;
}
