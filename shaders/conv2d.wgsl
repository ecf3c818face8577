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

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

// slot epilogue
fn epilogue(value: f32, i: u32) -> f32 {
  return value;
}
// end

/// Four consecutive numbers, none above `last`: beyond the edge the last one is repeated, and its result not stored.
fn four(first: u32, last: u32) -> vec4u {
  return min(first + vec4u(0u, 1u, 2u, 3u), vec4u(last));
}

/// The windows of four output pixels: the index in x of each one's corner, and the corner's row and column. A corner in the
/// padding is negative, that is huge; sums with it come out right again.
struct Windows {
  corner: vec4u,
  top: vec4u,
  left: vec4u,
}

fn windowsOf(pixels: vec4u, g: u32) -> Windows {
  let inside = pixels % (OH * OW);
  let top = inside / OW * STRIDE_H - PAD_H;
  let left = inside % OW * STRIDE_W - PAD_W;
  return Windows((pixels / (OH * OW) * GROUPS + g) * (C * H * W) + top * W + left, top, left);
}

/// x at `offset` from the corners, which is row u and column v of the windows; zero in the padding.
fn under(windows: Windows, offset: u32, u: u32, v: u32) -> vec4f {
  let at = min(windows.corner + offset, vec4u(BATCH * GROUPS * C * H * W - 1u));
  let inside = (windows.top + u < vec4u(H)) & (windows.left + v < vec4u(W));
  return select(vec4f(), vec4f(x[at.x], x[at.y], x[at.z], x[at.w]), inside);
}

/// Four weights.
fn weights(at: vec4u) -> vec4f {
  return vec4f(w[at.x], w[at.y], w[at.z], w[at.w]);
}

/// Stores one result, if it lies inside y.
fn store(value: f32, g: u32, o: u32, pixel: u32) {
  if (o < O && pixel < BATCH * OH * OW) {
    let i = ((pixel / (OH * OW) * GROUPS + g) * O + o) * (OH * OW) + pixel % (OH * OW);
    y[i] = epilogue(value, i);
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
  let g = tile / (channelTiles * pixelTiles);
  let channel = tile / pixelTiles % channelTiles * 8u;
  let pixel = tile % pixelTiles * 8u;
  if (g >= GROUPS) {
    return;
  }
  let windowsA = windowsOf(four(pixel, pixels - 1u), g);
  let windowsB = windowsOf(four(pixel + 4u, pixels - 1u), g);
  let taps = C * KH * KW;
  let channelsA = (g * O + four(channel, O - 1u)) * taps;
  let channelsB = (g * O + four(channel + 4u, O - 1u)) * taps;

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
  for (var k = 0u; k < taps; k++) {
    let u = k / KW % KH * DILATION_H;
    let v = k % KW * DILATION_W;
    let offset = k / (KH * KW) * (H * W) + u * W + v;
    let wa = weights(channelsA + k);
    let wb = weights(channelsB + k);
    let xa = under(windowsA, offset, u, v);
    let xb = under(windowsB, offset, u, v);
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
  }

  // A loop over an array, since unrolled stores take software adapters seconds to compile.
  var results = array<vec4f, 16>(
    y0a, y0b, y1a, y1b, y2a, y2b, y3a, y3b,
    y4a, y4b, y5a, y5b, y6a, y6b, y7a, y7b,
  );
  for (var e = 0u; e < 64u; e++) {
    store(results[e / 4u][e % 4u], g, channel + e / 8u, pixel + e % 8u);
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
  let g = tile / (O * pixelTiles);
  let channel = tile / pixelTiles % O;
  let pixel = tile % pixelTiles * 8u;
  if (g >= GROUPS) {
    return;
  }
  let windowsA = windowsOf(four(pixel, pixels - 1u), g);
  let windowsB = windowsOf(four(pixel + 4u, pixels - 1u), g);
  let taps = C * KH * KW;

  var ya = vec4f();
  var yb = vec4f();
  for (var k = 0u; k < taps; k++) {
    let u = k / KW % KH * DILATION_H;
    let v = k % KW * DILATION_W;
    let offset = k / (KH * KW) * (H * W) + u * W + v;
    let weight = w[(g * O + channel) * taps + k];
    ya = fma(vec4f(weight), under(windowsA, offset, u, v), ya);
    yb = fma(vec4f(weight), under(windowsB, offset, u, v), yb);
  }

  var results = array<vec4f, 2>(ya, yb);
  // Of a length that compilers cannot know: they unroll short loops of stores, and are then at work for a second.
  let rest = min(pixels - pixel, 8u);
  for (var e = 0u; e < rest; e++) {
    store(results[e / 4u][e % 4u], g, channel, pixel + e);
  }
}
