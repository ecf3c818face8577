// Builds the library and the command line for Node: dist/ mirrors the sources file by file, WGSL travels as text.
import { chmodSync, existsSync, readdirSync } from "node:fs";
import { join, sep } from "node:path";
import { defineConfig, type Plugin } from "vite";

const folders = ["shaders", "engine", "nn", "ebm", "cli", "bench"];
const browserOnly = join("cli", "web") + sep;
const packageOfItsOwn = join("bench", "peers") + sep;

const sources = folders
  .filter((folder) => existsSync(folder))
  .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)))
  .filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))
  .filter((file) => !file.startsWith(browserOnly) && !file.startsWith(packageOfItsOwn));

/** npm makes the programs of what it installs executable, but not those of the package it stands in: `npx ebm` needs this. */
const executable: Plugin = {
  name: "executable",
  writeBundle: ({ dir }, bundle) => {
    for (const file of Object.values(bundle))
      if (file.type === "chunk" && file.code.startsWith("#!")) chmodSync(join(dir!, file.fileName), 0o755);
  },
};

export default defineConfig({
  plugins: [executable],
  publicDir: false,
  logLevel: "warn",
  ssr: { noExternal: [/^@oxc-project\/runtime/] },
  build: {
    ssr: true,
    target: "node20",
    outDir: "dist",
    emptyOutDir: false,
    sourcemap: true,
    minify: false,
    rolldownOptions: {
      input: sources,
      // For Node, the runtime that several modules share would import node:module, which no browser has.
      platform: "neutral",
      // Left to whoever runs the code: Node reads package.json, a bundler its own rules.
      external: ["#platform", "#host"],
      output: { preserveModules: true, preserveModulesRoot: import.meta.dirname, entryFileNames: "[name].js" },
    },
  },
});
