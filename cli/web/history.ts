/** The numbers of the past, by step, thinned out as they become many. */

/** Rows kept at most; beyond, every other is dropped. */
const MOST = 3000;

export class History {
  readonly steps: number[] = [];
  readonly columns: Readonly<Record<string, (number | null)[]>>;

  constructor(readonly names: readonly string[]) {
    this.columns = Object.fromEntries(names.map((name) => [name, []]));
  }

  /** Takes a row in, with null for what it lacks; a row with none of the names is passed over. */
  push(row: Readonly<Record<string, number>>): void {
    if (!this.names.some((name) => name in row)) return;
    this.steps.push(row.step);
    for (const name of this.names) this.columns[name].push(Number.isFinite(row[name]) ? row[name] : null);
    if (this.steps.length > MOST) this.#thin();
  }

  /** The newest number of a name, null before the first. */
  last(name: string): number | null {
    return this.columns[name].findLast((value) => value !== null) ?? null;
  }

  clear(): void {
    for (const column of [this.steps, ...Object.values(this.columns)]) column.length = 0;
  }

  #thin(): void {
    for (const column of [this.steps, ...Object.values(this.columns)]) {
      const kept = column.filter((_, at) => at % 2 === 1);
      column.splice(0, column.length, ...kept);
    }
  }
}
