/** A visit to the app in a browser, and how its tests look at it. */

import axe from "axe-core";
import type { Browser, Locator, Page } from "playwright";
import { expect } from "vitest";
import { patience } from "../../patience.ts";

/** A page, what went wrong in it, and the ways of a person. */
export class Visit {
  constructor(
    readonly page: Page,
    readonly errors: readonly string[],
    /** What has been loaded so far of script, by its address; to be read before the page is left. */
    readonly scripts: ReadonlyMap<string, () => Promise<Buffer>>,
  ) {}

  readonly text = (id: string): Promise<string | null> => this.page.locator(id).textContent();

  /** The first number in the text of an element, NaN if there is none. */
  async numberIn(id: string): Promise<number> {
    const text = (await this.text(id))!.replaceAll(",", "");
    return Number(/[\d.]+(e[+-]?\d+)?/.exec(text)?.[0] ?? NaN);
  }

  readonly press = (name: string): Promise<void> => this.page.getByRole("button", { name, exact: true }).click();
  readonly radio = (name: string): Locator => this.page.getByRole("radio", { name, exact: true });
  readonly goTo = (hash: string): Promise<void> => this.page.evaluate((words) => void (location.hash = words), hash);

  /** Drags files of this machine to the middle of the page, and drops them there. */
  async drop(...files: string[]): Promise<void> {
    const session = await this.page.context().newCDPSession(this.page);
    const { width, height } = this.page.viewportSize()!;
    for (const type of ["dragEnter", "dragOver", "drop"] as const)
      await session.send("Input.dispatchDragEvent", {
        ...{ type, x: width / 2, y: height / 2 },
        data: { items: [], files, dragOperationsMask: 1 },
      });
    await session.detach();
  }

  /** Waits until the worker has nothing under way. */
  async atRest(): Promise<void> {
    await expect.poll(() => this.page.locator("body").getAttribute("data-worker")).toBe("resting");
  }

  /** Destroys the device of the room's worker at its next command. */
  async loseDevice(): Promise<void> {
    await this.page.workers()[0].evaluate(() => {
      const { prototype } = GPUDevice;
      const make = Object.getOwnPropertyDescriptor(prototype, "createCommandEncoder")!.value as (
        this: GPUDevice,
        ...options: unknown[]
      ) => GPUCommandEncoder;
      prototype.createCommandEncoder = function (...options) {
        this.destroy();
        return make.apply(this, options);
      };
    });
  }

  /** What axe-core finds wrong for people who hear, type or see otherwise, as sentences. */
  async violations(): Promise<string[]> {
    if (!(await this.page.evaluate(() => "axe" in globalThis))) await this.page.evaluate(axe.source);
    return this.page.evaluate(async () => {
      const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run(document, {
        resultTypes: ["violations"],
      });
      return violations.map(({ help, nodes }) => `${help}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
    });
  }

  /** Milliseconds that the longest task of the page has taken so far, 0 if none was long. */
  longestTask(): Promise<number> {
    return this.page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          const heard = (list: PerformanceObserverEntryList): void =>
            resolve(Math.max(...list.getEntries().map(({ duration }) => duration)));
          new PerformanceObserver(heard).observe({ type: "longtask", buffered: true });
          setTimeout(() => resolve(0), 200);
        }),
    );
  }

  async hide(hidden: boolean): Promise<void> {
    await this.page.evaluate((value) => {
      Object.defineProperty(document, "hidden", { value, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
  }
}

/** Opens an address in a new page. */
export async function visit(browser: Browser, url: string): Promise<Visit> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
  page.setDefaultTimeout(patience.expect.poll.timeout);
  const errors: string[] = [];
  const scripts = new Map<string, () => Promise<Buffer>>();
  page.on("response", (response) => {
    if (/\.js$/.test(response.url())) scripts.set(response.url(), () => response.body());
  });
  page.on("pageerror", ({ message }) => errors.push(message));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await page.goto(url);
  return new Visit(page, errors, scripts);
}
