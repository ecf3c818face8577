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
