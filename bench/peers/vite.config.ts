// Builds the comparison into dist/ beside its node_modules, the engine from its sources included.
import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  publicDir: false,
  logLevel: "warn",
  resolve: { conditions: ["source"] },
  // The files of tfjs that Node would choose leave its gradients out; a bundler chooses those that have them.
  ssr: { noExternal: [/^@oxc-project\/runtime/, /^@tensorflow\//, "seedrandom"] },
  build: {
    ssr: "run.ts",
    target: "node20",
    outDir: "dist",
    emptyOutDir: true,
    sourcemap: true,
    minify: false,
  },
});
