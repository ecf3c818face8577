// y[i] = f(x[i])
//
//   x  [COUNT]  in   or any expression of i in its place
//   y  [COUNT]  out
//
// A thread computes EACH elements, 64 apart, so that a workgroup covers a whole stretch: starting one costs more than a
// few elements do. The expression is generated; the scalar functions that it calls are in lib/.

override COUNT: u32 = 1u;
override EACH: u32 = 1u;

// slot element
alias Element = f32;
// end

// slot load
@group(0) @binding(0) var<storage, read> x: array<f32>;

fn load(i: u32) -> f32 {
  return x[i];
}
// end

@group(0) @binding(1) var<storage, read_write> y: array<Element>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let first = (group.y * groups.x + group.x) * (64u * EACH) + local;
  let end = min(first + 64u * EACH, COUNT);
  for (var i = first; i < end; i += 64u) {
    y[i] = load(i);
  }
}

/// The same four elements at a time, for short expressions of many: the loop takes as long as one of them does.
@compute @workgroup_size(64)
fn fours(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let first = (group.y * groups.x + group.x) * (64u * EACH) + local;
  let end = min(first + 64u * EACH, COUNT);
  var i = first;
  for (; i + 192u < end; i += 256u) {
    y[i] = load(i);
    y[i + 64u] = load(i + 64u);
    y[i + 128u] = load(i + 128u);
    y[i + 192u] = load(i + 192u);
  }
  for (; i < end; i += 64u) {
    y[i] = load(i);
  }
}

/// The same with one element to a thread: compilers take long over a loop around a long expression.
@compute @workgroup_size(64)
fn single(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let i = (group.y * groups.x + group.x) * 64u + local;
  if (i < COUNT) {
    y[i] = load(i);
  }
}
