// y[n, g, o, p, q] = Σ(c, u, v) w[g, o, c, u, v] · x[n, g, c, p·STRIDE + u·DILATION − PAD, q·STRIDE + v·DILATION − PAD]
//
//   x  [BATCH, GROUPS, C, H, W]    in    zero outside
//   w  [GROUPS, O, C, KH, KW]      in
//   y  [BATCH, GROUPS, O, OH, OW]  out
//
// conv2d.wgsl for GPUs. A workgroup of 64 threads computes 64 output channels of a group for 64 pixels of the batch.
// For every eight steps of the sum it puts 64 × 8 numbers of either operand into workgroup memory, each read once, and
// then every thread multiplies 8 of the one by 8 of the other. The rows of a thread are consecutive, its columns lie 8
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

/// The place of a pixel beyond the last one, whose results are not stored.
const NOWHERE = 0xffffffffu;

/// The index in y of the first channel of four pixels 8 apart.
fn placesOf(first: u32) -> vec4u {
  let pixels = first + vec4u(0u, 8u, 16u, 24u);
  let image = quotients(pixels, OH * OW);
  let place = image * ((GROUPS * O - 1u) * OH * OW) + pixels;
  return select(vec4u(NOWHERE), place, pixels < vec4u(BATCH * OH * OW));
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
  let pixelTiles = (pixels + 63u) / 64u;
  let channelTiles = (O + 63u) / 64u;
  let tile = group.y * groups.x + group.x;
  let row = quotient(tile, pixelTiles);
  let g = quotient(row, channelTiles);
  if (g >= GROUPS) {
    return;
  }
  let channel = g * O + (row - g * channelTiles) * 64u;
  let end = (g + 1u) * O;
  let pixel = (tile - row * pixelTiles) * 64u;
  let ty = local / 8u;
  let tx = local % 8u;
  let taps = C * KH * KW;
  let weights = min(channel + local, end - 1u) * taps;
  // The window of this thread's pixel. A corner in the padding is negative, that is huge; sums with it come out right again.
  let mine = min(pixel + local, pixels - 1u);
  let line = quotient(mine, OW);
  let image = quotient(line, OH);
  let top = (line - image * OH) * STRIDE_H - PAD_H;
  let side = (mine - line * OW) * STRIDE_W - PAD_W;
  let corner = (image * GROUPS + g) * (C * H * W) + top * W + side;
  // Sizes may lie in a buffer, of which loops had better not read.
  let bounds = vec3u(H, W, BATCH * GROUPS * C * H * W - 1u);
  let step = vec2u(DILATION_H, DILATION_W);
  let window = vec2u(KH, KW) * step;
  let area = OH * OW;
  // The tap (c, u, v) of step k is counted: to divide by what is not known when the shader is compiled takes longer than the rest.
  var plane = 0u;
  var u = 0u;
  var v = 0u;

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
  for (var start = 0u; start < taps; start += 8u) {
    for (var k = 0u; k < 8u; k++) {
      let tap = min(start + k, taps - 1u);
      let at = min(corner + plane + u * bounds.y + v, bounds.z);
      let inside = start + k < taps && top + u < bounds.x && side + v < bounds.y;
      rows[k * 64u + local] = select(0.0, f32(w[weights + tap]), start + k < taps);
      columns[k * 64u + local] = select(0.0, f32(x[at]), inside);
      v += step.y;
      u += select(0u, step.x, v == window.y);
      v = select(v, 0u, v == window.y);
      plane += select(0u, bounds.x * bounds.y, u == window.x);
      u = select(u, 0u, u == window.x);
    }
    workgroupBarrier();
    for (var k = 0u; k < 8u; k++) {
      let ra = fourOfRows(k * 64u + ty * 8u);
      let rb = fourOfRows(k * 64u + ty * 8u + 4u);
      let ca = fourOfColumns(k * 64u + tx);
      let cb = fourOfColumns(k * 64u + tx + 32u);
      y0a = fma(vec4f(ra.x), ca, y0a);
      y0b = fma(vec4f(ra.x), cb, y0b);
      y1a = fma(vec4f(ra.y), ca, y1a);
      y1b = fma(vec4f(ra.y), cb, y1b);
      y2a = fma(vec4f(ra.z), ca, y2a);
      y2b = fma(vec4f(ra.z), cb, y2b);
      y3a = fma(vec4f(ra.w), ca, y3a);
      y3b = fma(vec4f(ra.w), cb, y3b);
      y4a = fma(vec4f(rb.x), ca, y4a);
      y4b = fma(vec4f(rb.x), cb, y4b);
      y5a = fma(vec4f(rb.y), ca, y5a);
      y5b = fma(vec4f(rb.y), cb, y5b);
      y6a = fma(vec4f(rb.z), ca, y6a);
      y6b = fma(vec4f(rb.z), cb, y6b);
      y7a = fma(vec4f(rb.w), ca, y7a);
      y7b = fma(vec4f(rb.w), cb, y7b);
    }
    workgroupBarrier();
  }

  // A loop over an array, since unrolled stores take long to compile.
  var results = array<vec4f, 16>(
    y0a, y0b, y1a, y1b, y2a, y2b, y3a, y3b,
    y4a, y4b, y5a, y5b, y6a, y6b, y7a, y7b,
  );
  var places = eight(placesOf(pixel + tx), placesOf(pixel + tx + 32u));
  for (var e = 0u; e < 64u; e++) {
    store(results[e / 4u][e % 4u], places[e % 8u], channel + ty * 8u + e / 8u, end, area);
  }
}
