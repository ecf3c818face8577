/** What can go wrong with a device, as types to catch. */

export { NoAdapterError } from "./platform/adapter.ts";

/** The device is gone: destroyed, reset by the driver's watchdog, or unplugged. What was on it is lost. */
export class DeviceLostError extends Error {
  override readonly name = "DeviceLostError";
}

/** A buffer larger than the adapter allows, or than the memory left. */
export class OutOfMemoryError extends Error {
  override readonly name = "OutOfMemoryError";
}

/** WGSL that does not compile, with file and line. */
export class ShaderError extends Error {
  override readonly name = "ShaderError";
}

/** A command that WebGPU refused: a defect of this engine. */
export class DeviceError extends Error {
  override readonly name = "DeviceError";
}
