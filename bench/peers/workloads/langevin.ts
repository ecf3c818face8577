/** Langevin dynamics: one step that the host calls for, and a walk of 100, of which only the end is waited for. */

import { key } from "../../../engine/index.ts";
import { langevin, walk } from "../../../ebm/index.ts";
import { drawn } from "../inputs.ts";
import { jaxStep, jaxWalk, jittedStep, tfjsWalk, torchWalk } from "../langevin.ts";
import { nets, type Net } from "../nets.ts";
import { scalar, workload } from "../workload.ts";

const STEPS = 100;

const walkOf = (net: Net, what: string, steps: number) => {
  const step = jittedStep(net);
  const eager = jaxStep(net);
  return workload(
    {
      name: `langevin/${net.name}/${what}`,
      unit: "step",
      units: steps,
      inputs: async () => ({
        parameters: await net.parameters(),
        x: await drawn(net.batch, 2),
        stepSize: scalar(0.1),
        noise: scalar(0.01),
      }),
      ...(steps > 1 && { like: { name: `langevin/${net.name}/step`, times: steps } }),
    },
    {
      ours({ parameters, x, stepSize, noise }) {
        const sampler = langevin({ stepSize, noise });
        return { x: walk(sampler, (at) => net.ours(parameters, at), x, steps, key(3)).x };
      },
      "jax-js": ({ parameters, x, ...drift }) => ({ x: jaxWalk(step, parameters, x, drift, steps) }),
      tfjs: ({ parameters, x, ...drift }) => ({ x: tfjsWalk(net, parameters, x, drift, steps) }),
      torch: `${net.torch}${torchWalk}
def work(inputs):
    return {"x": walk(inputs["parameters"], inputs["x"], inputs, ${steps})}
`,
      ...(steps === 1 && {
        "ours, eager": ({ parameters, x, stepSize, noise }) => {
          const sampler = langevin({ stepSize, noise });
          return { x: sampler.step(key(3), { x }, (at) => net.ours(parameters, at)).state.x };
        },
        "jax-js, eager": ({ parameters, x, ...drift }) => ({ x: jaxWalk(eager, parameters, x, drift, steps) }),
      }),
    },
  );
};

export const langevinWorkloads = Object.values(nets).flatMap((net) => [
  walkOf(net, "step", 1),
  walkOf(net, "walk", STEPS),
]);
