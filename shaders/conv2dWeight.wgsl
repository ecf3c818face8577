// w[s, g, o, c, u, v] = Σ(n, p, q) y[n, g, o, p, q] · x[n, g, c, p·STRIDE + u·DILATION − PAD, q·STRIDE + v·DILATION − PAD],
// the adjoint of conv2d towards its weight. The sum over pixels is cut into SPLITS parts s, to be added afterwards.
//
//   x  [BATCH, GROUPS, C, H, W]        in    zero outside
//   y  [BATCH, GROUPS, O, OH, OW]      in
//   w  [SPLITS, GROUPS, O, C, KH, KW]  out
//
// Per group of channels a matrix product with a short result and a long sum: rows are the group's output channels,
// columns its taps (c, u, v), and each split (z) sums its share of the batch's pixels. A thread computes 8 channels of 8
// taps in registers; none has channels of two groups.

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
override SPLITS: u32 = 1u;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> y: array<f32>;
@group(0) @binding(2) var<storage, read_write> w: array<f32>;

// slot epilogue
fn epilogue(value: f32, i: u32) -> f32 {
  return value;
}
// end

/// Four consecutive numbers, none above `last`: beyond the edge the last one is repeated, and its result not stored.
fn four(first: u32, last: u32) -> vec4u {
  return min(first + vec4u(0u, 1u, 2u, 3u), vec4u(last));
}

/// Four taps of the kernel: their index in x from the corner of a window, and their dilated rows and columns.
struct Taps {
  offset: vec4u,
  row: vec4u,
  column: vec4u,
}

fn tapsOf(index: vec4u) -> Taps {
  let row = index / KW % KH * DILATION_H;
  let column = index % KW * DILATION_W;
  return Taps(index / (KH * KW) * (H * W) + row * W + column, row, column);
}

/// x under four taps of the window whose corner is at an index, a row and a column; zero in the padding. A corner in the
/// padding is negative, that is huge; sums with it come out right again.
fn under(taps: Taps, corner: u32, top: u32, left: u32) -> vec4f {
  let at = min(corner + taps.offset, vec4u(BATCH * GROUPS * C * H * W - 1u));
  let inside = (top + taps.row < vec4u(H)) & (left + taps.column < vec4u(W));
  return select(vec4f(), vec4f(x[at.x], x[at.y], x[at.z], x[at.w]), inside);
}

/// Four elements of y.
fn slopes(at: vec4u) -> vec4f {
  return vec4f(y[at.x], y[at.y], y[at.z], y[at.w]);
}

/// Stores one result of split s, if it lies inside w.
fn store(value: f32, s: u32, g: u32, o: u32, tap: u32) {
  let taps = C * KH * KW;
  if (o < O && tap < taps) {
    let i = ((s * GROUPS + g) * O + o) * taps + tap;
    w[i] = epilogue(value, i);
  }
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let taps = C * KH * KW;
  let tapTiles = (taps + 7u) / 8u;
  let channelTiles = (O + 7u) / 8u;
  let tile = (group.y * groups.x + group.x) * 64u + local;
  let g = tile / (channelTiles * tapTiles);
  let channel = tile / tapTiles % channelTiles * 8u;
  let tap = tile % tapTiles * 8u;
  if (g >= GROUPS) {
    return;
  }
  let tapsA = tapsOf(four(tap, taps - 1u));
  let tapsB = tapsOf(four(tap + 4u, taps - 1u));
  let area = OH * OW;
  let channelsA = (g * O + four(channel, O - 1u)) * area;
  let channelsB = (g * O + four(channel + 4u, O - 1u)) * area;

  let pixels = BATCH * area;
  let share = (pixels + SPLITS - 1u) / SPLITS;
  let end = min((group.z + 1u) * share, pixels);
  var w0a = vec4f();
  var w0b = vec4f();
  var w1a = vec4f();
  var w1b = vec4f();
  var w2a = vec4f();
  var w2b = vec4f();
  var w3a = vec4f();
  var w3b = vec4f();
  var w4a = vec4f();
  var w4b = vec4f();
  var w5a = vec4f();
  var w5b = vec4f();
  var w6a = vec4f();
  var w6b = vec4f();
  var w7a = vec4f();
  var w7b = vec4f();
  for (var pixel = group.z * share; pixel < end; pixel++) {
    let n = pixel / area;
    let inside = pixel % area;
    let top = inside / OW * STRIDE_H - PAD_H;
    let left = inside % OW * STRIDE_W - PAD_W;
    let corner = (n * GROUPS + g) * (C * H * W) + top * W + left;
    let at = n * (GROUPS * O * area) + inside;
    let ya = slopes(channelsA + at);
    let yb = slopes(channelsB + at);
    let xa = under(tapsA, corner, top, left);
    let xb = under(tapsB, corner, top, left);
    w0a = fma(vec4f(ya.x), xa, w0a);
    w0b = fma(vec4f(ya.x), xb, w0b);
    w1a = fma(vec4f(ya.y), xa, w1a);
    w1b = fma(vec4f(ya.y), xb, w1b);
    w2a = fma(vec4f(ya.z), xa, w2a);
    w2b = fma(vec4f(ya.z), xb, w2b);
    w3a = fma(vec4f(ya.w), xa, w3a);
    w3b = fma(vec4f(ya.w), xb, w3b);
    w4a = fma(vec4f(yb.x), xa, w4a);
    w4b = fma(vec4f(yb.x), xb, w4b);
    w5a = fma(vec4f(yb.y), xa, w5a);
    w5b = fma(vec4f(yb.y), xb, w5b);
    w6a = fma(vec4f(yb.z), xa, w6a);
    w6b = fma(vec4f(yb.z), xb, w6b);
    w7a = fma(vec4f(yb.w), xa, w7a);
    w7b = fma(vec4f(yb.w), xb, w7b);
  }

  // A loop over an array, since unrolled stores take software adapters seconds to compile.
  var results = array<vec4f, 16>(
    w0a, w0b, w1a, w1b, w2a, w2b, w3a, w3b,
    w4a, w4b, w5a, w5b, w6a, w6b, w7a, w7b,
  );
  for (var e = 0u; e < 64u; e++) {
    store(results[e / 4u][e % 4u], group.z, g, channel + e / 8u, tap + e % 8u);
  }
}

/// The same with one channel to a thread, for groups of few: of eight channels they would waste most.
@compute @workgroup_size(64)
fn narrow(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let taps = C * KH * KW;
  let tapTiles = (taps + 7u) / 8u;
  let tile = (group.y * groups.x + group.x) * 64u + local;
  let g = tile / (O * tapTiles);
  let channel = tile / tapTiles % O;
  let tap = tile % tapTiles * 8u;
  if (g >= GROUPS) {
    return;
  }
  let tapsA = tapsOf(four(tap, taps - 1u));
  let tapsB = tapsOf(four(tap + 4u, taps - 1u));
  let area = OH * OW;

  let pixels = BATCH * area;
  let share = (pixels + SPLITS - 1u) / SPLITS;
  let end = min((group.z + 1u) * share, pixels);
  var wa = vec4f();
  var wb = vec4f();
  for (var pixel = group.z * share; pixel < end; pixel++) {
    let n = pixel / area;
    let inside = pixel % area;
    let top = inside / OW * STRIDE_H - PAD_H;
    let left = inside % OW * STRIDE_W - PAD_W;
    let corner = (n * GROUPS + g) * (C * H * W) + top * W + left;
    let slope = y[((n * GROUPS + g) * O + channel) * area + inside];
    wa = fma(vec4f(slope), under(tapsA, corner, top, left), wa);
    wb = fma(vec4f(slope), under(tapsB, corner, top, left), wb);
  }

  var results = array<vec4f, 2>(wa, wb);
  // Of a length that compilers cannot know: they unroll short loops of stores, and are then at work for a second.
  let rest = min(taps - tap, 8u);
  for (var e = 0u; e < rest; e++) {
    store(results[e / 4u][e % 4u], group.z, g, channel, tap + e);
  }
}
