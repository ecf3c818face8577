/** Where chains start, as equations. */

import { batched, type Part, type Sign } from "./part.ts";

interface Start {
  kind: string;
  /** of a replay buffer: the share of chains that start afresh, and as what */
  reinit?: number;
  fresh?: string;
}

/** The dispatches that draw starts of a kind. */
export function drawn(kind: string): RegExp {
  if (kind === "persistent") return /^(permute|take|where)/;
  return kind === "data" ? batched : /^(normal|uniform|mul|add|matmul|sum|walk\.constant)/;
}

/** The part of a start. */
export function startPart(start: Start): Part {
  const common = { name: "start", title: "Start" };
  switch (start.kind) {
    case "persistent":
      return { ...common, ...buffer(start) };
    case "data":
      return {
        ...common,
        file: "ebm/starts/data.ts",
        equation: [{ math: "x₀", meaning: "the batch of data", lines: /data\(\)/, dispatches: batched }, " = x⁺"],
        about: "Chains start where data are.",
      };
    case "matched":
      return { ...common, ...matched };
    case "generator":
      return { ...common, ...generated };
    default:
      return { ...common, ...noise(start.kind === "uniform") };
  }
}

type Rest = Omit<Part, "name" | "title">;

function buffer({ reinit = 0, fresh = "uniform" }: Start): Rest {
  const afresh: (string | Sign)[] = [
    ", or afresh with probability ",
    {
      math: "ρ",
      meaning: `${reinit}: a chain that starts as ${fresh} noise instead, so that the buffer does not grow stale`,
      lines: /reinit === 0|const anew/,
      dispatches: /^where/,
    },
  ];
  return {
    file: "ebm/starts/persistent.ts",
    equation: [
      {
        math: "x₀",
        meaning: "chains of the replay buffer",
        lines: /take\(memory, rows\)/,
        dispatches: /^(take|where)/,
      },
      " = buffer[",
      {
        math: "rows",
        meaning: "distinct places, by a keyed permutation",
        lines: /choice\(key, size/,
        dispatches: /^permute/,
      },
      "]",
      ...(reinit > 0 ? afresh : []),
      ";   buffer[rows] ← ",
      {
        math: "x⁻",
        meaning: "where they end goes back to the same places",
        lines: /put\(memory/,
        dispatches: /^put$/,
      },
    ],
    about: "The buffer never leaves the GPU: rows are drawn, read and written there.",
  };
}

const noise = (uniform: boolean): Rest => ({
  file: "ebm/starts/noise.ts",
  equation: [
    {
      math: "x₀",
      meaning: "noise by counter: a function of the key and the place, in integers",
      lines: uniform ? /uniform\(key/ : /normal\(key/,
      dispatches: drawn("noise"),
      shader: /FromBits|threefry/,
    },
    uniform ? " ~ U(−scale, scale)" : " ~ N(0, scale²)",
  ],
  about: "Every chain starts afresh in every update.",
});

const matched: Rest = {
  file: "ebm/starts/matched.ts",
  equation: [
    "x₀ = ",
    { math: "μᵧ", meaning: "the mean of the items of class y", lines: /const centre =/, dispatches: /matmul|^sum|add/ },
    " + ",
    {
      math: "Σⱼ zⱼ (xⱼ − μᵧ) / √m",
      meaning: "normal noise with the covariance of these items, which is never made",
      lines: /const spread =/,
      dispatches: /matmul/,
    },
  ],
  about: "Every chain starts afresh, as a blurred item of its class.",
};

const generated: Rest = {
  file: "ebm/starts/generator.ts",
  equation: [
    "x₀ = ",
    {
      math: "G(z)",
      meaning: "what the generator makes of noise",
      lines: /const x = net\.apply/,
      dispatches: /conv|matmul/,
    },
    ";   its loss ",
    { math: "‖G(z) − x⁻‖²", meaning: "it learns from where the chains end", lines: /\.sub\(end/, dispatches: /sum/ },
  ],
  about: "A generator that is taught by the chains it starts.",
};
