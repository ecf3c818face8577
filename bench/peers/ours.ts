/** Our own engine as one of the libraries: compiled, and op by op. */

import {
  compile,
  dispose,
  fromArray,
  scope,
  toArray,
  type Device,
  type NamedArrays,
  type Tensor,
} from "../../engine/index.ts";
import { mapInputs, quiet, timed, type Inputs, type Outputs, type Peer, type Uploaded, type Work } from "./workload.ts";

type Program = (inputs: Uploaded<Inputs, Tensor>) => Outputs<Tensor>;

const upload = (inputs: Inputs) => mapInputs(inputs, fromArray);

async function download(outputs: Outputs<Tensor>): Promise<NamedArrays> {
  const arrays: NamedArrays = {};
  for (const [name, tensor] of Object.entries(outputs)) arrays[name] = await toArray(tensor);
  dispose(outputs);
  return arrays;
}

/** The work of a program, called in whichever way. */
function workOf(device: Device, call: Program, inputs: Inputs, end: () => void): Work {
  const [noisy, silent] = [upload(inputs), upload(quiet(inputs))];
  return {
    run: () =>
      timed(async () => {
        dispose(call(noisy));
        await device.idle();
      }),
    results: () => download(call(silent)),
    dispose() {
      end();
      dispose(noisy, silent);
    },
  };
}

/** `compile(program)`, replayed. */
export const ours = (device: Device, version: string): Peer => ({
  runs: "ours",
  version,
  open(program: Program, inputs) {
    const compiled = compile(program);
    return workOf(
      device,
      (given) => compiled(given),
      inputs,
      () => compiled.dispose(),
    );
  },
  close: () => device.close(),
});

/** Without compilation: every op runs, or takes part in the next one, as it is called. */
export const oursEager = (device: Device, version: string): Peer => ({
  runs: "ours, eager",
  version,
  open: (program: Program, inputs) =>
    workOf(
      device,
      (given) => scope(() => program(given)),
      inputs,
      () => undefined,
    ),
  close: () => undefined,
});
