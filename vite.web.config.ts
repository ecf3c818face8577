// Builds the browser app in cli/web into dist/web: static files that any server, or the command `ebm demo`, can serve.
import { defaultClientConditions, defineConfig } from "vite";

export default defineConfig({
  root: "cli/web",
  base: "./", // works from any folder of a site
  resolve: { conditions: ["source", ...defaultClientConditions] },
  worker: { format: "es" },
  build: { outDir: "../../dist/web", emptyOutDir: true, target: "es2023" },
});
