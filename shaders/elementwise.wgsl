// y[i] = f(x[i])
//
//   x  [COUNT]  in   or any expression of i in its place
//   y  [COUNT]  out
//
// A thread computes EACH elements side by side, since starting one costs processors more than a few elements do. Where there
// are many and the expression is short, an Element is four of them: four are read and written in hardly more time than one. Or it
// is a block of fours, all that a thread computes, where making sure that an index is within a buffer takes longer than that.
// Then what lies behind the last is written too, as far as buffers are rounded up. The expression is generated; the scalar
// functions that it calls are in lib/.

override COUNT: u32 = 1u;
override EACH: u32 = 1u;

// slot element
alias Element = f32;
// end

// slot compute
@group(0) @binding(0) var<storage, read> x: array<f32>;

fn compute(i: u32) {
  y[i] = x[i];
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
    compute(i);
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
    compute(i);
  }
}
