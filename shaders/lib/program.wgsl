// What a compiled program tells its kernels: numbers given at this run, and which iteration of a loop is under way
//
//   parameters  [64]  in   word 0: where the present stretch of iterations starts; then arguments, one word each, keys two
//   iteration   [1]   in   x: index within the stretch

@group(1) @binding(0) var<uniform> parameters: array<vec4u, 64>;
@group(1) @binding(1) var<uniform> iteration: vec4u;

fn parameter(word: u32) -> u32 {
  return parameters[word / 4u][word % 4u];
}

fn iterationIndex() -> u32 {
  return parameters[0].x + iteration.x;
}
