/** The sentences of all rooms. */

import { describe, expect, test } from "vitest";
import { explain } from "../../../cli/web/words.ts";

describe("explain", () => {
  const missing = { kind: "trouble", cause: "no adapter", message: "requestAdapter: no WebGPU in this page" } as const;
  const linux = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)";

  test.each([
    [`${linux} Chrome/147.0.0.0 Safari/537.36`, "Chrome on Linux: "],
    ["Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/147.0.0.0 Mobile Safari/537.36", "Chrome or Edge: "],
    ["Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.1 Safari/605.1.15", "Safari: "],
    ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox: "],
  ])("tells %s its own way to WebGPU", (browser, way) => {
    const { steps } = explain(missing, { secure: true, browser });
    expect(steps).toHaveLength(2);
    expect(steps[0]).toBe("No WebGPU in this page.");
    expect(steps[1].startsWith(way)).toBe(true);
  });

  test("tells a browser it does not know all of them", () => {
    expect(explain(missing, { secure: true, browser: "curl" }).steps).toHaveLength(5);
  });

  test("tells a page without https to come by another way", () => {
    expect(explain(missing, { secure: false, browser: linux }).steps[1]).toContain("https");
  });
});
