/** The rooms of the app: their names in the address, and how each is loaded when it is first entered. */

/** What the page gives a room that is entered. */
export interface Visit {
  /** the words of the address but for version and room */
  words: URLSearchParams;
  /** aborted when the room is left: listeners go with it, and workers end */
  left: AbortSignal;
  /** Writes the room's words into the address. */
  write(words: Readonly<Record<string, string>>): void;
}

/** A room that has been entered. */
export interface Entered {
  /** Goes to other words of the same room, when a person changes the address. */
  arrive(words: URLSearchParams): void;
}

/** What a room's folder holds as `room.ts`: puts the room into its place. */
export interface Room {
  enter(place: HTMLElement, visit: Visit): Entered;
}

/** A room as the page offers it. */
export interface Offer {
  /** in the address */
  name: string;
  /** in the links at the top */
  label: string;
  /** of the tab */
  title: string;
  load: () => Promise<Room>;
}

/** In the order of the links; the first is entered where the address names none. */
export const rooms: readonly Offer[] = [
  {
    name: "landscape",
    label: "Landscape",
    title: "Energy landscape lab",
    load: () => import("./rooms/landscape/room.ts"),
  },
  {
    name: "arena",
    label: "Arena",
    title: "Sampler arena",
    load: () => import("./rooms/arena/room.ts"),
  },
  {
    name: "digits",
    label: "Digits",
    title: "Digits",
    load: () => import("./rooms/digits/room.ts"),
  },
  {
    name: "source",
    label: "Source",
    title: "Source",
    load: () => import("./rooms/source/room.ts"),
  },
  {
    name: "run",
    label: "Runs",
    title: "Run room",
    load: () => import("./rooms/run/room.ts"),
  },
];
