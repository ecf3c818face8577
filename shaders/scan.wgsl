// y[o, n, i] = Σₘ x[o, m, i], over m ≤ n
//
//   x  [OUTER, COUNT, INNER]  in
//   y  [OUTER, COUNT, INNER]  out
//
// One thread per sum, walking along the axis in a fixed order; REVERSE walks from the end, EXCLUSIVE leaves out x[o, n, i]
// itself. Long sums that are few are cut in two stages before they come here.

override OUTER: u32 = 1u;
override COUNT: u32 = 1u;
override INNER: u32 = 1u;
override REVERSE: bool = false;
override EXCLUSIVE: bool = false;

// What the buffers hold: f16 where a plan keeps a tensor so. All arithmetic is f32.
alias ElementX = f32;
alias ElementY = f32;

@group(0) @binding(0) var<storage, read> x: array<ElementX>;
@group(0) @binding(1) var<storage, read_write> y: array<ElementY>;

// slot epilogue
fn epilogue(value: f32, i: u32) -> f32 {
  return value;
}
// end

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let walk = (group.y * groups.x + group.x) * 64u + local;
  if (walk >= OUTER * INNER) {
    return;
  }
  let start = (walk / INNER) * COUNT * INNER + walk % INNER;
  var total = 0.0;
  for (var step = 0u; step < COUNT; step++) {
    let at = start + select(step, COUNT - 1u - step, REVERSE) * INNER;
    let before = total;
    total += f32(x[at]);
    y[at] = ElementY(epilogue(select(total, before, EXCLUSIVE), at));
  }
}
