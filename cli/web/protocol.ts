/** What the worker of every room says to its page; each room adds its own. */

export type Common = Adapter | Resting | Trouble;

/** The adapter that does the work. */
export interface Adapter {
  kind: "adapter";
  name: string;
  software: boolean;
  host: string;
}

/** Nothing is under way; all that there is to show has been told. */
export interface Resting {
  kind: "resting";
}

export interface Trouble {
  kind: "trouble";
  cause: "no adapter" | "device lost" | "failed";
  message: string;
}
