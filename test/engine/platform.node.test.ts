/** What only Node's side of the platform does: choosing between adapters, and the null backend. */

import { NoAdapterError, requestAdapter, settle } from "#platform";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

const before = process.env.EBM_ADAPTER;
beforeEach(() => delete process.env.EBM_ADAPTER);
afterEach(() => {
  if (before === undefined) delete process.env.EBM_ADAPTER;
  else process.env.EBM_ADAPTER = before;
});

test('requestAdapter({ backend: "null" }) gives an adapter that is no GPU and no software', async () => {
  const { source, software, adapter } = await requestAdapter({ backend: "null" });
  expect({ source, software }).toEqual({ source: "null", software: false });
  const device = await adapter.requestDevice();
  expect(device.limits.maxComputeInvocationsPerWorkgroup).toBeGreaterThanOrEqual(256);
  device.destroy();
});

test("requestAdapter() refuses an EBM_ADAPTER it does not know", async () => {
  process.env.EBM_ADAPTER = "gpu";
  await expect(requestAdapter()).rejects.toThrow(
    'EBM_ADAPTER: no such kind of adapter, got "gpu" (one of hardware, installed, swiftshader)',
  );
});

test("requestAdapter() gives no other adapter than EBM_ADAPTER asks for", async () => {
  const { software } = await requestAdapter();
  process.env.EBM_ADAPTER = software ? "hardware" : "swiftshader";
  await expect(requestAdapter()).rejects.toThrow(NoAdapterError);
  await expect(requestAdapter()).rejects.toThrow(/^requestAdapter: EBM_ADAPTER=\w+ asks for .*, got /);
});

test("requestAdapter() finds the installed software adapter at the first question to a Dawn", async ({ skip }) => {
  const { source, name } = await requestAdapter();
  if (source !== "installed software") skip("no installed software adapter");
  process.env.EBM_ADAPTER = "installed";
  // Other flags, another instance of Dawn.
  expect(await requestAdapter({ preciseTimestamps: true })).toMatchObject({ source, name });
});

test("settle(promise, true) polls once per turn of the event loop, however often it is called", async () => {
  const nextTurn = setImmediate;
  const polls = vi.spyOn(globalThis, "setImmediate");
  for (let i = 0; i < 50; i++) await settle(new Promise((resolve) => nextTurn(resolve)), true);
  // Calls that each began a loop of their own would make 50 + 49 + … of them.
  expect(polls.mock.calls.length).toBeLessThanOrEqual(51);
  polls.mockRestore();
});

/** The polls of `settle`, run by hand at times of one's choice, and how long it napped in each. */
function clockwork() {
  const polls: (() => void)[] = [];
  const naps: number[] = [];
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => now);
  vi.spyOn(globalThis, "setImmediate").mockImplementation(((poll: () => void) => polls.push(poll)) as never);
  vi.spyOn(Atomics, "wait").mockImplementation(((_words: unknown, _at: number, _value: unknown, ms: number) => {
    naps.push(ms);
    return "timed-out";
  }) as never);
  const pollAt = (time: number): number[] => {
    now = time;
    polls.shift()!();
    return naps.splice(0);
  };
  return { pollAt, waiting: () => polls.length };
}

test("settle(promise, true) polls without a nap for a tenth of a millisecond, then naps for a fiftieth of the wait, 0.1 to 1 ms", async () => {
  await new Promise((resolve) => setImmediate(resolve));
  const { pollAt, waiting } = clockwork();
  let finish = (): void => undefined;
  const promise = settle(new Promise<void>((resolve) => (finish = resolve)), true);
  const naps = [0.01, 0.05, 0.1, 0.11, 4, 20, 1000].map(pollAt);
  finish();
  await promise;
  const after = pollAt(1001);
  const left = waiting();
  vi.restoreAllMocks();
  expect(naps).toEqual([[], [], [], [0.1], [0.1], [0.4], [1]]);
  expect([after, left]).toEqual([[], 0]);
});

test("settle(promise, false) is the promise itself: a real GPU's answer is never slept through", async () => {
  await new Promise((resolve) => setImmediate(resolve));
  const { waiting } = clockwork();
  const promise = Promise.resolve(1);
  const settled = settle(promise, false);
  const polls = waiting();
  vi.restoreAllMocks();
  expect(settled).toBe(promise);
  expect(polls).toBe(0);
});
