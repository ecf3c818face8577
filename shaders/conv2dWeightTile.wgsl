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

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> y: array<f32>;
@group(0) @binding(2) var<storage, read_write> w: array<f32>;

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
  let tapTiles = (taps + 63u) / 64u;
  let channelTiles = (O + 63u) / 64u;
  let tile = group.y * groups.x + group.x;
  let g = tile / (channelTiles * tapTiles);
  let channel = tile / tapTiles % channelTiles * 64u;
  let tap = tile % tapTiles * 64u;
  if (g >= GROUPS) {
    return;
  }
  let ty = local / 8u;
  let tx = local % 8u;
  let area = OH * OW;
  let slopes = (g * O + min(channel + local, O - 1u)) * area;
  // Where this thread's tap lies from the corner of a window.
  let mine = min(tap + local, taps - 1u);
  let u = mine / KW % KH * DILATION_H;
  let v = mine % KW * DILATION_W;
  let offset = mine / (KH * KW) * (H * W) + u * W + v;

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
  for (var start = group.z * share; start < end; start += 8u) {
    for (var k = 0u; k < 8u; k++) {
      let pixel = min(start + k, end - 1u);
      let n = pixel / area;
      // A corner in the padding is negative, that is huge; sums with it come out right again.
      let top = pixel % area / OW * STRIDE_H - PAD_H;
      let side = pixel % OW * STRIDE_W - PAD_W;
      let at = min((n * GROUPS + g) * (C * H * W) + top * W + side + offset, BATCH * GROUPS * C * H * W - 1u);
      let inside = start + k < end && top + u < H && side + v < W;
      rows[k * 64u + local] = select(0.0, y[slopes + n * (GROUPS * O * area) + pixel % area], start + k < end);
      columns[k * 64u + local] = select(0.0, x[at], inside);
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
  for (var e = 0u; e < 64u; e++) {
    store(results[e / 4u][e % 4u], group.z, g, channel + ty * 8u + e / 8u, tap + tx + e % 8u * 8u);
  }
}
