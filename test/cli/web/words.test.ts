/** The sentences of the page. */

import { describe, expect, test } from "vitest";
import { explain, longRunVerdict, verdict } from "../../../cli/web/words.ts";

describe("verdict", () => {
  test.each([
    [null, null, "The chains take their first steps."],
    [0.1, 0.2, "Convergent: the density and the chains both match the data."],
    [12, 0.1, "Non-convergent: the chains look right, but the density is wrong. It only steers short walks."],
    [0.1, 0.9, "The density matches the data already, the chains do not yet."],
    [0.6, 0.2, "The chains match the data already, the density does not yet."],
    [0.6, 0.5, "Still learning: neither the density nor the chains match the data yet."],
    [NaN, 0.2, "The chains have run away: take a smaller step size, or start over."],
    [0.2, NaN, "The chains have run away: take a smaller step size, or start over."],
  ])("of %s nats for the model and %s for its chains", (model, shortRun, words) => {
    expect(verdict(model, shortRun)).toBe(words);
  });
});

describe("longRunVerdict", () => {
  test.each([
    [null, "The chains walk on under the model, without a new start."],
    [0.3, "Left to walk on, the chains stay with the data."],
    [0.7, "Left to walk on, the chains drift from the data a little."],
    [5, "Left to walk on, the chains do not stay with the data: the density is another one."],
    [NaN, "The chains have run away: take a smaller step size, or start over."],
  ])("of %s nats", (chains, words) => {
    expect(longRunVerdict(chains)).toBe(words);
  });
});

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
