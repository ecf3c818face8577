/** What the page says in sentences. */

import type { Adapter, Trouble } from "./protocol.ts";

/** Below this many nats a density looks right, above the other it is plainly wrong. */
const [right, wrong] = [0.25, 1];

/** What the divergences from the truth mean, each null until it is known. */
export function verdict(model: number | null, shortRun: number | null): string {
  if (model === null || shortRun === null) return "The chains take their first steps.";
  if (!Number.isFinite(model) || Number.isNaN(shortRun))
    return "The chains have run away: take a smaller step size, or start over.";
  if (model < right && shortRun < right) return "Convergent: the density and the chains both match the data.";
  if (model > wrong && shortRun < right)
    return "Non-convergent: the chains look right, but the density is wrong. It only steers short walks.";
  if (model < right) return "The density matches the data already, the chains do not yet.";
  return "Still learning: neither the density nor the chains match the data yet.";
}

/** Which adapter does the work. */
export function adapterLine({ name, software, host }: Adapter): string {
  return `${software ? "Software adapter" : "GPU"}: ${name} · ${host}`;
}

/** What to add where the processor stands in for a GPU. */
export const softwareHint =
  "No GPU in use: the processor does its work, some hundred times slower. In Chrome, chrome://gpu says why.";

/** A trouble as a headline, and what to do about it. */
export function explain({ cause, message }: Trouble, secure: boolean): { headline: string; steps: string[] } {
  const plain = message.replace(/^\w+: /, "");
  if (cause === "device lost")
    return { headline: "The GPU went away", steps: [plain, "Press “Start again”; the training begins anew."] };
  if (cause === "failed")
    return { headline: "This did not work", steps: [plain, "Change the setting back, or press “Reset”."] };
  const steps = secure
    ? [
        "Chrome or Edge 113 or newer: turn on “Use graphics acceleration when available” in Settings, System.",
        "Chrome on Linux: start it with --enable-unsafe-webgpu --enable-features=Vulkan, or set both at chrome://flags.",
        "Safari 26 or newer: nothing to do. Safari 18: Settings, Feature Flags, WebGPU.",
        "Firefox 141 or newer on Windows, 145 on a Mac: nothing to do. Elsewhere: dom.webgpu.enabled in about:config.",
      ]
    : [`This page came over plain http: open it at https://${location.host} or at http://localhost.`];
  return { headline: "This browser gives the page no WebGPU", steps: [`${capital(plain)}.`, ...steps] };
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
