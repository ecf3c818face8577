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

// What the buffers hold: f16 where a plan keeps a tensor so. All arithmetic is f32.
alias ElementX = f32;
alias ElementY = f32;
alias ElementW = f32;

@group(0) @binding(0) var<storage, read> x: array<ElementX>;
@group(0) @binding(1) var<storage, read> y: array<ElementY>;
@group(0) @binding(2) var<storage, read_write> w: array<ElementW>;

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
  let line = quotients(index, KW);
  let channel = quotients(line, KH);
  let row = (line - channel * KH) * DILATION_H;
  let column = (index - line * KW) * DILATION_W;
  return Taps(channel * (H * W) + row * W + column, row, column);
}

/// x under four taps of the window whose corner is at an index, a row and a column; zero in the padding. A corner in the
/// padding is negative, that is huge; sums with it come out right again. The bounds of x are its rows, its columns and its last index.
fn under(taps: Taps, corner: u32, top: u32, left: u32, bounds: vec3u) -> vec4f {
  let at = min(corner + taps.offset, vec4u(bounds.z));
  let inside = (top + taps.row < vec4u(bounds.x)) & (left + taps.column < vec4u(bounds.y));
  return select(vec4f(), vec4f(f32(x[at.x]), f32(x[at.y]), f32(x[at.z]), f32(x[at.w])), inside);
}

/// Four elements of y.
fn slopes(at: vec4u) -> vec4f {
  return vec4f(f32(y[at.x]), f32(y[at.y]), f32(y[at.z]), f32(y[at.w]));
}

/// Stores one result, if it lies inside w: `end` is the row behind the group's last.
fn store(value: f32, row: u32, end: u32, tap: u32, taps: u32) {
  if (row < end && tap < taps) {
    let i = row * taps + tap;
    w[i] = ElementW(epilogue(value, i));
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
  let row = quotient(tile, tapTiles);
  let g = quotient(row, channelTiles);
  if (g >= GROUPS) {
    return;
  }
  let channel = g * O + (row - g * channelTiles) * 8u;
  let endOfGroup = (g + 1u) * O;
  let tap = (tile - row * tapTiles) * 8u;
  let tapsA = tapsOf(four(tap, taps - 1u));
  let tapsB = tapsOf(four(tap + 4u, taps - 1u));
  let area = OH * OW;
  let channelsA = four(channel, endOfGroup - 1u) * area;
  let channelsB = four(channel + 4u, endOfGroup - 1u) * area;

  let pixels = BATCH * area;
  let share = quotient(pixels + SPLITS - 1u, SPLITS);
  let end = min((group.z + 1u) * share, pixels);
  // Sizes may lie in a buffer, of which loops had better not read.
  let bounds = vec3u(H, W, BATCH * GROUPS * C * H * W - 1u);
  let stride = vec2u(STRIDE_H, STRIDE_W);
  let span = vec2u(OH, OW) * stride;
  let padding = vec2u(PAD_H, PAD_W);
  let imageOfX = GROUPS * C * H * W;
  let nextImage = (GROUPS * O - 1u) * area;
  // The place of a pixel is counted, in strides: to divide by what is not known when the shader is compiled takes longer than the rest.
  let first = group.z * share;
  let line = quotient(first, OW);
  let n = quotient(line, OH);
  var p = (line - n * OH) * STRIDE_H;
  var q = (first - line * OW) * STRIDE_W;
  var ofX = (n * GROUPS + g) * (C * H * W);
  var ofY = first + n * nextImage;
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
  for (var pixel = first; pixel < end; pixel++) {
    let top = p - padding.x;
    let left = q - padding.y;
    let corner = ofX + top * bounds.y + left;
    let ya = slopes(channelsA + ofY);
    let yb = slopes(channelsB + ofY);
    let xa = under(tapsA, corner, top, left, bounds);
    let xb = under(tapsB, corner, top, left, bounds);
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
    q += stride.y;
    p += select(0u, stride.x, q == span.y);
    q = select(q, 0u, q == span.y);
    ofX += select(0u, imageOfX, p == span.x);
    ofY += select(1u, 1u + nextImage, p == span.x);
    p = select(p, 0u, p == span.x);
  }

  // A loop over an array, since unrolled stores take software adapters seconds to compile.
  var results = array<vec4f, 16>(
    w0a, w0b, w1a, w1b, w2a, w2b, w3a, w3b,
    w4a, w4b, w5a, w5b, w6a, w6b, w7a, w7b,
  );
  let ofSplit = group.z * GROUPS * O;
  for (var e = 0u; e < 64u; e++) {
    store(results[e / 4u][e % 4u], ofSplit + channel + e / 8u, ofSplit + endOfGroup, tap + e % 8u, taps);
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
  let channel = quotient(tile, tapTiles);
  let g = quotient(channel, O);
  if (g >= GROUPS) {
    return;
  }
  let tap = (tile - channel * tapTiles) * 8u;
  let tapsA = tapsOf(four(tap, taps - 1u));
  let tapsB = tapsOf(four(tap + 4u, taps - 1u));
  let area = OH * OW;

  let pixels = BATCH * area;
  let share = quotient(pixels + SPLITS - 1u, SPLITS);
  let end = min((group.z + 1u) * share, pixels);
  // Sizes may lie in a buffer, of which loops had better not read.
  let bounds = vec3u(H, W, BATCH * GROUPS * C * H * W - 1u);
  let stride = vec2u(STRIDE_H, STRIDE_W);
  let span = vec2u(OH, OW) * stride;
  let padding = vec2u(PAD_H, PAD_W);
  let imageOfX = GROUPS * C * H * W;
  let nextImage = (GROUPS * O - 1u) * area;
  // The place of a pixel is counted, in strides: to divide by what is not known when the shader is compiled takes longer than the rest.
  let first = group.z * share;
  let line = quotient(first, OW);
  let n = quotient(line, OH);
  var p = (line - n * OH) * STRIDE_H;
  var q = (first - line * OW) * STRIDE_W;
  var ofX = (n * GROUPS + g) * (C * H * W);
  var ofY = first + n * nextImage;
  var wa = vec4f();
  var wb = vec4f();
  for (var pixel = first; pixel < end; pixel++) {
    let top = p - padding.x;
    let left = q - padding.y;
    let corner = ofX + top * bounds.y + left;
    let slope = f32(y[channel * area + ofY]);
    wa = fma(vec4f(slope), under(tapsA, corner, top, left, bounds), wa);
    wb = fma(vec4f(slope), under(tapsB, corner, top, left, bounds), wb);
    q += stride.y;
    p += select(0u, stride.x, q == span.y);
    q = select(q, 0u, q == span.y);
    ofX += select(0u, imageOfX, p == span.x);
    ofY += select(1u, 1u + nextImage, p == span.x);
    p = select(p, 0u, p == span.x);
  }

  var results = array<vec4f, 2>(wa, wb);
  let row = group.z * GROUPS * O + channel;
  // Of a length that compilers cannot know: they unroll short loops of stores, and are then at work for a second.
  let rest = min(taps - tap, 8u);
  for (var e = 0u; e < rest; e++) {
    store(results[e / 4u][e % 4u], row, row + 1u, tap + e, taps);
  }
}
