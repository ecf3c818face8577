/** What the workers of all rooms have in common: the adapter, errors as news, and letting messages in. */

import { openDevice } from "../../engine/index.ts";
import type { Adapter, Trouble } from "./protocol.ts";

/** Opens the device and says what does the work; throws NoAdapterError. */
export async function openAdapter(): Promise<Adapter> {
  const { name, host, software } = (await openDevice()).adapter;
  return { kind: "adapter", name, software, host };
}

/** An error as news. */
export function troubleOf(error: unknown): Trouble {
  const name = error instanceof Error ? error.name : "";
  const causes: Readonly<Record<string, Trouble["cause"]>> = {
    NoAdapterError: "no adapter",
    DeviceLostError: "device lost",
  };
  const message = error instanceof Error ? error.message : String(error);
  return { kind: "trouble", cause: causes[name] ?? "failed", message };
}

/** Lets messages in: unlike a timer, without a delay of its own. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
