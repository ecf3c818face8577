/** The page around the rooms: enters the one that the address names, and leaves it for another. */

import "./language.ts";
import { readAddress, writeAddress } from "./address.ts";
import { hideBanner, showBanner, tellProblems } from "./banner.ts";
import { byId } from "./elements.ts";
import { rooms, type Entered, type Offer } from "./rooms.ts";

const place = byId("room", HTMLElement);
/** The room that is open, once it is loaded. */
let entered: Entered | null = null;
let present: Offer | null = null;
let leaving = new AbortController();
/** The hash as the room has last written it. */
let written = "";

const links = rooms.map(({ name, label }) => {
  const link = Object.assign(document.createElement("a"), { href: `#${writeAddress(name, {})}`, textContent: label });
  byId("rooms", HTMLElement).append(link);
  return link;
});
addEventListener("hashchange", () => {
  if (location.hash !== `#${written}`) void arrive();
});
void arrive();

// Absent on pages without https, which have no WebGPU either.
if ("serviceWorker" in navigator)
  void navigator.serviceWorker.register(new URL("offline.js", document.baseURI)).catch(console.warn);

/** Goes where the address leads. */
async function arrive(): Promise<void> {
  const { room, words, problems } = readAddress(location.hash);
  const wanted = rooms.find(({ name }) => name === (room ?? rooms[0].name)) ?? rooms[0];
  if (room !== null && wanted.name !== room)
    problems.push(`address: room is one of ${rooms.map(({ name }) => name).join(", ")}, got "${room}"`);
  if (wanted !== present) await enter(wanted);
  else entered?.arrive(words);
  tellProblems(problems);
}

async function enter(offer: Offer): Promise<void> {
  leaving.abort();
  leaving = new AbortController();
  const { signal: left } = leaving;
  present = offer;
  entered = null;
  hideBanner();
  document.title = `${offer.title} · webgpu-ebm`;
  rooms.forEach((room, at) => (links[at].ariaCurrent = room === offer ? "page" : null));
  try {
    const room = await offer.load();
    if (left.aborted) return;
    // As they are now: a person may have changed them while the room was loading.
    const { words } = readAddress(location.hash);
    place.replaceChildren();
    const write = (words: Readonly<Record<string, string>>): void => {
      if (left.aborted) return;
      written = writeAddress(offer.name, words);
      history.replaceState(null, "", `#${written}`);
    };
    entered = room.enter(place, { words, left, write });
  } catch (error) {
    console.error(error);
    showBanner("This room could not be opened", [error instanceof Error ? error.message : String(error)], {
      label: "Load the page again",
      action: () => location.reload(),
    });
  }
}
