/** What every room says in sentences: the adapter, and what to do when something is wrong. */

import type { Adapter, Trouble } from "./protocol.ts";

/** Which adapter does the work. */
export function adapterLine({ name, software, host }: Adapter): string {
  return `${software ? "Software adapter" : "GPU"}: ${name} · ${host}`;
}

/** What to add where the processor stands in for a GPU. */
export const softwareHint =
  "No GPU in use: the processor does its work, some hundred times slower. In Chrome, chrome://gpu says why.";

/** A trouble as a headline, and what to do about it; `secure` and `browser`, its user agent, are the page's. */
export function explain(
  { cause, message }: Trouble,
  { secure, browser }: { secure: boolean; browser: string },
): { headline: string; steps: string[] } {
  const plain = `${capital(message.replace(/^\w+: /, ""))}.`;
  if (cause === "device lost")
    return { headline: "The GPU went away", steps: [plain, "Press “Go on”: it continues from what was saved."] };
  if (cause === "failed")
    return { headline: "This did not work", steps: [plain, "Change the setting back, or press “Reset”."] };
  const elsewhere = "This page came over plain http: open it over https, or at http://localhost.";
  const steps = secure ? remedies(browser) : [elsewhere];
  return { headline: "This browser gives the page no WebGPU", steps: [plain, ...steps] };
}

/** What to do in this browser, or in each where it is unknown. */
function remedies(browser: string): string[] {
  const known = waysToWebGPU.find(({ agent }) => agent.test(browser));
  return known === undefined ? waysToWebGPU.map(({ way }) => way) : [known.way];
}

/** In this order: the user agent of one browser names others. */
const waysToWebGPU: readonly { agent: RegExp; way: string }[] = [
  {
    agent: /Firefox\//,
    way: "Firefox: update it (WebGPU is on from 141 on Windows, from 145 on a Mac); elsewhere set dom.webgpu.enabled in about:config.",
  },
  {
    agent: /Linux(?!.*Android).*Chrome\//,
    way: "Chrome on Linux: turn on graphics acceleration in Settings, System, then start it with --enable-unsafe-webgpu --enable-features=Vulkan.",
  },
  {
    agent: /Chrome\//,
    way: "Chrome or Edge: update it (113 or newer), and turn on graphics acceleration in Settings, System.",
  },
  { agent: /Safari\//, way: "Safari: update it (26 or newer); in 18, turn on WebGPU in Settings, Feature Flags." },
];

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
