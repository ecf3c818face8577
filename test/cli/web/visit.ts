/** A visit to the app in a browser, and how its tests look at it. */

import type { Browser, Locator, Page } from "playwright";
import { expect } from "vitest";

/** How long a busy software adapter may take, and how often it is asked. */
export const patience = { timeout: 40_000, interval: 50 };

/** A page, what went wrong in it, and the ways of a person. */
export class Visit {
  constructor(
    readonly page: Page,
    readonly errors: readonly string[],
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

  /** Waits until the worker has nothing under way. */
  async atRest(): Promise<void> {
    await expect.poll(() => this.page.locator("body").getAttribute("data-worker"), patience).toBe("resting");
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
  const errors: string[] = [];
  page.on("pageerror", ({ message }) => errors.push(message));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await page.goto(url);
  return new Visit(page, errors);
}
