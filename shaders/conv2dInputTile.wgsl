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

@group(0) @binding(0) var<storage, read> y: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read_write> x: array<f32>;

// slot epilogue
fn epilogue(value: f32, i: u32) -> f32 {
  return value;
}
// end

/// The pixels of one phase, as a grid of its own (its last row and column may fall outside x).
fn gridHeight() -> u32 {
  return (H + STRIDE_H - 1u) / STRIDE_H;
}

fn gridWidth() -> u32 {
  return (W + STRIDE_W - 1u) / STRIDE_W;
}

/// Image, row and column in x of a pixel in the grid of a phase.
struct Pixel {
  image: u32,
  row: u32,
  column: u32,
}

fn pixelOf(index: u32, phase: vec2u) -> Pixel {
  let inside = index % (gridHeight() * gridWidth());
  let top = (phase.x + STRIDE_H - PAD_H % STRIDE_H) % STRIDE_H;
  let left = (phase.y + STRIDE_W - PAD_W % STRIDE_W) % STRIDE_W;
  return Pixel(
    index / (gridHeight() * gridWidth()),
    top + inside / gridWidth() * STRIDE_H,
    left + inside % gridWidth() * STRIDE_W,
  );
}

/// What the first tap of a phase meets in y: an index, and its row and column. What lies before the edge is huge; sums with
/// it come out right again.
struct Meeting {
  at: u32,
  row: u32,
  column: u32,
}

fn meetingOf(pixel: Pixel, g: u32, first: vec2u) -> Meeting {
  let row = i32(pixel.row + PAD_H) - i32(first.x * DILATION_H);
  let column = i32(pixel.column + PAD_W) - i32(first.y * DILATION_W);
  let rowOfY = u32(floorDivide(row, i32(STRIDE_H)));
  let columnOfY = u32(floorDivide(column, i32(STRIDE_W)));
  let image = (pixel.image * GROUPS + g) * (O * OH * OW);
  return Meeting(image + rowOfY * OW + columnOfY, rowOfY, columnOfY);
}

fn floorDivide(a: i32, b: i32) -> i32 {
  return select(a, a - b + 1, a < 0) / b;
}

/// The first tap that meets a phase; `taps` if none does.
fn firstTap(phase: u32, stride: u32, dilation: u32, taps: u32) -> u32 {
  for (var tap = 0u; tap < min(stride, taps); tap++) {
    if (tap * dilation % stride == phase) {
      return tap;
    }
  }
  return taps;
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

/// Stores one result of the grid of a phase, if it lies inside x.
fn store(value: f32, g: u32, c: u32, index: u32, phase: vec2u) {
  let place = pixelOf(index, phase);
  if (c < C && index < BATCH * gridHeight() * gridWidth() && place.row < H && place.column < W) {
    let i = (((place.image * GROUPS + g) * C + c) * H + place.row) * W + place.column;
    x[i] = epilogue(value, i);
  }
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let pixels = BATCH * gridHeight() * gridWidth();
  let pixelTiles = (pixels + 63u) / 64u;
  let channelTiles = (C + 63u) / 64u;
  let tile = group.y * groups.x + group.x;
  let g = tile / (channelTiles * pixelTiles);
  let channel = tile / pixelTiles % channelTiles * 64u;
  let pixel = tile % pixelTiles * 64u;
  if (g >= GROUPS) {
    return;
  }
  let ty = local / 8u;
  let tx = local % 8u;
  let phase = vec2u(group.z / STRIDE_W, group.z % STRIDE_W);
  let first = vec2u(firstTap(phase.x, STRIDE_H, DILATION_H, KH), firstTap(phase.y, STRIDE_W, DILATION_W, KW));
  let meeting = meetingOf(pixelOf(min(pixel + local, pixels - 1u), phase), g, first);
  let weights = min(channel + local, C - 1u) * (KH * KW);

  // One flat index runs over (o, u, v), the taps of this phase counted from its first.
  let tapRows = (KH - first.x + TAP_STEP_H - 1u) / TAP_STEP_H;
  let tapColumns = (KW - first.y + TAP_STEP_W - 1u) / TAP_STEP_W;
  let steps = O * tapRows * tapColumns;
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
      let step = min(start + k, steps - 1u);
      let o = step / (tapRows * tapColumns);
      let u = step / tapColumns % tapRows;
      let v = step % tapColumns;
      let up = u * ROW_STEP;
      let back = v * COLUMN_STEP;
      let at = min(meeting.at + o * (OH * OW) - up * OW - back, BATCH * GROUPS * O * OH * OW - 1u);
      let inside = start + k < steps && meeting.row - up < OH && meeting.column - back < OW;
      let weight = ((g * O + o) * C * KH + first.x + u * TAP_STEP_H) * KW + first.y + v * TAP_STEP_W;
      rows[k * 64u + local] = select(0.0, w[weights + weight], start + k < steps);
      columns[k * 64u + local] = select(0.0, y[at], inside);
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
  for (var e = 0u; e < 64u; e++) {
    store(results[e / 4u][e % 4u], g, channel + ty * 8u + e / 8u, pixel + tx + e % 8u * 8u, phase);
  }
}
