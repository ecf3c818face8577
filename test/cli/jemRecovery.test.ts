// JEM diverges, is brought back by its guard without a person, and after a stop goes on to the same bytes.
import { expect, test } from "vitest";
import "../engine/opened.ts";
import { recipes, systems, type System, type Training } from "../../ebm/index.ts";
import { readLines, type RunEvent } from "../../cli/run/records.ts";
import { testWorld } from "./world.ts";

const limit = 10;

/** A small JEM whose rate and steps are so large that its energies run away within a few updates. */
const unstable = [
  ...["train", "jem/toy-unstable", "--quiet", "--steps", "24", "--set", `guard.limit=${limit}`],
  ...["--set", "batch=16", "--set", "net.width=8", "--set", "start.size=64", "--set", "sampler.steps=4"],
  ...["--set", "sampler.stepSize=4", "--set", "optimizer.lr=0.2", "--set", "guard.settle=4", "--set", "data.count=64"],
  ...["--set", "log.observe=0", "--set", "log.checkpoint=0", "--set", "log.heldOut=16"],
  ...["--set", "landscape.resolution=5", "--set", "landscape.samples=10"],
];

test("a JEM that diverges recovers by itself, says so in its events, and resumes to the same bytes", async () => {
  const world = await testWorld();
  /** Presses Ctrl-C after the first update for which it holds. */
  let stopsAfter = (_: Training): boolean => false;
  const jem: System = {
    ...systems.jem,
    async open(...given) {
      const training = await systems.jem.open(...given);
      const update = training.update.bind(training);
      training.update = async () => {
        await update();
        if (stopsAfter(training)) world.interrupt();
      };
      return training;
    },
  };
  Object.assign(world.world, { systems: { jem }, recipes });

  expect((await world.ebm(...unstable, "--run-dir", "whole")).code).toBe(0);
  const events = await readLines(`${world.world.cwd}/whole/events.jsonl`, (line) => line as RunEvent);
  const recoveries = events.filter(({ event }) => event === "recovered");
  expect(recoveries.length).toBeGreaterThan(0);
  expect(recoveries[0].message).toMatch(/energy_samples is .*; back to step \d+ with other random numbers/);
  expect(recoveries[0].back).toBeLessThan(recoveries[0].step);
  expect(events.at(-1)?.event).toBe("finished");
  const rows = await readLines(`${world.world.cwd}/whole/metrics.jsonl`, (line) => line as Record<string, number>);
  const energies = rows.filter((row) => "energy_samples" in row).map(({ energy_samples }) => Math.abs(energy_samples));
  expect(energies).toHaveLength(24);
  expect(Math.max(...energies)).toBeLessThan(limit);

  stopsAfter = ({ recoveries }) => recoveries === 1;
  expect((await world.ebm(...unstable, "--run-dir", "stopped")).code).toBe(130);
  stopsAfter = () => false;
  expect((await world.ebm("train", "--resume", "stopped", "--quiet")).code).toBe(0);
  for (const file of ["metrics.jsonl", "checkpoints/step-000024.safetensors"])
    expect(await world.bytes(`stopped/${file}`)).toEqual(await world.bytes(`whole/${file}`));
});
