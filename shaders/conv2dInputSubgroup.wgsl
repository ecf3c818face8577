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
// conv2dInput.wgsl for software adapters with subgroups. A workgroup is one subgroup of SG lanes and
// computes 16 channels of 8 · SG pixels, each lane 8 pixels that lie SG apart. At every step of the sum the lanes
// together load the weights of 16 channels, 16 / SG each, which reach all of them by broadcasts: a third of the loads
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

/// Four numbers SG apart, none above `last`: beyond the edge the last one is repeated, and its result not stored.
fn four(first: u32, last: u32) -> vec4u {
  return min(first + vec4u(0u, SG, 2u * SG, 3u * SG), vec4u(last));
}

/// The pixels of one phase, as a grid of its own (its last row and column may fall outside x).
fn gridHeight() -> u32 {
  return (H + STRIDE_H - 1u) / STRIDE_H;
}

fn gridWidth() -> u32 {
  return (W + STRIDE_W - 1u) / STRIDE_W;
}

/// The rows and columns of x of some pixels in the grid of a phase.
struct Pixels {
  image: vec4u,
  row: vec4u,
  column: vec4u,
}

fn pixelsOf(index: vec4u, phase: vec2u) -> Pixels {
  let inside = index % (gridHeight() * gridWidth());
  let top = (phase.x + STRIDE_H - PAD_H % STRIDE_H) % STRIDE_H;
  let left = (phase.y + STRIDE_W - PAD_W % STRIDE_W) % STRIDE_W;
  return Pixels(
    index / (gridHeight() * gridWidth()),
    top + inside / gridWidth() * STRIDE_H,
    left + inside % gridWidth() * STRIDE_W,
  );
}

/// What the first tap of a phase meets in y: an index, and its row and column. What lies before the edge is huge; sums with
/// it come out right again.
struct Meeting {
  at: vec4u,
  row: vec4u,
  column: vec4u,
}

fn meetingOf(pixels: Pixels, g: u32, first: vec2u) -> Meeting {
  let row = vec4i(pixels.row + PAD_H) - i32(first.x * DILATION_H);
  let column = vec4i(pixels.column + PAD_W) - i32(first.y * DILATION_W);
  let rowOfY = vec4u(floorDivide(row, i32(STRIDE_H)));
  let columnOfY = vec4u(floorDivide(column, i32(STRIDE_W)));
  let image = (pixels.image * GROUPS + g) * (O * OH * OW);
  return Meeting(image + rowOfY * OW + columnOfY, rowOfY, columnOfY);
}

fn floorDivide(a: vec4i, b: i32) -> vec4i {
  return select(a, a - b + 1, a < vec4i()) / b;
}

/// y at `offset` from the first meeting, `up` rows and `left` columns before it; zero outside.
fn through(meeting: Meeting, offset: u32, up: u32, left: u32) -> vec4f {
  let at = min(meeting.at + offset, vec4u(BATCH * GROUPS * O * OH * OW - 1u));
  let inside = (meeting.row - up < vec4u(OH)) & (meeting.column - left < vec4u(OW));
  return select(vec4f(), vec4f(y[at.x], y[at.y], y[at.z], y[at.w]), inside);
}

/// This lane's share of the weights of 16 channels: two where SG is 8, four where it is 4.
fn weights(at: vec4u) -> vec4f {
  var numbers = vec4f(w[at.x], w[at.y], 0.0, 0.0);
  if (SG == 4u) {
    numbers.z = w[at.z];
    numbers.w = w[at.w];
  }
  return numbers;
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

/// Stores one result of the grid of a phase, if it lies inside x.
fn store(value: f32, g: u32, c: u32, index: u32, phase: vec2u) {
  let place = pixelsOf(vec4u(index), phase);
  if (c < C && index < BATCH * gridHeight() * gridWidth() && place.row.x < H && place.column.x < W) {
    let i = (((place.image.x * GROUPS + g) * C + c) * H + place.row.x) * W + place.column.x;
    x[i] = epilogue(value, i);
  }
}

@compute @workgroup_size(SG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let pixels = BATCH * gridHeight() * gridWidth();
  let pixelTiles = (pixels + 8u * SG - 1u) / (8u * SG);
  let channelTiles = (C + 15u) / 16u;
  let tile = group.y * groups.x + group.x;
  let g = tile / (channelTiles * pixelTiles);
  let channel = tile / pixelTiles % channelTiles * 16u;
  let pixel = tile % pixelTiles * (8u * SG) + lane;
  if (g >= GROUPS) {
    return;
  }
  let phase = vec2u(group.z / STRIDE_W, group.z % STRIDE_W);
  let first = vec2u(firstTap(phase.x, STRIDE_H, DILATION_H, KH), firstTap(phase.y, STRIDE_W, DILATION_W, KW));
  let meetingA = meetingOf(pixelsOf(four(pixel, pixels - 1u), phase), g, first);
  let meetingB = meetingOf(pixelsOf(four(pixel + 4u * SG, pixels - 1u), phase), g, first);
  let channels = four(channel + lane, C - 1u) * (KH * KW);

  // One flat loop runs over (o, u, v), the taps of this phase counted from its first. How many a phase has is not known when the
  // shader is compiled, and dividing by it would take longer than all the rest.
  let rows = (KH - first.x + TAP_STEP_H - 1u) / TAP_STEP_H;
  let columns = (KW - first.y + TAP_STEP_W - 1u) / TAP_STEP_W;
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
  var x8a = vec4f();
  var x8b = vec4f();
  var x9a = vec4f();
  var x9b = vec4f();
  var x10a = vec4f();
  var x10b = vec4f();
  var x11a = vec4f();
  var x11b = vec4f();
  var x12a = vec4f();
  var x12b = vec4f();
  var x13a = vec4f();
  var x13b = vec4f();
  var x14a = vec4f();
  var x14b = vec4f();
  var x15a = vec4f();
  var x15b = vec4f();
  var o = 0u;
  var u = 0u;
  var v = 0u;
  for (var k = 0u; k < O * rows * columns; k++) {
    let up = u * ROW_STEP;
    let back = v * COLUMN_STEP;
    let offset = o * (OH * OW) - up * OW - back;
    let at = ((g * O + o) * C * KH + first.x + u * TAP_STEP_H) * KW + first.y + v * TAP_STEP_W;
    let left = weights(channels + at);
    let ca = through(meetingA, offset, up, back);
    let cb = through(meetingB, offset, up, back);
    let r0 = vec4f(subgroupBroadcast(left[0u / SG], 0u % SG));
    x0a = fma(r0, ca, x0a);
    x0b = fma(r0, cb, x0b);
    let r1 = vec4f(subgroupBroadcast(left[1u / SG], 1u % SG));
    x1a = fma(r1, ca, x1a);
    x1b = fma(r1, cb, x1b);
    let r2 = vec4f(subgroupBroadcast(left[2u / SG], 2u % SG));
    x2a = fma(r2, ca, x2a);
    x2b = fma(r2, cb, x2b);
    let r3 = vec4f(subgroupBroadcast(left[3u / SG], 3u % SG));
    x3a = fma(r3, ca, x3a);
    x3b = fma(r3, cb, x3b);
    let r4 = vec4f(subgroupBroadcast(left[4u / SG], 4u % SG));
    x4a = fma(r4, ca, x4a);
    x4b = fma(r4, cb, x4b);
    let r5 = vec4f(subgroupBroadcast(left[5u / SG], 5u % SG));
    x5a = fma(r5, ca, x5a);
    x5b = fma(r5, cb, x5b);
    let r6 = vec4f(subgroupBroadcast(left[6u / SG], 6u % SG));
    x6a = fma(r6, ca, x6a);
    x6b = fma(r6, cb, x6b);
    let r7 = vec4f(subgroupBroadcast(left[7u / SG], 7u % SG));
    x7a = fma(r7, ca, x7a);
    x7b = fma(r7, cb, x7b);
    let r8 = vec4f(subgroupBroadcast(left[8u / SG], 8u % SG));
    x8a = fma(r8, ca, x8a);
    x8b = fma(r8, cb, x8b);
    let r9 = vec4f(subgroupBroadcast(left[9u / SG], 9u % SG));
    x9a = fma(r9, ca, x9a);
    x9b = fma(r9, cb, x9b);
    let r10 = vec4f(subgroupBroadcast(left[10u / SG], 10u % SG));
    x10a = fma(r10, ca, x10a);
    x10b = fma(r10, cb, x10b);
    let r11 = vec4f(subgroupBroadcast(left[11u / SG], 11u % SG));
    x11a = fma(r11, ca, x11a);
    x11b = fma(r11, cb, x11b);
    let r12 = vec4f(subgroupBroadcast(left[12u / SG], 12u % SG));
    x12a = fma(r12, ca, x12a);
    x12b = fma(r12, cb, x12b);
    let r13 = vec4f(subgroupBroadcast(left[13u / SG], 13u % SG));
    x13a = fma(r13, ca, x13a);
    x13b = fma(r13, cb, x13b);
    let r14 = vec4f(subgroupBroadcast(left[14u / SG], 14u % SG));
    x14a = fma(r14, ca, x14a);
    x14b = fma(r14, cb, x14b);
    let r15 = vec4f(subgroupBroadcast(left[15u / SG], 15u % SG));
    x15a = fma(r15, ca, x15a);
    x15b = fma(r15, cb, x15b);
    v += 1u;
    u += select(0u, 1u, v == columns);
    v = select(v, 0u, v == columns);
    o += select(0u, 1u, u == rows);
    u = select(u, 0u, u == rows);
  }

  // A loop over an array, since unrolled stores take software adapters seconds to compile.
  var results = array<vec4f, 32>(
    x0a, x0b, x1a, x1b, x2a, x2b, x3a, x3b,
    x4a, x4b, x5a, x5b, x6a, x6b, x7a, x7b,
    x8a, x8b, x9a, x9b, x10a, x10b, x11a, x11b,
    x12a, x12b, x13a, x13b, x14a, x14b, x15a, x15b,
  );
  for (var e = 0u; e < 128u; e++) {
    store(results[e / 4u][e % 4u], g, channel + e / 8u, pixel + e % 8u * SG, phase);
  }
}
