// y[n, g, o, p, q] = Σ(c, u, v) w[g, o, c, u, v] · x[n, g, c, p·STRIDE + u·DILATION − PAD, q·STRIDE + v·DILATION − PAD]
//
//   x  [BATCH, GROUPS, C, H, W]    in    zero outside
//   w  [GROUPS, O, C, KH, KW]      in
//   y  [BATCH, GROUPS, O, OH, OW]  out
//
// Per group of channels a matrix product that gathers its right operand on the way: rows are the group's output
// channels, columns the pixels of the whole batch, and the sum runs over one flat index of (c, u, v). A thread computes
// 8 channels of 8 pixels in registers; none has channels of two groups.

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

/// Four consecutive numbers.
fn four(first: u32) -> vec4u {
  return first + vec4u(0u, 1u, 2u, 3u);
}

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

/// x at `offset` from the corners, which is row u and column v of the windows; zero in the padding. The bounds of x are its rows, its
/// columns and its last index.
fn under(windows: Windows, offset: u32, u: u32, v: u32, bounds: vec3u) -> vec4f {
  let at = min(windows.corner + offset, vec4u(bounds.z));
  let inside = (windows.top + u < vec4u(bounds.x)) & (windows.left + v < vec4u(bounds.y));
  return select(vec4f(), vec4f(f32(x[at.x]), f32(x[at.y]), f32(x[at.z]), f32(x[at.w])), inside);
}

/// Four weights.
fn weights(at: vec4u) -> vec4f {
  return vec4f(f32(w[at.x]), f32(w[at.y]), f32(w[at.z]), f32(w[at.w]));
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

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let pixels = BATCH * OH * OW;
  let pixelTiles = (pixels + 7u) / 8u;
  let channelTiles = (O + 7u) / 8u;
  let tile = (group.y * groups.x + group.x) * 64u + local;
  let row = quotient(tile, pixelTiles);
  let g = quotient(row, channelTiles);
  if (g >= GROUPS) {
    return;
  }
  let channel = g * O + (row - g * channelTiles) * 8u;
  let end = (g + 1u) * O;
  let pixel = (tile - row * pixelTiles) * 8u;
  let windowsA = windowsOf(four(pixel), g);
  let windowsB = windowsOf(four(pixel + 4u), g);
  let taps = C * KH * KW;
  let channelsA = min(four(channel), vec4u(end - 1u)) * taps;
  let channelsB = min(four(channel + 4u), vec4u(end - 1u)) * taps;
  // Sizes may lie in a buffer, of which loops had better not read.
  let bounds = vec3u(H, W, BATCH * GROUPS * C * H * W - 1u);
  let step = vec2u(DILATION_H, DILATION_W);
  let window = vec2u(KH, KW) * step;
  let area = OH * OW;

  var y0a = vec4f();
  var y0b = vec4f();
  var y1a = vec4f();
  var y1b = vec4f();
  var y2a = vec4f();
  var y2b = vec4f();
  var y3a = vec4f();
  var y3b = vec4f();
  var y4a = vec4f();
  var y4b = vec4f();
  var y5a = vec4f();
  var y5b = vec4f();
  var y6a = vec4f();
  var y6b = vec4f();
  var y7a = vec4f();
  var y7b = vec4f();
  // The tap (c, u, v) of step k is counted: to divide by what is not known when the shader is compiled takes longer than the rest.
  var plane = 0u;
  var u = 0u;
  var v = 0u;
  for (var k = 0u; k < taps; k++) {
    let offset = plane + u * bounds.y + v;
    let wa = weights(channelsA + k);
    let wb = weights(channelsB + k);
    let xa = under(windowsA, offset, u, v, bounds);
    let xb = under(windowsB, offset, u, v, bounds);
    y0a = fma(vec4f(wa.x), xa, y0a);
    y0b = fma(vec4f(wa.x), xb, y0b);
    y1a = fma(vec4f(wa.y), xa, y1a);
    y1b = fma(vec4f(wa.y), xb, y1b);
    y2a = fma(vec4f(wa.z), xa, y2a);
    y2b = fma(vec4f(wa.z), xb, y2b);
    y3a = fma(vec4f(wa.w), xa, y3a);
    y3b = fma(vec4f(wa.w), xb, y3b);
    y4a = fma(vec4f(wb.x), xa, y4a);
    y4b = fma(vec4f(wb.x), xb, y4b);
    y5a = fma(vec4f(wb.y), xa, y5a);
    y5b = fma(vec4f(wb.y), xb, y5b);
    y6a = fma(vec4f(wb.z), xa, y6a);
    y6b = fma(vec4f(wb.z), xb, y6b);
    y7a = fma(vec4f(wb.w), xa, y7a);
    y7b = fma(vec4f(wb.w), xb, y7b);
    v += step.y;
    u += select(0u, step.x, v == window.y);
    v = select(v, 0u, v == window.y);
    plane += select(0u, bounds.x * bounds.y, u == window.x);
    u = select(u, 0u, u == window.x);
  }

  // A loop over an array, since unrolled stores take software adapters seconds to compile.
  var results = array<vec4f, 16>(
    y0a, y0b, y1a, y1b, y2a, y2b, y3a, y3b,
    y4a, y4b, y5a, y5b, y6a, y6b, y7a, y7b,
  );
  var places = eight(windowsA.place, windowsB.place);
  for (var e = 0u; e < 64u; e++) {
    store(results[e / 4u][e % 4u], places[e % 8u], channel + e / 8u, end, area);
  }
}

/// The same with one channel to a thread, for groups of few: of eight channels they would waste most.
@compute @workgroup_size(64)
fn narrow(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let pixels = BATCH * OH * OW;
  let pixelTiles = (pixels + 7u) / 8u;
  let tile = (group.y * groups.x + group.x) * 64u + local;
  let channel = quotient(tile, pixelTiles);
  let g = quotient(channel, O);
  if (g >= GROUPS) {
    return;
  }
  let pixel = (tile - channel * pixelTiles) * 8u;
  let windowsA = windowsOf(four(pixel), g);
  let windowsB = windowsOf(four(pixel + 4u), g);
  let taps = C * KH * KW;
  // Sizes may lie in a buffer, of which loops had better not read.
  let bounds = vec3u(H, W, BATCH * GROUPS * C * H * W - 1u);
  let step = vec2u(DILATION_H, DILATION_W);
  let window = vec2u(KH, KW) * step;
  let area = OH * OW;

  var ya = vec4f();
  var yb = vec4f();
  // The tap (c, u, v) of step k is counted: to divide by what is not known when the shader is compiled takes longer than the rest.
  var plane = 0u;
  var u = 0u;
  var v = 0u;
  for (var k = 0u; k < taps; k++) {
    let offset = plane + u * bounds.y + v;
    let weight = f32(w[channel * taps + k]);
    ya = fma(vec4f(weight), under(windowsA, offset, u, v, bounds), ya);
    yb = fma(vec4f(weight), under(windowsB, offset, u, v, bounds), yb);
    v += step.y;
    u += select(0u, step.x, v == window.y);
    v = select(v, 0u, v == window.y);
    plane += select(0u, bounds.x * bounds.y, u == window.x);
    u = select(u, 0u, u == window.x);
  }

  var results = array<vec4f, 2>(ya, yb);
  var places = eight(windowsA.place, windowsB.place);
  // Of a length that compilers cannot know: they unroll short loops of stores, and are then at work for a second.
  let rest = min(pixels - pixel, 8u);
  for (var e = 0u; e < rest; e++) {
    store(results[e / 4u][e % 4u], places[e], channel, channel + 1u, area);
  }
}
