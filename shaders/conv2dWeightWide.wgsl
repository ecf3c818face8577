// w[s, g, o, c, u, v] = Σ(n, p, q) y[n, g, o, p, q] · x[n, g, c, p·STRIDE + u·DILATION − PAD, q·STRIDE + v·DILATION − PAD],
// the adjoint of conv2d towards its weight. The sum over pixels is cut into SPLITS parts s, to be added afterwards.
//
//   x  [BATCH, GROUPS, C, H, W]        in    zero outside
//   y  [BATCH, GROUPS, O, OH, OW]      in
//   w  [SPLITS, GROUPS, O, C, KH, KW]  out
//
// conv2dWeight.wgsl for large images of many channels on llvmpipe, whose subgroups have 8 lanes. A workgroup is one subgroup and computes
// 32 channels of 64 taps, or the other way round, two steps of the sum at a time (lib/wide.wgsl).

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

/// What the loop needs of the sizes: those may lie in a buffer, of which it had better not read.
struct Extents {
  /// Rows and columns of x, and its last index.
  bounds: vec3u,
  stride: vec2u,
  /// Rows and columns of pixels, times the stride.
  span: vec2u,
  padding: vec2u,
  /// From the pixels of one image to those of the next: what is added in x, and in y besides one.
  nextOfX: u32,
  nextOfY: u32,
  /// The pixel behind the last.
  end: u32,
}

/// A step of the sum: its number among all pixels, its row and column in strides, and where its image begins in x and it lies in y,
/// whose first channel that is. They are counted: to divide by what is not known when the shader is compiled takes longer than the rest.
struct Pixel {
  k: u32,
  p: u32,
  q: u32,
  ofX: u32,
  ofY: u32,
}

fn after(pixel: Pixel, e: Extents) -> Pixel {
  let q = pixel.q + e.stride.y;
  let p = pixel.p + select(0u, e.stride.x, q == e.span.y);
  let last = p == e.span.x;
  return Pixel(
    pixel.k + 1u,
    select(p, 0u, last),
    select(q, 0u, q == e.span.y),
    pixel.ofX + select(0u, e.nextOfX, last),
    pixel.ofY + 1u + select(0u, e.nextOfY, last),
  );
}

/// x under four taps of the window of a pixel; zero in the padding, and where there is no such pixel. A corner in the
/// padding is negative, that is huge; sums with it come out right again.
fn under(taps: Taps, pixel: Pixel, e: Extents) -> vec4f {
  let top = pixel.p - e.padding.x;
  let left = pixel.q - e.padding.y;
  let at = min(pixel.ofX + top * e.bounds.y + left + taps.offset, vec4u(e.bounds.z));
  let inside = (top + taps.row < vec4u(e.bounds.x)) & (left + taps.column < vec4u(e.bounds.y));
  let numbers = vec4f(f32(x[at.x]), f32(x[at.y]), f32(x[at.z]), f32(x[at.w]));
  return select(vec4f(), numbers, inside & vec4<bool>(pixel.k < e.end));
}

/// A pixel's numbers of this lane's four channels of y; zero where there is no such pixel.
fn slopes(channels: vec4u, pixel: Pixel, e: Extents) -> vec4f {
  let there = pixel.k < e.end;
  let at = channels + select(0u, pixel.ofY, there);
  return select(vec4f(), vec4f(f32(y[at.x]), f32(y[at.y]), f32(y[at.z]), f32(y[at.w])), there);
}

/// Stores one result, if it lies inside w: `end` is the row behind the group's last.
fn store(value: f32, row: u32, end: u32, tap: u32, taps: u32) {
  if (row < end && tap < taps) {
    let i = row * taps + tap;
    w[i] = ElementW(epilogue(value, i));
  }
}

/// The tile of a workgroup: `blocks` of 8 rows, four or two, which are channels; or, `across`, taps.
fn compute(blocks: u32, across: bool, tile: u32, part: u32, lane: u32) {
  let taps = C * KH * KW;
  let extent = select(vec2u(8u * blocks, 64u), vec2u(64u, 8u * blocks), across);
  let channelTiles = (O + extent.x - 1u) / extent.x;
  let tapTiles = (taps + extent.y - 1u) / extent.y;
  let row = quotient(tile, tapTiles);
  let g = quotient(row, channelTiles);
  if (g >= GROUPS) {
    return;
  }
  let channel = g * O + (row - g * channelTiles) * extent.x;
  let endOfGroup = (g + 1u) * O;
  let tap = (tile - row * tapTiles) * extent.y;
  let area = OH * OW;
  let channelsA = min(fourFrom(channel + lane), vec4u(endOfGroup - 1u)) * area;
  let channelsB = min(fourFrom(channel + lane + 32u), vec4u(endOfGroup - 1u)) * area;
  let tapsA = tapsOf(min(fourFrom(tap + lane), vec4u(taps - 1u)));
  let tapsB = tapsOf(min(fourFrom(tap + lane + 32u), vec4u(taps - 1u)));

  let pixels = BATCH * area;
  let share = quotient(pixels + SPLITS - 1u, SPLITS);
  let stride = vec2u(STRIDE_H, STRIDE_W);
  let e = Extents(
    vec3u(H, W, BATCH * GROUPS * C * H * W - 1u),
    stride,
    vec2u(OH, OW) * stride,
    vec2u(PAD_H, PAD_W),
    GROUPS * C * H * W,
    (GROUPS * O - 1u) * area,
    min((part + 1u) * share, pixels),
  );
  let start = part * share;
  let line = quotient(start, OW);
  let n = quotient(line, OH);

  var w0: Sums;
  var w1: Sums;
  var w2: Sums;
  var w3: Sums;
  var pixel = Pixel(
    start,
    (line - n * OH) * STRIDE_H,
    (start - line * OW) * STRIDE_W,
    (n * GROUPS + g) * (C * H * W),
    start + n * e.nextOfY,
  );
  while (pixel.k < e.end) {
    // Where the number of pixels is odd the last turn takes one more, of zeros.
    let second = after(pixel, e);
    var now = slopes(channelsA, pixel, e);
    var next = slopes(channelsA, second, e);
    var columns = Columns(
      under(tapsA, pixel, e),
      under(tapsB, pixel, e),
      under(tapsA, second, e),
      under(tapsB, second, e),
    );
    if (across) {
      let ofChannels = Columns(now, slopes(channelsB, pixel, e), next, slopes(channelsB, second, e));
      now = columns.first;
      next = columns.nextFirst;
      columns = ofChannels;
    }
    w0 = added(w0, now.x, next.x, columns);
    w1 = added(w1, now.y, next.y, columns);
    if (blocks > 2u) {
      w2 = added(w2, now.z, next.z, columns);
      w3 = added(w3, now.w, next.w, columns);
    }
    pixel = after(second, e);
  }

  // A loop over them, since unrolled stores take software adapters seconds to compile.
  var results = laidOut(blocks, w0, w1, w2, w3);
  let ofSplit = part * GROUPS * O;
  for (var r = 0u; r < 64u * blocks; r++) {
    let rowOfTile = r / 8u;
    let columnOfTile = r % 8u * 8u + lane;
    let at = vec2u(channel, tap) + select(vec2u(rowOfTile, columnOfTile), vec2u(columnOfTile, rowOfTile), across);
    store(results[r], ofSplit + at.x, ofSplit + endOfGroup, at.y, taps);
  }
}

@compute @workgroup_size(8)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  compute(4u, false, group.y * groups.x + group.x, group.z, lane);
}

/// The same with half the channels, for weights that would leave the others empty.
@compute @workgroup_size(8)
fn half(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  compute(2u, false, group.y * groups.x + group.x, group.z, lane);
}

/// The same with 32 taps and 64 channels, for weights of few taps: the first ones of a net.
@compute @workgroup_size(8)
fn across(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  compute(4u, true, group.y * groups.x + group.x, group.z, lane);
}
