/** What the workers of all rooms have in common: the adapter, errors as news, and one deed after the other. */

import { breathe } from "#host";
import { DeviceLostError, openDevice } from "../../engine/index.ts";
import type { Adapter, Resting, Trouble } from "./protocol.ts";

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

export interface Work<Wish> {
  /** Takes note of a wish, at once. */
  hear: (wish: Wish) => void;
  /** Begins what is to be done next; null where there is nothing now. */
  next: () => Promise<void> | null;
  /** Gives up what has failed; its error has been told. */
  failed: () => void;
  /** Where there is nothing to be done: puts things away, and says whether nothing is under way, such as a page that is drawing. */
  resting: () => Promise<boolean>;
}

/**
 * Opens the device, and then does what wishes ask for, one deed after the other; tells the page whenever nothing is under way. Returns
 * what wakes it when something else than a wish has changed. Without an adapter, or once the device is lost, it ends.
 */
export function work<Wish>({ hear, next, failed, resting }: Work<Wish>): () => void {
  let changed = false;
  let goOn = (): void => undefined;
  const wake = (): void => {
    changed = true;
    goOn();
  };
  addEventListener("message", ({ data }: MessageEvent<Wish>) => {
    hear(data);
    wake();
  });
  void go().catch((error: unknown) => postMessage(troubleOf(error)));
  return wake;

  async function go(): Promise<void> {
    postMessage(await openAdapter());
    for (;;) {
      await breathe();
      changed = false;
      try {
        await (next() ?? rest());
      } catch (error) {
        if (error instanceof DeviceLostError) throw error;
        postMessage(troubleOf(error));
        failed();
      }
    }
  }

  async function rest(): Promise<void> {
    const idle = await resting();
    // A wish may have come in the meantime.
    if (changed) return;
    if (idle) postMessage({ kind: "resting" } satisfies Resting);
    await new Promise<void>((resolve) => (goOn = resolve));
  }
}
