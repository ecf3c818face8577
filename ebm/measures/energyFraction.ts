/** Whether a chain of Hamiltonian Monte Carlo gets around among energies. */

import { mean, usable, variance, type Draws } from "./draws.ts";

/**
 * E-BFMI of each chain, mean (Eₜ₊₁ − Eₜ)² / var E: the energy that a new momentum brings as a share of what there is to explore
 * (Betancourt 2016). Below 0.3 the chain is too slow. NaN of all chains where an energy is not finite or a chain's never changes.
 */
export function energyFraction(energies: Draws): number[] {
  const chains = usable("energyFraction", energies);
  if (chains === null) return energies.map(() => NaN);
  return chains.map((chain) => {
    const steps = chain.slice(1).map((energy, t) => (energy - chain[t]) ** 2);
    return mean(steps) / variance(chain, 0);
  });
}
