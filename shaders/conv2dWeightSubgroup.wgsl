// w[s, g, o, c, u, v] = Σ(n, p, q) y[n, g, o, p, q] · x[n, g, c, p·STRIDE + u·DILATION − PAD, q·STRIDE + v·DILATION − PAD],
// the adjoint of conv2d towards its weight. The sum over pixels is cut into SPLITS parts s, to be added afterwards.
//
//   x  [BATCH, GROUPS, C, H, W]        in    zero outside
//   y  [BATCH, GROUPS, O, OH, OW]      in
//   w  [SPLITS, GROUPS, O, C, KH, KW]  out
//
// conv2dWeight.wgsl for software adapters with subgroups. A workgroup is one subgroup of SG lanes and
// computes 16 channels of 8 · SG taps, each lane 8 taps that lie SG apart. At every step of the sum the lanes
// together load y of 16 channels, 16 / SG each, which reach all of them by broadcasts: a third of the loads
// that a thread by itself needs. There is no workgroup memory and no barrier.

enable subgroups;

const SG = 8u;

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

/// Four numbers SG apart, none above `last`: beyond the edge the last one is repeated, and its result not stored.
fn four(first: u32, last: u32) -> vec4u {
  return min(first + vec4u(0u, SG, 2u * SG, 3u * SG), vec4u(last));
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

/// This lane's share of y of 16 channels: two numbers where SG is 8, four where it is 4.
fn slopes(at: vec4u) -> vec4f {
  var numbers = vec4f(f32(y[at.x]), f32(y[at.y]), 0.0, 0.0);
  if (SG == 4u) {
    numbers.z = f32(y[at.z]);
    numbers.w = f32(y[at.w]);
  }
  return numbers;
}

/// Stores one result, if it lies inside w: `end` is the row behind the group's last.
fn store(value: f32, row: u32, end: u32, tap: u32, taps: u32) {
  if (row < end && tap < taps) {
    let i = row * taps + tap;
    w[i] = ElementW(epilogue(value, i));
  }
}

@compute @workgroup_size(SG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let taps = C * KH * KW;
  let tapTiles = (taps + 8u * SG - 1u) / (8u * SG);
  let channelTiles = (O + 15u) / 16u;
  let tile = group.y * groups.x + group.x;
  let row = quotient(tile, tapTiles);
  let g = quotient(row, channelTiles);
  if (g >= GROUPS) {
    return;
  }
  let channel = g * O + (row - g * channelTiles) * 16u;
  let endOfGroup = (g + 1u) * O;
  let tap = (tile - row * tapTiles) * (8u * SG) + lane;
  let tapsA = tapsOf(four(tap, taps - 1u));
  let tapsB = tapsOf(four(tap + 4u * SG, taps - 1u));
  let area = OH * OW;
  let channels = four(channel + lane, endOfGroup - 1u) * area;

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
  var w8a = vec4f();
  var w8b = vec4f();
  var w9a = vec4f();
  var w9b = vec4f();
  var w10a = vec4f();
  var w10b = vec4f();
  var w11a = vec4f();
  var w11b = vec4f();
  var w12a = vec4f();
  var w12b = vec4f();
  var w13a = vec4f();
  var w13b = vec4f();
  var w14a = vec4f();
  var w14b = vec4f();
  var w15a = vec4f();
  var w15b = vec4f();
  for (var pixel = first; pixel < end; pixel++) {
    let top = p - padding.x;
    let edge = q - padding.y;
    let corner = ofX + top * bounds.y + edge;
    let left = slopes(channels + ofY);
    let ca = under(tapsA, corner, top, edge, bounds);
    let cb = under(tapsB, corner, top, edge, bounds);
    let r0 = vec4f(subgroupBroadcast(left[0u / SG], 0u % SG));
    w0a = fma(r0, ca, w0a);
    w0b = fma(r0, cb, w0b);
    let r1 = vec4f(subgroupBroadcast(left[1u / SG], 1u % SG));
    w1a = fma(r1, ca, w1a);
    w1b = fma(r1, cb, w1b);
    let r2 = vec4f(subgroupBroadcast(left[2u / SG], 2u % SG));
    w2a = fma(r2, ca, w2a);
    w2b = fma(r2, cb, w2b);
    let r3 = vec4f(subgroupBroadcast(left[3u / SG], 3u % SG));
    w3a = fma(r3, ca, w3a);
    w3b = fma(r3, cb, w3b);
    let r4 = vec4f(subgroupBroadcast(left[4u / SG], 4u % SG));
    w4a = fma(r4, ca, w4a);
    w4b = fma(r4, cb, w4b);
    let r5 = vec4f(subgroupBroadcast(left[5u / SG], 5u % SG));
    w5a = fma(r5, ca, w5a);
    w5b = fma(r5, cb, w5b);
    let r6 = vec4f(subgroupBroadcast(left[6u / SG], 6u % SG));
    w6a = fma(r6, ca, w6a);
    w6b = fma(r6, cb, w6b);
    let r7 = vec4f(subgroupBroadcast(left[7u / SG], 7u % SG));
    w7a = fma(r7, ca, w7a);
    w7b = fma(r7, cb, w7b);
    let r8 = vec4f(subgroupBroadcast(left[8u / SG], 8u % SG));
    w8a = fma(r8, ca, w8a);
    w8b = fma(r8, cb, w8b);
    let r9 = vec4f(subgroupBroadcast(left[9u / SG], 9u % SG));
    w9a = fma(r9, ca, w9a);
    w9b = fma(r9, cb, w9b);
    let r10 = vec4f(subgroupBroadcast(left[10u / SG], 10u % SG));
    w10a = fma(r10, ca, w10a);
    w10b = fma(r10, cb, w10b);
    let r11 = vec4f(subgroupBroadcast(left[11u / SG], 11u % SG));
    w11a = fma(r11, ca, w11a);
    w11b = fma(r11, cb, w11b);
    let r12 = vec4f(subgroupBroadcast(left[12u / SG], 12u % SG));
    w12a = fma(r12, ca, w12a);
    w12b = fma(r12, cb, w12b);
    let r13 = vec4f(subgroupBroadcast(left[13u / SG], 13u % SG));
    w13a = fma(r13, ca, w13a);
    w13b = fma(r13, cb, w13b);
    let r14 = vec4f(subgroupBroadcast(left[14u / SG], 14u % SG));
    w14a = fma(r14, ca, w14a);
    w14b = fma(r14, cb, w14b);
    let r15 = vec4f(subgroupBroadcast(left[15u / SG], 15u % SG));
    w15a = fma(r15, ca, w15a);
    w15b = fma(r15, cb, w15b);
    q += stride.y;
    p += select(0u, stride.x, q == span.y);
    q = select(q, 0u, q == span.y);
    ofX += select(0u, imageOfX, p == span.x);
    ofY += select(1u, 1u + nextImage, p == span.x);
    p = select(p, 0u, p == span.x);
  }

  // A loop over an array, since unrolled stores take software adapters seconds to compile.
  var results = array<vec4f, 32>(
    w0a, w0b, w1a, w1b, w2a, w2b, w3a, w3b,
    w4a, w4b, w5a, w5b, w6a, w6b, w7a, w7b,
    w8a, w8b, w9a, w9b, w10a, w10b, w11a, w11b,
    w12a, w12b, w13a, w13b, w14a, w14b, w15a, w15b,
  );
  let ofSplit = group.z * GROUPS * O;
  if (SG == 8u) {
    var numbers = numbersOf(results);
    for (var e = 0u; e < 128u; e++) {
      store(numbers[e], ofSplit + channel + e / 8u, ofSplit + endOfGroup, tap + e % 8u * SG, taps);
    }
  } else {
    for (var e = 0u; e < 128u; e++) {
      store(results[e / 4u][e % 4u], ofSplit + channel + e / 8u, ofSplit + endOfGroup, tap + e % 8u * SG, taps);
    }
  }
}
