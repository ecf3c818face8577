/** Runs before the tests of a lane: prints which adapter they are about to use, and fails where there is none. */

import { requestAdapter } from "#platform";

declare global {
  var backendPrinted: boolean | undefined;
}

if (!globalThis.backendPrinted) {
  const { name, software, source, host } = await requestAdapter();
  console.log(`backend: ${name} (${software ? "software, " : ""}${source}), ${host}`);
  globalThis.backendPrinted = true;
}
