// y[i] = f(x[i])
//
//   x  [COUNT]  in   or any expression of i in its place
//   y  [COUNT]  out
//
// A thread computes EACH elements side by side, since starting one costs processors more than a few elements do. Where there
// are many and the expression is short, an Element is four of them: four are read and written in hardly more time than one.
// Then what lies behind the last is written too, as far as buffers are rounded up. The expression is generated; the scalar
// functions that it calls are in lib/.

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
  let first = ((group.y * groups.x + group.x) * 64u + local) * EACH;
  let end = min(first + EACH, COUNT);
  for (var i = first; i < end; i++) {
    y[i] = load(i);
  }
}

/// The same with four written out, where a loop costs more than compiling them does.
@compute @workgroup_size(64)
fn fours(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let i = ((group.y * groups.x + group.x) * 64u + local) * 4u;
  if (i < COUNT) {
    y[i] = load(i);
    y[i + 1u] = load(i + 1u);
    y[i + 2u] = load(i + 2u);
    y[i + 3u] = load(i + 3u);
  }
}

/// The same with two, where four take more registers than there are: of many buffers, or of long expressions.
@compute @workgroup_size(64)
fn twos(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let i = ((group.y * groups.x + group.x) * 64u + local) * 2u;
  if (i < COUNT) {
    y[i] = load(i);
    y[i + 1u] = load(i + 1u);
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
