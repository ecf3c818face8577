/** Chains that start from a generator, which learns from where they end: the teaching of CoopNets (Xie et al. 2018). */

import { grad, normal, type Shape, type Tensor, type Tree } from "../../engine/index.ts";
import { Pass, stateOf, type Module, type Optimizer } from "../../nn/index.ts";
import { keysOf } from "../../nn/index.ts";
import type { Start } from "./start.ts";

export interface GeneratorOptions {
  /** `[n, latents] → [n, …]`, the shape of the chains. */
  net: Module;
  latents: number;
  /** Standard deviation of what the generator leaves unexplained: its loss is Σ‖G(z) − x‖² / (2 · deviation²). */
  deviation: number;
  optimizer: Optimizer;
  rate: Tensor;
}

/** What a generator has learned, and remembers. */
type Memory = { parameters: Tree; remembered: Tree; optimizer: Tree };

/** x = G(z), z ~ N(0, I); after the walk one step of the generator towards the chains' ends. */
export function generatorStart({ net, latents, deviation, optimizer, rate }: GeneratorOptions): Start {
  return {
    memory(key): Memory {
      const [forParameters, forState] = keysOf(key, 2);
      const parameters = net.init(forParameters);
      return { parameters, remembered: stateOf(net, forState), optimizer: optimizer.init(parameters) };
    },
    most: Infinity,
    usesData: false,
    draw(key, shape: Shape, _data, memory) {
      if (memory === null) throw new TypeError("generatorStart: what the generator has learned is missing");
      const { parameters, remembered, optimizer: moments } = memory as Memory;
      const pass = Pass.training(remembered);
      const x = net.apply(parameters, normal(key, [shape[0], latents]), pass);
      return {
        x: x.stopGradient(),
        remember(end: Tensor) {
          const loss = x
            .sub(end.stopGradient())
            .square()
            .sum()
            .div(2 * deviation ** 2);
          const learned = optimizer.update(parameters, grad(loss, parameters), moments, rate);
          const after: Memory = { parameters: learned.parameters, remembered: pass.state, optimizer: learned.state };
          return { memory: after, numbers: { generator_loss: loss } };
        },
      };
    },
  };
}
