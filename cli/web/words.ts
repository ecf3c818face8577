/** What the page says in sentences. */

import type { Adapter, Trouble } from "./protocol.ts";

/** Below this many nats a density looks right, above the other it is plainly wrong. */
const [right, wrong] = [0.25, 1];

/** Instead of a verdict where nothing can be trained. */
export const onlyTruth = "Without WebGPU there is only the truth to see, and the data.";

/** What the divergences from the truth mean, each null until it is known. */
export function verdict(model: number | null, shortRun: number | null): string {
  if (model === null || shortRun === null) return "The chains take their first steps.";
  if (!Number.isFinite(model) || Number.isNaN(shortRun))
    return "The chains have run away: take a smaller step size, or start over.";
  if (model < right && shortRun < right) return "Convergent: the density and the chains both match the data.";
  if (model > wrong && shortRun < right)
    return "Non-convergent: the chains look right, but the density is wrong. It only steers short walks.";
  if (model < right) return "The density matches the data already, the chains do not yet.";
  if (shortRun < right) return "The chains match the data already, the density does not yet.";
  return "Still learning: neither the density nor the chains match the data yet.";
}

/** The same for chains that walk on; a single round of them is a rough estimate. */
export function longRunVerdict(chains: number | null): string {
  if (chains === null) return "The chains walk on under the model, without a new start.";
  if (!Number.isFinite(chains)) return "The chains have run away: take a smaller step size, or start over.";
  if (chains > wrong) return "Left to walk on, the chains do not stay with the data: the density is another one.";
  if (chains < 2 * right) return "Left to walk on, the chains stay with the data.";
  return "Left to walk on, the chains drift from the data a little.";
}

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
    return { headline: "The GPU went away", steps: [plain, "Press “Start again”: the training begins anew."] };
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
