// x[n, g, c, i, j] = Σ(o, u, v) w[g, o, c, u, v] · y[n, g, o, p, q], p = (i + PAD − u·DILATION) / STRIDE, q likewise of j and v,
// over the taps for which both quotients are whole: the adjoint of conv2d towards its image, and transposed convolution.
//
//   y  [BATCH, GROUPS, O, OH, OW]  in    zero outside
//   w  [GROUPS, O, C, KH, KW]      in
//   x  [BATCH, GROUPS, C, H, W]    out
//
// With stride s and dilation d a tap u meets the row i only if u·d ≡ i + PAD modulo s: every T-th tap, T = s / gcd(s, d),
// and from one of these to the next the row of y moves by d / gcd(s, d). So pixels are sorted into s · s phases (z) by
// their padded place modulo the stride, and each phase sums its own taps alone.
//
// conv2dInput.wgsl for GPUs. A workgroup of 64 threads computes 64 channels of a group for 64 pixels of a phase. For
// every eight steps of the sum it puts 64 × 8 numbers of either operand into workgroup memory, each read once, and
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
override TAP_STEP_H: u32 = 1u;
override TAP_STEP_W: u32 = 1u;
override ROW_STEP: u32 = 1u;
override COLUMN_STEP: u32 = 1u;

// What the buffers hold: f16 where a plan keeps a tensor so. All arithmetic is f32.
alias ElementY = f32;
alias ElementW = f32;
alias ElementX = f32;

@group(0) @binding(0) var<storage, read> y: array<ElementY>;
@group(0) @binding(1) var<storage, read> w: array<ElementW>;
@group(0) @binding(2) var<storage, read_write> x: array<ElementX>;

// slot epilogue
fn epilogue(value: f32, i: u32, channel: u32) -> f32 {
  return value;
}
// end

/// The pixels of one phase as a grid of its own: how many rows and columns (the last may fall outside x).
fn gridOf() -> vec2u {
  return vec2u(quotient(H + STRIDE_H - 1u, STRIDE_H), quotient(W + STRIDE_W - 1u, STRIDE_W));
}

/// The place of a pixel outside x, whose results are not stored.
const NOWHERE = 0xffffffffu;

/// What the pixels of a phase have in common along one axis: the first of them, the first tap that meets them (the number of taps if
/// none does), and where in y that tap of that pixel is. What lies before the edge of y is huge; sums with it come out right again.
struct Phase {
  pixel: u32,
  tap: u32,
  meeting: u32,
}

/// Phases 0 … T − 1 are the places modulo the stride that taps 0 … T − 1 meet, the next T the same places plus one, and so on.
fn phaseOf(index: u32, stride: u32, padding: u32, dilation: u32, taps: u32, tapStep: u32) -> Phase {
  let further = quotient(index, tapStep);
  let tap = index - further * tapStep;
  let reached = tap * dilation + further;
  let rows = quotient(reached, stride);
  let phase = reached - rows * stride;
  let before = quotient(padding + stride - 1u - phase, stride);
  return Phase(before * stride + phase - padding, select(taps, min(tap, taps), further == 0u), before - rows);
}

/// What the first tap of a phase meets in y, for a pixel of its grid: an index, and its row and column. Then the index in x of the
/// pixel's first channel.
struct Meeting {
  at: u32,
  row: u32,
  column: u32,
  place: u32,
}

fn meetingOf(pixel: u32, g: u32, grid: vec2u, rows: Phase, columns: Phase) -> Meeting {
  let image = quotient(pixel, grid.x * grid.y);
  let inside = pixel - image * (grid.x * grid.y);
  let i = quotient(inside, grid.y);
  let j = inside - i * grid.y;
  let rowOfY = rows.meeting + i;
  let columnOfY = columns.meeting + j;
  let row = rows.pixel + i * STRIDE_H;
  let column = columns.pixel + j * STRIDE_W;
  let place = image * (GROUPS * C * H * W) + row * W + column;
  return Meeting(
    (image * GROUPS + g) * (O * OH * OW) + rowOfY * OW + columnOfY,
    rowOfY,
    columnOfY,
    select(NOWHERE, place, image < BATCH && row < H && column < W),
  );
}

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

/// Stores one result, if it lies inside x: `end` is the channel behind the group's last.
fn store(value: f32, place: u32, channel: u32, end: u32, area: u32) {
  if (channel < end && place != NOWHERE) {
    let i = place + channel * area;
    x[i] = ElementX(epilogue(value, i, channel));
  }
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let grid = gridOf();
  let pixels = BATCH * grid.x * grid.y;
  let pixelTiles = (pixels + 63u) / 64u;
  let channelTiles = (C + 63u) / 64u;
  let tile = group.y * groups.x + group.x;
  let row = quotient(tile, pixelTiles);
  let g = quotient(row, channelTiles);
  if (g >= GROUPS) {
    return;
  }
  let channel = (row - g * channelTiles) * 64u;
  let pixel = (tile - row * pixelTiles) * 64u;
  let ty = local / 8u;
  let tx = local % 8u;
  let phase = quotient(group.z, STRIDE_W);
  let phaseRows = phaseOf(phase, STRIDE_H, PAD_H, DILATION_H, KH, TAP_STEP_H);
  let phaseColumns = phaseOf(group.z - phase * STRIDE_W, STRIDE_W, PAD_W, DILATION_W, KW, TAP_STEP_W);
  let meeting = meetingOf(pixel + local, g, grid, phaseRows, phaseColumns);
  let first = (g * O * C * KH + phaseRows.tap) * KW + phaseColumns.tap;
  let weights = first + min(channel + local, C - 1u) * (KH * KW);

  // One flat loop runs over (o, u, v), the taps of this phase counted from its first.
  let tapRows = quotient(KH - phaseRows.tap + TAP_STEP_H - 1u, TAP_STEP_H);
  let tapColumns = quotient(KW - phaseColumns.tap + TAP_STEP_W - 1u, TAP_STEP_W);
  let steps = O * tapRows * tapColumns;
  // Sizes may lie in a buffer, of which loops had better not read.
  let bounds = vec3u(OH, OW, BATCH * GROUPS * O * OH * OW - 1u);
  let stepBack = vec2u(ROW_STEP, COLUMN_STEP);
  let stepOfW = vec3u(C * KH * KW, TAP_STEP_H * KW, TAP_STEP_W);
  let lastOfW = GROUPS * O * C * KH * KW - 1u;
  let area = H * W;
  var o = 0u;
  var u = 0u;
  var v = 0u;
  var x0a = vec4f();
  var x0b = vec4f();
  var x1a = vec4f();
  var x1b = vec4f();
  var x2a = vec4f();
  var x2b = vec4f();
  var x3a = vec4f();
  var x3b = vec4f();
  var x4a = vec4f();
  var x4b = vec4f();
  var x5a = vec4f();
  var x5b = vec4f();
  var x6a = vec4f();
  var x6b = vec4f();
  var x7a = vec4f();
  var x7b = vec4f();
  for (var start = 0u; start < steps; start += 8u) {
    for (var k = 0u; k < 8u; k++) {
      let up = u * stepBack.x;
      let back = v * stepBack.y;
      let at = min(meeting.at + o * (bounds.x * bounds.y) - up * bounds.y - back, bounds.z);
      let inside = start + k < steps && meeting.row - up < bounds.x && meeting.column - back < bounds.y;
      let weight = min(weights + o * stepOfW.x + u * stepOfW.y + v * stepOfW.z, lastOfW);
      rows[k * 64u + local] = select(0.0, f32(w[weight]), start + k < steps);
      columns[k * 64u + local] = select(0.0, f32(y[at]), inside);
      v += 1u;
      u += select(0u, 1u, v == tapColumns);
      v = select(v, 0u, v == tapColumns);
      o += select(0u, 1u, u == tapRows);
      u = select(u, 0u, u == tapRows);
    }
    workgroupBarrier();
    for (var k = 0u; k < 8u; k++) {
      let ra = fourOfRows(k * 64u + ty * 8u);
      let rb = fourOfRows(k * 64u + ty * 8u + 4u);
      let ca = fourOfColumns(k * 64u + tx);
      let cb = fourOfColumns(k * 64u + tx + 32u);
      x0a = fma(vec4f(ra.x), ca, x0a);
      x0b = fma(vec4f(ra.x), cb, x0b);
      x1a = fma(vec4f(ra.y), ca, x1a);
      x1b = fma(vec4f(ra.y), cb, x1b);
      x2a = fma(vec4f(ra.z), ca, x2a);
      x2b = fma(vec4f(ra.z), cb, x2b);
      x3a = fma(vec4f(ra.w), ca, x3a);
      x3b = fma(vec4f(ra.w), cb, x3b);
      x4a = fma(vec4f(rb.x), ca, x4a);
      x4b = fma(vec4f(rb.x), cb, x4b);
      x5a = fma(vec4f(rb.y), ca, x5a);
      x5b = fma(vec4f(rb.y), cb, x5b);
      x6a = fma(vec4f(rb.z), ca, x6a);
      x6b = fma(vec4f(rb.z), cb, x6b);
      x7a = fma(vec4f(rb.w), ca, x7a);
      x7b = fma(vec4f(rb.w), cb, x7b);
    }
    workgroupBarrier();
  }

  // A loop over an array, since unrolled stores take long to compile.
  var results = array<vec4f, 16>(
    x0a, x0b, x1a, x1b, x2a, x2b, x3a, x3b,
    x4a, x4b, x5a, x5b, x6a, x6b, x7a, x7b,
  );
  var places = array<u32, 8>();
  for (var e = 0u; e < 8u; e++) {
    places[e] = meetingOf(pixel + tx + e * 8u, g, grid, phaseRows, phaseColumns).place;
  }
  for (var e = 0u; e < 64u; e++) {
    store(results[e / 4u][e % 4u], places[e % 8u], g * C + channel + ty * 8u + e / 8u, (g + 1u) * C, area);
  }
}
