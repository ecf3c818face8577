// y[n, g, o, p, q] = Σ(c, u, v) w[g, o, c, u, v] · x[n, g, c, p·STRIDE + u·DILATION − PAD, q·STRIDE + v·DILATION − PAD]
//
//   x  [BATCH, GROUPS, C, H, W]    in    zero outside
//   w  [GROUPS, O, C, KH, KW]      in
//   y  [BATCH, GROUPS, O, OH, OW]  out
//
// conv2d.wgsl for large images of many channels on llvmpipe, whose subgroups have 8 lanes. A workgroup is one subgroup and computes
// 32 channels of 64 pixels, two steps of the sum at a time (lib/wide.wgsl).

enable subgroups;

override BATCH: u32 = 1u;
override GROUPS: u32 = 1u;
override C: u32 = 1u;
override H: u32 = 1u;
override W: u32 = 1u;
override O: u32 = 1u;
override OH: u32 = 1u;
override OW: u32 = 1u;
override KH: u32 = 1u;
override KW: u32 = 1u;
override STRIDE_H: u32 = 1u;
override STRIDE_W: u32 = 1u;
override PAD_H: u32 = 0u;
override PAD_W: u32 = 0u;
override DILATION_H: u32 = 1u;
override DILATION_W: u32 = 1u;

// What the buffers hold: f16 where a plan keeps a tensor so. All arithmetic is f32.
alias ElementX = f32;
alias ElementW = f32;
alias ElementY = f32;

@group(0) @binding(0) var<storage, read> x: array<ElementX>;
@group(0) @binding(1) var<storage, read> w: array<ElementW>;
@group(0) @binding(2) var<storage, read_write> y: array<ElementY>;

// slot epilogue
fn epilogue(value: f32, i: u32, channel: u32) -> f32 {
  return value;
}
// end

/// The place of a pixel beyond the last one, whose results are not stored.
const NOWHERE = 0xffffffffu;

/// The windows of four output pixels: the index in x of each one's corner, and the corner's row and column. A corner in the
/// padding is negative, that is huge; sums with it come out right again. Then the index in y of each pixel's first channel.
struct Windows {
  corner: vec4u,
  top: vec4u,
  left: vec4u,
  place: vec4u,
}

fn windowsOf(pixels: vec4u, g: u32) -> Windows {
  let image = quotients(pixels, OH * OW);
  let inside = pixels - image * (OH * OW);
  let row = quotients(inside, OW);
  let top = row * STRIDE_H - PAD_H;
  let left = (inside - row * OW) * STRIDE_W - PAD_W;
  let place = image * (GROUPS * O * OH * OW) + inside;
  return Windows(
    (image * GROUPS + g) * (C * H * W) + top * W + left,
    top,
    left,
    select(vec4u(NOWHERE), place, pixels < vec4u(BATCH * OH * OW)),
  );
}

/// What the loop needs of the sizes: those may lie in a buffer, of which it had better not read.
struct Extents {
  /// Rows and columns of x, and its last index.
  bounds: vec3u,
  /// From one tap to the next, and behind the last: rows and columns of x.
  step: vec2u,
  window: vec2u,
  /// How many taps there are: steps of the sum.
  taps: u32,
}

/// A step of the sum: its number, the index of its channel in x, and the row and column of its tap. They are counted: to divide by what
/// is not known when the shader is compiled takes longer than the rest.
struct Tap {
  k: u32,
  plane: u32,
  u: u32,
  v: u32,
}

fn after(tap: Tap, e: Extents) -> Tap {
  let v = tap.v + e.step.y;
  let u = tap.u + select(0u, e.step.x, v == e.window.y);
  return Tap(
    tap.k + 1u,
    tap.plane + select(0u, e.bounds.x * e.bounds.y, u == e.window.x),
    select(u, 0u, u == e.window.x),
    select(v, 0u, v == e.window.y),
  );
}

/// x under a tap of four windows; zero in the padding, and where there is no such tap.
fn under(windows: Windows, tap: Tap, e: Extents) -> vec4f {
  let at = min(windows.corner + (tap.plane + tap.u * e.bounds.y + tap.v), vec4u(e.bounds.z));
  let inside = (windows.top + tap.u < vec4u(e.bounds.x)) & (windows.left + tap.v < vec4u(e.bounds.y));
  let numbers = vec4f(f32(x[at.x]), f32(x[at.y]), f32(x[at.z]), f32(x[at.w]));
  return select(vec4f(), numbers, inside & vec4<bool>(tap.k < e.taps));
}

/// A tap's weights of this lane's four channels; zero where there is no such tap.
fn weights(channels: vec4u, tap: Tap, e: Extents) -> vec4f {
  let at = channels + min(tap.k, e.taps - 1u);
  return select(vec4f(), vec4f(f32(w[at.x]), f32(w[at.y]), f32(w[at.z]), f32(w[at.w])), tap.k < e.taps);
}

/// Eight numbers, of which a loop may pick any.
fn eight(a: vec4u, b: vec4u) -> array<u32, 8> {
  return array<u32, 8>(a.x, a.y, a.z, a.w, b.x, b.y, b.z, b.w);
}

/// Stores one result, if it lies inside y: `end` is the channel behind the group's last.
fn store(value: f32, place: u32, channel: u32, end: u32, area: u32) {
  if (channel < end && place != NOWHERE) {
    let i = place + channel * area;
    y[i] = ElementY(epilogue(value, i, channel));
  }
}

/// The tile of a workgroup: `blocks` of 8 rows, four or two.
fn compute(blocks: u32, tile: u32, lane: u32) {
  let pixels = BATCH * OH * OW;
  let pixelTiles = (pixels + 63u) / 64u;
  let channelTiles = (O + 8u * blocks - 1u) / (8u * blocks);
  let row = quotient(tile, pixelTiles);
  let g = quotient(row, channelTiles);
  if (g >= GROUPS) {
    return;
  }
  let channel = g * O + (row - g * channelTiles) * (8u * blocks);
  let end = (g + 1u) * O;
  let pixel = (tile - row * pixelTiles) * 64u + lane;
  let windowsA = windowsOf(fourFrom(pixel), g);
  let windowsB = windowsOf(fourFrom(pixel + 32u), g);
  let step = vec2u(DILATION_H, DILATION_W);
  let e = Extents(
    vec3u(H, W, BATCH * GROUPS * C * H * W - 1u),
    step,
    vec2u(KH, KW) * step,
    C * KH * KW,
  );
  let channels = min(fourFrom(channel + lane), vec4u(end - 1u)) * e.taps;
  let area = OH * OW;

  var y0: Sums;
  var y1: Sums;
  var y2: Sums;
  var y3: Sums;
  var tap = Tap();
  while (tap.k < e.taps) {
    // Where the number of taps is odd the last turn takes one more, of zeros.
    let second = after(tap, e);
    let now = weights(channels, tap, e);
    let next = weights(channels, second, e);
    let columns = Columns(
      under(windowsA, tap, e),
      under(windowsB, tap, e),
      under(windowsA, second, e),
      under(windowsB, second, e),
    );
    y0 = added(y0, now.x, next.x, columns);
    y1 = added(y1, now.y, next.y, columns);
    if (blocks > 2u) {
      y2 = added(y2, now.z, next.z, columns);
      y3 = added(y3, now.w, next.w, columns);
    }
    tap = after(second, e);
  }

  // A loop over them, since unrolled stores take software adapters seconds to compile.
  var results = laidOut(blocks, y0, y1, y2, y3);
  var places = eight(windowsA.place, windowsB.place);
  for (var r = 0u; r < 64u * blocks; r++) {
    store(results[r], places[r % 8u], channel + r / 8u, end, area);
  }
}

@compute @workgroup_size(8)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  compute(4u, group.y * groups.x + group.x, lane);
}

/// The same with half the rows, for results that would leave the others empty.
@compute @workgroup_size(8)
fn half(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  compute(2u, group.y * groups.x + group.x, lane);
}
