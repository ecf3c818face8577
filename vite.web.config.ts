// Builds the browser app in cli/web into dist/web: static files that any server, or the command `ebm demo`, can serve.
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { defaultClientConditions, defineConfig, type Plugin } from "vite";

const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
const root = join(import.meta.dirname, "cli/web");

/** The workers of the rooms, which load what they share with the page from the same files. */
const workers = Object.fromEntries(
  readdirSync(join(root, "rooms")).map((room) => [`worker-${room}`, join(root, "rooms", room, "worker.ts")]),
);

/** Writes into the page which files its workers are, and into the service worker which files there are. */
const listFiles: Plugin = {
  name: "list-files",
  enforce: "post",
  transformIndexHtml: {
    order: "post",
    handler(_html, { bundle = {} }) {
      const entries = Object.values(bundle).flatMap((file) =>
        file.type === "chunk" && file.name in workers ? [[file.name.replace("worker-", ""), file.fileName]] : [],
      );
      const children = JSON.stringify(Object.fromEntries(entries));
      return [{ tag: "script", attrs: { type: "application/json", id: "workers" }, children, injectTo: "head" }];
    },
  },
  generateBundle(_options, bundle) {
    const worker = bundle["offline.js"];
    const files = Object.keys(bundle).filter((name) => name !== "offline.js" && !name.endsWith(".html"));
    if (worker.type === "chunk") worker.code = worker.code.replaceAll("FILES", JSON.stringify(files));
  },
};

export default defineConfig({
  root,
  base: "./", // works from any folder of a site
  resolve: { conditions: ["source", ...defaultClientConditions] },
  define: { PACKAGE_VERSION: JSON.stringify(version) },
  plugins: [listFiles],
  build: {
    outDir: "../../dist/web",
    emptyOutDir: true,
    target: "es2023",
    modulePreload: {
      // What a worker imports later is fetched when it does: it has no document whose head could ask for it before.
      resolveDependencies: (_file, needed, { hostId }) => (basename(hostId).startsWith("worker-") ? [] : needed),
    },
    rolldownOptions: {
      input: { index: join(root, "index.html"), offline: join(root, "offline.ts"), ...workers },
      // A service worker serves what lies beside it and below.
      output: { entryFileNames: ({ name }) => (name === "offline" ? "offline.js" : "assets/[name]-[hash].js") },
    },
  },
});
