/** The page: joins what a person chooses, what the worker tells, and what is drawn. */

import "./language.ts";
import { significant } from "../progress/line.ts";
import { choicesOf, hashOf } from "./address.ts";
import { hideBanner, showBanner } from "./banner.ts";
import { chosenValue, recipeOf, settingsOf, withRecipe, withSetting, type Choices, type Picture } from "./choices.ts";
import { CurvesView } from "./curves.ts";
import { byId } from "./elements.ts";
import { LandscapeView } from "./landscape.ts";
import { Panel } from "./panel.ts";
import { planeOf } from "./plane.ts";
import { pointsOf } from "./points.ts";
import type { Frame, News, Opened, Wish } from "./protocol.ts";
import { Toolbar } from "./toolbar.ts";
import { showView, watchView } from "./viewbar.ts";
import { adapterLine, explain, longRunVerdict, onlyTruth, softwareHint, verdict } from "./words.ts";

/** Settings with which a training cannot go on, but begins anew. */
const beginnings = ["seed", "data.", "net."];

let { choices, problems } = choicesOf(location.hash);
let running = true;
/** Counts what has been opened, so that late news of what was there before are passed over. */
let generation = 0;
/** The last divergences from the truth by name. */
const measures = new Map<string, number>();
let worker = startWorker();

const still = matchMedia("(prefers-reduced-motion: reduce)");
const landscape = new LandscapeView(
  {
    ground: byId("ground", HTMLCanvasElement),
    points: byId("points", HTMLCanvasElement),
    small: {
      truth: byId("small-truth", HTMLCanvasElement),
      model: byId("small-model", HTMLCanvasElement),
      shortrun: byId("small-shortrun", HTMLCanvasElement),
    },
    ends: [byId("dark-end", HTMLElement), byId("bright-end", HTMLElement)],
  },
  choices.view,
);
const curves = new CurvesView(byId("curves", HTMLElement));
const learning = byId("learning", HTMLInputElement);
const toolbar = new Toolbar(choices, {
  toggle: () => setRunning(!running),
  step() {
    setRunning(false);
    send({ kind: "step" });
  },
  reset: () => begin(true),
  seed: (seed) => choose(withSetting(choices, "seed", seed)),
});
const panel = new Panel(choices, {
  recipe: (name) => choose(withRecipe(choices, name)),
  setting: (path, value) => choose(withSetting(choices, path, value)),
});
watchView((view) => choose({ ...choices, view }));
learning.addEventListener("change", sendPace);
document.addEventListener("visibilitychange", sendPace);
addEventListener("hashchange", () => {
  if (location.hash !== `#${hashOf(choices)}`) arrive(location.hash);
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  curves.restyle();
  landscape.refresh();
});
watchPointer();
show();
begin(true);
tellProblems();
requestAnimationFrame(draw);

/** Goes to the choices of another address. */
function arrive(hash: string): void {
  const arrived = choicesOf(hash);
  problems = arrived.problems;
  choose(arrived.choices);
  tellProblems();
}

/** Takes over other choices: what depends on them is opened, shown and written into the address. */
function choose(next: Choices): void {
  const before = choices;
  choices = next;
  history.replaceState(null, "", `#${hashOf(choices)}`);
  show();
  const changed = [...new Set([...Object.keys(before.changes), ...Object.keys(next.changes)])].filter(
    (path) => before.changes[path] !== next.changes[path],
  );
  const other = before.recipe !== next.recipe;
  if (other || changed.length > 0)
    begin(other || changed.some((path) => beginnings.some((prefix) => path.startsWith(prefix))));
  else sendPace();
}

/** Opens what is chosen, from its seed if `fresh`. */
function begin(fresh: boolean): void {
  busy("Compiling shaders …");
  hideBanner();
  const model = { system: recipeOf(choices).system, settings: settingsOf(choices) };
  send({ kind: "open", model, fresh, generation: ++generation });
  if (fresh) {
    const plane = planeOf(settingsOf(choices));
    landscape.begin(plane, pointsOf(plane, Number(chosenValue(choices, "seed"))), !still.matches);
    curves.clear();
    measures.clear();
    showStep(0, null);
    showMeasures();
  }
  sendPace();
}

function show(): void {
  toolbar.show(choices, running);
  panel.show(choices);
  showView(choices.view);
  landscape.show(choices.view);
}

function setRunning(wanted: boolean): void {
  running = wanted;
  toolbar.show(choices, running);
  sendPace();
}

function sendPace(): void {
  const pace = { running: running && !document.hidden, learning: learning.checked };
  send({ kind: "pace", pace: { ...pace, long: choices.view.chains === "long" } });
}

function send(wish: Wish): void {
  if (wish.kind !== "drawn") document.body.dataset.worker = "busy";
  worker.postMessage(wish);
}

function startWorker(): Worker {
  const started = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  started.addEventListener("message", ({ data }: MessageEvent<News>) => hear(data));
  started.addEventListener("error", ({ message }) => {
    hear({ kind: "trouble", cause: "failed", message: message || "the worker could not be loaded" });
  });
  return started;
}

function hear(news: News): void {
  if ("generation" in news && news.generation !== generation) return passOver(news);
  switch (news.kind) {
    case "adapter":
      byId("adapter", HTMLElement).textContent = adapterLine(news);
      byId("adapter", HTMLElement).title = news.software ? softwareHint : "";
      byId("adapter", HTMLElement).classList.toggle("software", news.software);
      // There the processor draws the page as well as the model, and both must get along.
      Object.assign(every, news.software ? { square: 80, curves: 500 } : {});
      busy("Compiling shaders …");
      break;
    case "opened":
      open(news);
      break;
    case "ready":
      busy(null);
      break;
    case "frame":
      take(news);
      break;
    case "resting":
      document.body.dataset.worker = "resting";
      break;
    case "trouble": {
      const { headline, steps } = explain(news, { secure: isSecureContext, browser: navigator.userAgent });
      const again = { label: "Start again", action: startAgain };
      showBanner(headline, steps, news.cause === "device lost" ? again : undefined);
      if (news.cause === "no adapter") showOnlyTruth();
      busy(null);
    }
  }
}

function showOnlyTruth(): void {
  const view = { ...choices.view, picture: "truth" as const };
  showView(view);
  landscape.show(view);
  setRunning(false);
  const adapter = byId("adapter", HTMLElement);
  adapter.textContent = "No WebGPU";
  adapter.classList.add("missing");
  byId("verdict", HTMLElement).textContent = onlyTruth;
}

/** News of a training that is gone; the worker still waits to hear that they were drawn. */
function passOver({ kind }: News): void {
  if (kind === "frame") send({ kind: "drawn" });
}

function open({ step }: Opened): void {
  if (step === 0) curves.clear();
  showStep(step, null);
}

let lastSteps = 0;

/** Takes in a frame; it is drawn with the next picture of the screen. */
function take({ step, rate, rows, chains, model, shortrun, ...frame }: Frame): void {
  landscape.showChains(chains.positions, chains.steps > lastSteps && !still.matches);
  lastSteps = chains.steps;
  if (model !== null) landscape.showDensity("model", model);
  if (shortrun !== null) landscape.showDensity("shortrun", shortrun);
  for (const row of rows) {
    curves.push(row);
    const strange = Object.keys(row).filter((name) => !Number.isFinite(row[name]));
    if (strange.length > 0 && running) diverged(row.step, strange);
  }
  if (Object.keys(frame.measures).length > 0) curves.push({ step, ...frame.measures });
  for (const [name, value] of Object.entries(frame.measures)) measures.set(name, value);
  showStep(step, rate);
  byId("chain-steps", HTMLElement).textContent = `${chains.steps.toLocaleString("en")} steps from ${startWords()}`;
  showMeasures();
  requestAnimationFrame(() => send({ kind: "drawn" }));
}

/** Where the chains come from. */
function startWords(): string {
  const kind = chosenValue(choices, "start.kind");
  return kind === "persistent" ? "the replay buffer" : kind === "data" ? "data" : "noise";
}

function diverged(step: number, names: readonly string[]): void {
  setRunning(false);
  const what = `At update ${step}, ${names.join(" and ")} ${names.length > 1 ? "are" : "is"} no number any more.`;
  showBanner("The chains have run away", [what, "Take a smaller step size or learning rate, then press “Reset”."]);
}

function showStep(step: number, rate: number | null): void {
  byId("updates", HTMLElement).textContent = step.toLocaleString("en");
  byId("rate", HTMLElement).textContent = rate === null ? "" : `${significant(rate)}/s`;
}

function showMeasures(): void {
  const long = choices.view.chains === "long";
  const chains = long ? "kl_true_longrun" : "kl_true_shortrun";
  const words = (name: string): string => (measures.has(name) ? `KL ${significant(measures.get(name)!)}` : "KL –");
  byId("kl-model", HTMLElement).textContent = words("kl_true_model");
  byId("kl-shortrun", HTMLElement).textContent = words(chains);
  const found = measures.get(chains) ?? null;
  const said = long ? longRunVerdict(found) : verdict(measures.get("kl_true_model") ?? null, found);
  // Written only when it changes: each writing is read aloud.
  const place = byId("verdict", HTMLElement);
  if (place.textContent !== said) place.textContent = said;
}

function startAgain(): void {
  worker.terminate();
  worker = startWorker();
  setRunning(true);
  begin(true);
}

function tellProblems(): void {
  if (problems.length > 0) showBanner("Some of the address was left out", problems);
}

/** Says over the picture what keeps it from moving, or nothing. */
function busy(words: string | null): void {
  const place = byId("busy", HTMLElement);
  place.hidden = words === null;
  place.textContent = words ?? "";
}

/** Tells energy and density under the pointer. */
function watchPointer(): void {
  const square = byId("square", HTMLElement);
  const probe = byId("probe", HTMLElement);
  square.addEventListener("pointerleave", () => (probe.hidden = true));
  square.addEventListener("pointermove", ({ clientX, clientY }) => {
    const { left, top, width, height } = square.getBoundingClientRect();
    const found = landscape.probe((clientX - left) / width, (clientY - top) / height);
    if (found === null) return;
    const log = (picture: Picture): string => significant(found.logDensities[picture] ?? NaN);
    probe.hidden = false;
    probe.textContent = `(${found.x.toFixed(2)}, ${found.y.toFixed(2)})  log p: model ${log("model")}, truth ${log("truth")}`;
  });
}

/** Milliseconds from one drawing of the square, and of the curves, to the next. */
const every = { square: 0, curves: 200 };
const last = { square: 0, curves: 0 };

function draw(now: number): void {
  if (due("square", now)) landscape.draw(now);
  if (due("curves", now)) curves.draw();
  requestAnimationFrame(draw);
}

function due(what: keyof typeof every, now: number): boolean {
  if (now - last[what] < every[what]) return false;
  last[what] = now;
  return true;
}
