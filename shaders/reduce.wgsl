// y[o] = combine over r of x[o, r]
//
//   x  [ROWS, COUNT]  in   or any expression of (o, r) in its place
//   y  [ROWS]         out
//
// One thread per result, in a fixed order and without barriers, which software adapters pay dearly for. A long sum with
// few results is cut in two stages before it comes here.

override ROWS: u32 = 1u;
override COUNT: u32 = 1u;
override IDENTITY: f32 = 0.0;

// slot load
@group(0) @binding(0) var<storage, read> x: array<f32>;

fn load(o: u32, r: u32) -> f32 {
  return x[o * COUNT + r];
}
// end

@group(0) @binding(1) var<storage, read_write> y: array<f32>;

// slot combine
fn combine(a: f32, b: f32) -> f32 {
  return a + b;
}
// end

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
  let o = (group.y * groups.x + group.x) * 64u + local;
  if (o >= ROWS) {
    return;
  }
  var total = IDENTITY;
  for (var r = 0u; r < COUNT; r++) {
    total = combine(total, load(o, r));
  }
  y[o] = epilogue(total, o);
}
