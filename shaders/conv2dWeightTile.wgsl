// w[s, g, o, c, u, v] = Σ(n, p, q) y[n, g, o, p, q] · x[n, g, c, p·STRIDE + u·DILATION − PAD, q·STRIDE + v·DILATION − PAD],
// the adjoint of conv2d towards its weight. The sum over pixels is cut into SPLITS parts s, to be added afterwards.
//
//   x  [BATCH, GROUPS, C, H, W]        in    zero outside
//   y  [BATCH, GROUPS, O, OH, OW]      in
//   w  [SPLITS, GROUPS, O, C, KH, KW]  out
//
// conv2dWeight.wgsl for GPUs. A workgroup of 64 threads computes 64 output channels of a group for 64 taps. For every
// eight steps of the sum it puts 64 × 8 numbers of either operand into workgroup memory, each read once, and then
// every thread multiplies 8 of the one by 8 of the other. The rows of a thread are consecutive, its columns lie 8
// apart, so that neighbours store neighbours.

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

/// Eight steps of the sum: 64 rows of the left operand, 64 columns of the right one, step after step.
var<workgroup> rows: array<f32, 512>;
var<workgroup> columns: array<f32, 512>;

/// Four consecutive rows.
fn fourOfRows(at: u32) -> vec4f {
  return vec4f(rows[at], rows[at + 1u], rows[at + 2u], rows[at + 3u]);
}

/// Four columns 8 apart.
fn fourOfColumns(at: u32) -> vec4f {
  return vec4f(columns[at], columns[at + 8u], columns[at + 16u], columns[at + 24u]);
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
  let tapTiles = (taps + 63u) / 64u;
  let channelTiles = (O + 63u) / 64u;
  let tile = group.y * groups.x + group.x;
  let row = quotient(tile, tapTiles);
  let g = quotient(row, channelTiles);
  if (g >= GROUPS) {
    return;
  }
  let channel = g * O + (row - g * channelTiles) * 64u;
  let endOfGroup = (g + 1u) * O;
  let tap = (tile - row * tapTiles) * 64u;
  let ty = local / 8u;
  let tx = local % 8u;
  let area = OH * OW;
  let slopes = min(channel + local, endOfGroup - 1u) * area;
  // Where this thread's tap lies from the corner of a window.
  let mine = min(tap + local, taps - 1u);
  let rowOfTaps = quotient(mine, KW);
  let plane = quotient(rowOfTaps, KH);
  let u = (rowOfTaps - plane * KH) * DILATION_H;
  let v = (mine - rowOfTaps * KW) * DILATION_W;
  let offset = plane * (H * W) + u * W + v;

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
  let lastOfY = BATCH * GROUPS * O * area - 1u;
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
  for (var start = first; start < end; start += 8u) {
    for (var k = 0u; k < 8u; k++) {
      // A corner in the padding is negative, that is huge; sums with it come out right again.
      let top = p - padding.x;
      let side = q - padding.y;
      let at = min(ofX + top * bounds.y + side + offset, bounds.z);
      let slope = min(slopes + ofY, lastOfY);
      let inside = start + k < end && top + u < bounds.x && side + v < bounds.y;
      rows[k * 64u + local] = select(0.0, f32(y[slope]), start + k < end);
      columns[k * 64u + local] = select(0.0, f32(x[at]), inside);
      q += stride.y;
      p += select(0u, stride.x, q == span.y);
      q = select(q, 0u, q == span.y);
      ofX += select(0u, imageOfX, p == span.x);
      ofY += select(1u, 1u + nextImage, p == span.x);
      p = select(p, 0u, p == span.x);
    }
    workgroupBarrier();
    for (var k = 0u; k < 8u; k++) {
      let ra = fourOfRows(k * 64u + ty * 8u);
      let rb = fourOfRows(k * 64u + ty * 8u + 4u);
      let ca = fourOfColumns(k * 64u + tx);
      let cb = fourOfColumns(k * 64u + tx + 32u);
      w0a = fma(vec4f(ra.x), ca, w0a);
      w0b = fma(vec4f(ra.x), cb, w0b);
      w1a = fma(vec4f(ra.y), ca, w1a);
      w1b = fma(vec4f(ra.y), cb, w1b);
      w2a = fma(vec4f(ra.z), ca, w2a);
      w2b = fma(vec4f(ra.z), cb, w2b);
      w3a = fma(vec4f(ra.w), ca, w3a);
      w3b = fma(vec4f(ra.w), cb, w3b);
      w4a = fma(vec4f(rb.x), ca, w4a);
      w4b = fma(vec4f(rb.x), cb, w4b);
      w5a = fma(vec4f(rb.y), ca, w5a);
      w5b = fma(vec4f(rb.y), cb, w5b);
      w6a = fma(vec4f(rb.z), ca, w6a);
      w6b = fma(vec4f(rb.z), cb, w6b);
      w7a = fma(vec4f(rb.w), ca, w7a);
      w7b = fma(vec4f(rb.w), cb, w7b);
    }
    workgroupBarrier();
  }

  // A loop over an array, since unrolled stores take long to compile.
  var results = array<vec4f, 16>(
    w0a, w0b, w1a, w1b, w2a, w2b, w3a, w3b,
    w4a, w4b, w5a, w5b, w6a, w6b, w7a, w7b,
  );
  let ofSplit = group.z * GROUPS * O;
  for (var e = 0u; e < 64u; e++) {
    store(results[e / 4u][e % 4u], ofSplit + channel + ty * 8u + e / 8u, ofSplit + endOfGroup, tap + tx + e % 8u * 8u, taps);
  }
}
