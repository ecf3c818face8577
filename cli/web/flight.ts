/** Points that glide from where they were to where they are, between two frames of the worker. */

export class Flight {
  #from: Float32Array = new Float32Array(0);
  #to: Float32Array = new Float32Array(0);
  #began = 0;
  #duration = 0;

  /** Sends the points to new places, or puts them there at once: at a new start, and for who asks for less motion. */
  send(to: Float32Array, now: number, glide: boolean): void {
    const apart = now - this.#began;
    this.#from = glide && this.#to.length === to.length ? this.at(now) : to;
    this.#to = to;
    // As long as the last frame took to come, so that motion neither stops nor lags behind.
    this.#duration = Math.min(apart, 600);
    this.#began = now;
  }

  /** Where the points are at a time, `[n, 2]` flat. */
  at(now: number): Float32Array {
    const share = this.#duration > 0 ? Math.min(1, (now - this.#began) / this.#duration) : 1;
    if (share === 1) return this.#to;
    return this.#from.map((from, i) => from + (this.#to[i] - from) * share);
  }

  /** Where they go. */
  get goal(): Float32Array {
    return this.#to;
  }

  /** Whether there is motion left. */
  aloft(now: number): boolean {
    return this.#from !== this.#to && now - this.#began < this.#duration;
  }
}
