/** Chains at several temperatures that change places: replica exchange (Swendsen & Wang 1986; Geyer 1991). */

import { broadcast, concat, constant, foldIn, iota, pad, take, Tensor, zeros, type Key } from "../../engine/index.ts";
import { chosen } from "./chains.ts";
import { metropolis } from "./metropolis.ts";
import { reported, under, type Chains, type Report, type Sampler } from "./sampler.ts";

/**
 * The replicas' own state, R rows for each chain, the coldest first; `odd` is 1 when the next swaps are of rungs 1 and 2,
 * 3 and 4, …, and 0 when of 0 and 1, 2 and 3, …
 */
export type TemperedChains<S extends Chains> = { x: Tensor; energy: Tensor; replicas: S; odd: Tensor };

/**
 * Each chain becomes R replicas, one for each temperature of `ladder`, rising from the one that is wanted. A step is one of each
 * replica by the sampler that `family` gives for the temperatures `[n · R]`, say `(T) => mala({ stepSize: 0.1, temperature: T })`;
 * then every other pair of neighbours swaps with probability min(1, exp((1/Tᵢ − 1/Tⱼ)(Eᵢ − Eⱼ))), in turns. It is exact where the family
 * is. Positions, energies and reports are those of the coldest replicas.
 *
 * Tensors of the replicas' state travel with their positions; what is nested, such as an adapted step size, stays with its
 * temperature.
 */
export function parallelTempering<S extends Chains, R extends Report>(
  family: (temperature: Tensor) => Sampler<S, R>,
  ladder: readonly number[],
): Sampler<TemperedChains<S>, R | "swapped"> {
  const rungs = ladder.length;
  if (rungs === 0 || !ladder.every((t, at) => t > (ladder[at - 1] ?? 0) && t < Infinity))
    throw new RangeError(`parallelTempering: a ladder is of positive, rising temperatures, got [${ladder.join(", ")}]`);

  const temperatures = concat(ladder.map((t) => constant(t).reshape([1])));
  const { reports } = family(temperatures);
  const ofAll = (chains: number): Tensor => broadcast(temperatures, [chains, rungs]).reshape([chains * rungs]);

  // A chain's replicas lie beside each other, so that its random numbers do not depend on how many chains there are.
  const repeated = (x: Tensor): Tensor => {
    const [chains, ...item] = x.shape;
    return broadcast(x.reshape([chains, 1, ...item]), [chains, rungs, ...item]).reshape([chains * rungs, ...item]);
  };
  const coldest = (rows: Tensor): Tensor => {
    const [count, ...item] = rows.shape;
    const byChain = rows.reshape([count / rungs, rungs, ...item]);
    return byChain.slice([null, [0, 1]]).reshape([count / rungs, ...item]);
  };
  const seen = (replicas: S, energies: Tensor, odd: Tensor): TemperedChains<S> => ({
    x: coldest(replicas.x),
    energy: coldest(energies),
    replicas,
    odd,
  });

  /** Which of the R − 1 pairs of neighbours of each chain swap: f32 `[n, R − 1]`, 1 or 0. */
  function swaps(key: Key, energies: Tensor, odd: Tensor): Tensor {
    const byChain = energies.reshape([energies.size / rungs, rungs]);
    const between = concat(ladder.slice(1).map((t, pair) => constant(1 / ladder[pair] - 1 / t).reshape([1])));
    const loss = byChain
      .slice([null, [1]])
      .sub(byChain.slice([null, [0, -1]]))
      .mul(between);
    const { accepted } = metropolis(key, zeros(loss.shape), loss);
    const turns = ladder.slice(1).map((_, pair) => odd.equal(pair % 2).reshape([1]));
    return accepted.and(broadcast(concat(turns), loss.shape)).toFloat();
  }

  return {
    reports: [...reports, "swapped"],
    init(x, energy) {
      const replicas = family(ofAll(x.shape[0])).init(repeated(x), energy);
      return seen(replicas, replicas.energy ?? energy(replicas.x), constant(0, "u32"));
    },
    under(state, energy) {
      const replicas = under(family(ofAll(state.x.shape[0])), state.replicas, energy);
      return seen(replicas, replicas.energy ?? energy(replicas.x), state.odd);
    },
    step(key, { replicas, odd }, energy) {
      const rows = replicas.x.shape[0];
      const chains = rows / rungs;
      const moved = family(ofAll(chains)).step(foldIn(key, 0), replicas, energy);
      const info = reported<R>({ reports }, (name) => coldest(moved.info[name]));
      const energies = moved.state.energy ?? energy(moved.state.x);
      const ahead = moved.proposed && coldest(moved.proposed);
      if (rungs === 1)
        return {
          state: seen(moved.state, energies, odd),
          info: { ...info, swapped: zeros([chains]) },
          ...(ahead && { proposed: ahead }),
        };

      const swap = swaps(foldIn(key, 1), energies, odd);
      const none: readonly [number, number] = [0, 0];
      const beside = (before: number, after: number) => pad(swap, [none, [before, after]]).reshape([rows]);
      const [up, down] = [beside(0, 1), beside(1, 0)];
      const from = iota([rows]).add(up.toIndex()).sub(down.toIndex());
      const placed = (tensor: Tensor): Tensor => (tensor.shape[0] === rows ? take(tensor, from) : tensor);
      const state = Object.fromEntries(
        Object.entries(moved.state).map(([name, part]) => [name, part instanceof Tensor ? placed(part) : part]),
      ) as S;
      const after = seen(state, placed(energies), constant(1, "u32").sub(odd));
      const swapped = coldest(up);
      return {
        state: after,
        info: { ...info, swapped },
        // A chain that has changed places is where it was to go.
        ...(ahead && { proposed: chosen(swapped.greater(0), after.x, ahead) }),
      };
    },
  };
}
