/** The service worker: keeps the files of the page, so that it opens without a network after the first time. */

/** All files of the page; the build puts them here, and with other files this one is another. */
declare const FILES: readonly string[];
/** The names of files end in a digest of what is in them, so those that are kept never change; only the page itself does. */
const cacheName = `webgpu-ebm ${FILES.join(" ")}`;

/** What a service worker has that pages and other workers lack. */
interface Scope {
  addEventListener(type: "install" | "activate", listener: (event: Lasting) => void): void;
  addEventListener(type: "fetch", listener: (event: Fetching) => void): void;
  skipWaiting(): Promise<void>;
}
interface Lasting {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetching {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}
const scope = self as unknown as Scope;

scope.addEventListener("install", (event) => {
  const kept = caches.open(cacheName).then((cache) => cache.addAll(["./", ...FILES]));
  event.waitUntil(kept.then(() => scope.skipWaiting()));
});

scope.addEventListener("activate", (event) => {
  const gone = caches.keys().then((names) => {
    const old = names.filter((name) => name.startsWith("webgpu-ebm ") && name !== cacheName);
    return Promise.all(old.map((name) => caches.delete(name)));
  });
  event.waitUntil(gone);
});

scope.addEventListener("fetch", (event) => {
  if (event.request.method !== "GET" || new URL(event.request.url).origin !== location.origin) return;
  event.respondWith(event.request.mode === "navigate" ? newest(event.request) : keptOr(event.request));
});

/** The page as it is now, or as it was when there was a network. */
async function newest(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await caches.match("./", { ignoreSearch: true });
    if (kept === undefined) throw error;
    return kept;
  }
}

const keptOr = async (request: Request): Promise<Response> => (await caches.match(request)) ?? fetch(request);
