// Quantiles of the normal distribution in fixed point, for normalFromBits
//
//   normalTable  [2016]  in   entry 65·octave + segment; engine/random/normalTable.ts says how it is made
//
// Four to a vector, because the elements of a uniform array stand 16 bytes apart.

@group(1) @binding(2) var<uniform> normalTable: array<vec4i, 504>;

fn normalQuantile(entry: u32) -> i32 {
  return normalTable[entry / 4u][entry % 4u];
}
