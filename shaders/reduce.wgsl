// y[o] = combine over r of x[o, r]
//
//   x  [ROWS, COUNT]  in   or any expression of (o, r) in its place
//   y  [ROWS]         out
//
// One thread per result, in a fixed order and without barriers, which software adapters pay dearly for. A long sum with
// few results is cut in two stages before it comes here.

override ROWS: u32 = 1u;
override COUNT: u32 = 1u;

// slot element
alias Element = f32;
// end

// What the buffer of the result holds: f16 where a plan keeps what an epilogue makes of it so.
alias ElementY = Element;

override IDENTITY: Element = Element();

// slot load
@group(0) @binding(0) var<storage, read> x: array<Element>;

fn load(o: u32, r: u32) -> Element {
  return x[o * COUNT + r];
}
// end

@group(0) @binding(1) var<storage, read_write> y: array<ElementY>;

// slot combine
fn combine(a: Element, b: Element) -> Element {
  return a + b;
}
// end

// slot epilogue
fn epilogue(value: Element, i: u32) -> Element {
  return value;
}
// end

// slot total
// `once` is 1, which compilers cannot know: they unroll loops of a known length, and llvmpipe is then at work for half a second
// over a sum of 32 expressions.
fn total(o: u32, once: u32) -> Element {
  let terms = COUNT * once;
  var result = IDENTITY;
  for (var r = 0u; r < terms; r++) {
    result = combine(result, load(o, r));
  }
  return result;
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
  y[o] = ElementY(epilogue(total(o, groups.z), o));
}
