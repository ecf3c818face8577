// Two lanes run the same tests from source: Node with Dawn, and a headless Chromium.
import { defineConfig } from "vitest/config";

const resolve = { conditions: ["source"] };

export default defineConfig({
  test: {
    projects: [
      {
        resolve,
        ssr: { resolve: { conditions: ["source"], externalConditions: ["source"] } },
        test: {
          name: "node",
          include: ["test/**/*.test.ts"],
          exclude: ["test/**/*.browser.test.ts"],
        },
      },
    ],
  },
});
