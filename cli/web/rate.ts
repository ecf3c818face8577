/** How often something happens. */

/** Counts of the last seconds; times are milliseconds. */
export class Rate {
  readonly #times: number[] = [];

  constructor(readonly window = 3000) {}

  count(now: number): void {
    this.#times.push(now);
    while (this.#times.length > 2 && now - this.#times[0] > this.window) this.#times.shift();
  }

  /** a second; null before two have been counted */
  get value(): number | null {
    const [first, last] = [this.#times[0], this.#times.at(-1)!];
    return this.#times.length < 2 ? null : (1000 * (this.#times.length - 1)) / (last - first);
  }

  /** After a rest nothing is known. */
  forget(): void {
    this.#times.length = 0;
  }
}
