// Builds the browser app in cli/web into dist/web: static files that any server, or the command `ebm demo`, can serve.
import { readFileSync } from "node:fs";
import { defaultClientConditions, defineConfig } from "vite";

const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };

export default defineConfig({
  root: "cli/web",
  base: "./", // works from any folder of a site
  resolve: { conditions: ["source", ...defaultClientConditions] },
  define: { PACKAGE_VERSION: JSON.stringify(version) },
  worker: { format: "es" },
  build: { outDir: "../../dist/web", emptyOutDir: true, target: "es2023" },
});
