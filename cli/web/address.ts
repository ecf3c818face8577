/** The hash of the page's address: `#v=1&room=landscape&recipe=…`, a room and the words that this room understands. */

const version = "1";

/** What an address says: which room, if any, in which words, and in words what makes no sense. */
export interface Address {
  room: string | null;
  words: URLSearchParams;
  problems: string[];
}

/** Reads a hash, with or without `#`. */
export function readAddress(hash: string): Address {
  const words = new URLSearchParams(hash.replace(/^#/, ""));
  const given = words.get("v") ?? version;
  const room = words.get("room");
  words.delete("v");
  words.delete("room");
  return {
    ...{ room, words },
    problems: given === version ? [] : [`address: this page reads version ${version}, got v=${given}`],
  };
}

/** The hash without `#` of a room and its words. */
export const writeAddress = (room: string, words: Readonly<Record<string, string>>): string =>
  new URLSearchParams({ v: version, room, ...words }).toString().replaceAll("%2F", "/").replaceAll("%2C", ",");
