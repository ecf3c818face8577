// A server of a few files on this machine, as good or bad as a test wants it.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** What the server does wrong with a path. */
export interface Behaviour {
  /** Ends the connection after so many bytes of each of the first `cuts` answers. */
  cutAfter?: number;
  cuts?: number;
  /** Knows no ranges and always sends everything. */
  rangeless?: boolean;
  /** Answers with this and no file. */
  status?: number;
  /** Called before an answer ends; it never does before the promise settles. */
  hold?: () => Promise<void>;
}

export interface FileServer {
  url: (path: string) => string;
  /** `/path` or `/path from 10`, in the order of the requests. */
  requests: string[];
}

/** Serves `files` by path until the test has finished. */
export async function fileServer(
  files: Readonly<Record<string, Uint8Array>>,
  behaviours: Readonly<Record<string, Behaviour>> = {},
): Promise<FileServer> {
  const requests: string[] = [];
  const cuts = new Map<string, number>();
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? "/";
    const { cutAfter, cuts: most = 1, rangeless = false, status, hold } = behaviours[path] ?? {};
    const asked = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    requests.push(asked > 0 ? `${path} from ${asked}` : path);
    const file = files[path] as Uint8Array | undefined;
    if (status !== undefined || file === undefined) {
      response.writeHead(status ?? 404).end();
      return;
    }
    const start = rangeless ? 0 : asked;
    const body = file.subarray(start);
    const ranged = start > 0 && { "content-range": `bytes ${start}-${file.length - 1}/${file.length}` };
    response.writeHead(start > 0 ? 206 : 200, { "content-length": body.length, ...ranged });
    const cut = cuts.get(path) ?? 0;
    if (cutAfter === undefined || cut >= most) {
      response.write(body.subarray(0, Math.ceil(body.length / 2)));
      await hold?.();
      response.end(body.subarray(Math.ceil(body.length / 2)));
      return;
    }
    cuts.set(path, cut + 1);
    response.write(body.subarray(0, cutAfter), () => response.socket?.end());
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: (path) => `http://127.0.0.1:${port}${path}`, requests };
}
