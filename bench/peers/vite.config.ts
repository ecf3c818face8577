// Builds the comparison into dist/ beside its node_modules, the engine from its sources included.
import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  publicDir: false,
  logLevel: "warn",
  ssr: {
    // The files of tfjs that Node would choose leave its gradients out; a bundler chooses those that have them.
    noExternal: [/^@jax-js\//, /^@oxc-project\/runtime/, /^@tensorflow\//, "seedrandom"],
    resolve: { conditions: ["source"] },
  },
  build: {
    ssr: "run.ts",
    target: "node20",
    outDir: "dist",
    emptyOutDir: true,
    sourcemap: false,
    minify: false,
  },
});
