/** ebm demo: serves the built app to a browser on this machine. */

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { extname, join, normalize, sep } from "node:path";
import { look } from "../datasets/places.ts";
import { Failure, type Ending } from "../failure.ts";
import { say, type World } from "../world.ts";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
};

export interface DemoOptions {
  port: string;
}

/** The bytes of a file of a data set, `mnist/train-images-idx3-ubyte`, plain or gzipped; null where there is none. */
export type DataFiles = (path: string) => Promise<Uint8Array | null>;

/** Serves until the world says stop. The page needs localhost or https, since browsers have WebGPU nowhere else. */
export async function demo(world: World, folder: string, { port }: DemoOptions): Promise<Ending> {
  const number = Number(port);
  if (!Number.isInteger(number) || number < 0 || number > 65535 || port.trim() === "") {
    throw new Failure("usage", `--port ${port}: expected an integer from 0 to 65535`);
  }
  const places = { data: null, env: world.env, cwd: world.cwd };
  const server = await serve(folder, number, async (path) => (await look(places, path))?.bytes ?? null);
  const address = server.address();
  say(
    world,
    `http://localhost:${typeof address === "object" && address !== null ? address.port : port}/  (Ctrl-C ends it)`,
  );
  await new Promise<void>((resolve) => {
    if (world.stop.aborted) resolve();
    world.stop.addEventListener("abort", () => resolve());
  });
  server.closeAllConnections();
  server.close();
  return "ok";
}

/**
 * A server of the files in a folder, to this machine only, once it listens; port 0 takes a free one. Under `/data/` it has the
 * data sets for the app: a file that is not there is no content, since nobody did anything wrong.
 */
export async function serve(
  folder: string,
  port: number,
  data: DataFiles = () => Promise.resolve(null),
): Promise<Server> {
  if (!(await isFile(join(folder, "index.html")))) {
    throw new Failure(
      "usage",
      `demo: the app is not built, ${join(folder, "index.html")} is missing; run npm run build`,
    );
  }
  const server = createServer((request, response) => {
    const file = /^\/data\/([\w-]+\/[\w-]+(?:\.[\w-]+)*)$/.exec(request.url ?? "")?.[1];
    void (file === undefined ? answer(folder, request, response) : hand(data, file, response));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const problem = error.code === "EADDRINUSE" ? "is taken, try --port 0 for a free one" : error.message;
      reject(new Failure("usage", `--port ${port}: ${problem}`, { cause: error }));
    });
    server.listen(port, "localhost", resolve);
  });
  return server;
}

async function hand(data: DataFiles, file: string, response: ServerResponse): Promise<void> {
  try {
    const bytes = await data(file);
    response.writeHead(bytes === null ? 204 : 200, { "content-type": "application/octet-stream" }).end(bytes);
  } catch (error) {
    response.writeHead(500, { "content-type": "text/plain" }).end(`${(error as Error).message}\n`);
  }
}

async function answer(folder: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = filePath(folder, request.url ?? "/");
  if (path === null || !(await isFile(path))) {
    response.writeHead(404, { "content-type": "text/plain" }).end("no such file\n");
    return;
  }
  response.writeHead(200, {
    "content-type": types[extname(path)] ?? "application/octet-stream",
    "cache-control": "no-cache",
  });
  if (request.method === "HEAD") response.end();
  else createReadStream(path).pipe(response);
}

/** The file a URL names, or null for what is no URL or lies outside the folder. */
function filePath(folder: string, url: string): string | null {
  try {
    const { pathname } = new URL(url, "http://localhost");
    const path = normalize(join(folder, decodeURIComponent(pathname), pathname.endsWith("/") ? "index.html" : ""));
    return path.startsWith(normalize(folder) + sep) ? path : null;
  } catch {
    return null;
  }
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (entry) => entry.isFile(),
    () => false,
  );
