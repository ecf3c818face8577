/**
 * A program: compiles the kernels that another process gives it, in their order, for the driver to keep, until it meets one that is there
 * already: it has met the other process, which began at the other end (ahead.ts).
 */

import { assignment } from "#platform";
import { isOnDisk } from "./ahead.ts";
import { Device } from "./device.ts";
import type { KernelSource } from "./pipelines.ts";

const kernels = (await assignment()) as readonly KernelSource[];
const device = await Device.open();
for (const kernel of kernels) if (await isOnDisk(device, kernel)) break;
await device.close();
