/** A room's worker as its page holds it: wishes go out, news come in, and what all workers tell is shown in the same words. */

import { hideBanner, showBanner } from "./banner.ts";
import { byId } from "./elements.ts";
import type { Adapter, Common, Trouble } from "./protocol.ts";
import { adapterLine, explain, softwareHint } from "./words.ts";

export interface LinkOptions<News> {
  /** The folder of the room in `rooms/` whose `worker.ts` works. */
  worker: string;
  /** Hears all news, after what all rooms share has been shown. */
  hear: (news: News) => void;
  /** Called once a person asks to go on after the device was lost, when a new worker is there. */
  again: () => void;
  left: AbortSignal;
}

export class Link<Wish, News extends { kind: string }> {
  #worker: Worker;
  /** Wishes from before the worker has spoken: what is sent while its files are still loading can be lost. null from then on. */
  #unsent: [Wish, Transferable[]][] | null = [];

  constructor(readonly options: LinkOptions<News>) {
    byId("adapter", HTMLElement).className = "adapter";
    byId("adapter", HTMLElement).textContent = "Looking for a GPU …";
    this.#worker = this.#start();
    options.left.addEventListener("abort", () => this.#worker.terminate());
  }

  send(wish: Wish, moved: Transferable[] = []): void {
    document.body.dataset.worker = "busy";
    if (this.#unsent === null) this.#worker.postMessage(wish, moved);
    else this.#unsent.push([wish, moved]);
  }

  /** Ends the worker, and starts another. */
  restart(): void {
    this.#worker.terminate();
    this.#worker = this.#start();
  }

  #start(): Worker {
    const started = startWorker(this.options.worker);
    this.#unsent = [];
    const hear = (news: News | Common): void => {
      if (started !== this.#worker || this.options.left.aborted) return;
      this.#show(news as Common);
      this.options.hear(news as News);
    };
    started.addEventListener("message", ({ data }: MessageEvent<News>) => {
      if (started !== this.#worker) return;
      for (const [wish, moved] of this.#unsent ?? []) started.postMessage(wish, moved);
      this.#unsent = null;
      hear(data);
    });
    started.addEventListener("error", ({ message }) => {
      hear({ kind: "trouble", cause: "failed", message: message || "the worker could not be loaded" });
    });
    return started;
  }

  #show(news: Common): void {
    if (news.kind === "adapter") showAdapter(news);
    else if (news.kind === "resting") document.body.dataset.worker = "resting";
    else if (news.kind === "trouble") this.#tell(news);
  }

  #tell(news: Trouble): void {
    const { headline, steps } = explain(news, { secure: isSecureContext, browser: navigator.userAgent });
    const goOn = (): void => {
      hideBanner();
      this.restart();
      this.options.again();
    };
    showBanner(headline, steps, news.cause === "device lost" ? { label: "Go on", action: goOn } : undefined);
    if (news.cause !== "no adapter") return;
    const adapter = byId("adapter", HTMLElement);
    adapter.textContent = "No WebGPU";
    adapter.className = "adapter missing";
  }
}

/**
 * Starts the worker of a room. The build makes it an entry like the page itself, so that both load what they share once, and writes
 * into the page which file it is.
 */
function startWorker(room: string): Worker {
  const files = JSON.parse(document.getElementById("workers")!.textContent) as Readonly<Record<string, string>>;
  return new Worker(new URL(files[room], document.baseURI), { type: "module", name: room });
}

function showAdapter(news: Adapter): void {
  const place = byId("adapter", HTMLElement);
  place.textContent = adapterLine(news);
  place.title = news.software ? softwareHint : "";
  place.className = news.software ? "adapter software" : "adapter";
}
