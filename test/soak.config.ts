// npm run soak: ten minutes of the app's rooms in the test's browser, beside the suite.
import { defineConfig } from "vitest/config";
import { patience } from "./patience.ts";

const conditions = ["source"];

export default defineConfig({
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ["test/cli/web/soak.ts"],
    ...patience,
    testTimeout: 1_000_000,
    disableConsoleIntercept: true,
  },
});
