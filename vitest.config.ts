// Two lanes run the same tests from source: `node` with Dawn, `browser` with a headless Chromium.
import { existsSync } from "node:fs";
import { playwright } from "@vitest/browser-playwright";
import { defaultClientConditions } from "vite";
import { defineConfig } from "vitest/config";
import { driverEnvironment } from "./cli/launch.ts";
import { chromium } from "./test/chromium.ts";
import { patience } from "./test/patience.ts";

const conditions = ["source"];
const launchOptions = await chromium();

// The workers inherit these, and must: the dynamic linker reads its variables when a process starts.
Object.assign(process.env, await driverEnvironment());
if (process.env.EBM_DATA === undefined && existsSync("../shared/data")) process.env.EBM_DATA = "../shared/data";

export default defineConfig({
  test: {
    // A software adapter and its compiler keep one core busy, so Node has two processes with a device each.
    maxWorkers: 2,
    projects: [
      {
        ssr: { resolve: { conditions, externalConditions: conditions } },
        test: {
          name: "node",
          ...patience,
          include: ["test/**/*.test.ts"],
          exclude: ["test/**/*.browser.test.ts"],
          setupFiles: ["test/backend.ts"],
          pool: "forks",
          maxWorkers: 2,
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        resolve: { conditions: [...conditions, ...defaultClientConditions] },
        optimizeDeps: { include: ["fast-check", "wgsl_reflect/wgsl_reflect.module.js"] },
        test: {
          name: "browser",
          ...patience,
          include: ["test/{engine,nn,ebm}/**/*.test.ts"],
          exclude: ["test/**/*.node.test.ts"],
          setupFiles: ["test/backend.ts"],
          maxWorkers: 2,
          isolate: false,
          sequence: { groupOrder: 1 },
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions }),
            instances: [{ browser: "chromium" }],
          },
        },
      },
    ],
  },
});
