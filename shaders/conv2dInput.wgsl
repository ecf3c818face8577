// x[n, g, c, i, j] = Σ(o, u, v) w[g, o, c, u, v] · y[n, g, o, p, q], p = (i + PAD − u·DILATION) / STRIDE, q likewise of j and v,
// over the taps for which both quotients are whole: the adjoint of conv2d towards its image, and transposed convolution.
//
//   y  [BATCH, GROUPS, O, OH, OW]  in    zero outside
//   w  [GROUPS, O, C, KH, KW]      in
//   x  [BATCH, GROUPS, C, H, W]    out
//
// With stride s and dilation d a tap u meets the row i only if u·d ≡ i + PAD modulo s: every T-th tap, T = s / gcd(s, d),
// and from one of these to the next the row of y moves by d / gcd(s, d). So pixels are sorted into s · s phases (z) by
// their padded place modulo the stride, and each phase sums its own taps alone. Rows are the channels of a group, columns
// the pixels of one phase of the whole batch; a thread computes 8 channels of 8 pixels in registers.

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

/// Four consecutive numbers, none above `last`: beyond the edge the last one is repeated, and its result not stored.
fn four(first: u32, last: u32) -> vec4u {
  return min(first + vec4u(0u, 1u, 2u, 3u), vec4u(last));
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

/// Four weights.
fn weights(at: vec4u) -> vec4f {
  return vec4f(w[at.x], w[at.y], w[at.z], w[at.w]);
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

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let pixels = BATCH * gridHeight() * gridWidth();
  let pixelTiles = (pixels + 7u) / 8u;
  let channelTiles = (C + 7u) / 8u;
  let tile = (group.y * groups.x + group.x) * 64u + local;
  let g = tile / (channelTiles * pixelTiles);
  let channel = tile / pixelTiles % channelTiles * 8u;
  let pixel = tile % pixelTiles * 8u;
  if (g >= GROUPS) {
    return;
  }
  let phase = vec2u(group.z / STRIDE_W, group.z % STRIDE_W);
  let first = vec2u(firstTap(phase.x, STRIDE_H, DILATION_H, KH), firstTap(phase.y, STRIDE_W, DILATION_W, KW));
  let meetingA = meetingOf(pixelsOf(four(pixel, pixels - 1u), phase), g, first);
  let meetingB = meetingOf(pixelsOf(four(pixel + 4u, pixels - 1u), phase), g, first);
  let channelsA = four(channel, C - 1u) * (KH * KW);
  let channelsB = four(channel + 4u, C - 1u) * (KH * KW);

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
  var o = 0u;
  var u = 0u;
  var v = 0u;
  for (var k = 0u; k < O * rows * columns; k++) {
    let up = u * ROW_STEP;
    let left = v * COLUMN_STEP;
    let offset = o * (OH * OW) - up * OW - left;
    let at = ((g * O + o) * C * KH + first.x + u * TAP_STEP_H) * KW + first.y + v * TAP_STEP_W;
    let wa = weights(channelsA + at);
    let wb = weights(channelsB + at);
    let ya = through(meetingA, offset, up, left);
    let yb = through(meetingB, offset, up, left);
    x0a = fma(vec4f(wa.x), ya, x0a);
    x0b = fma(vec4f(wa.x), yb, x0b);
    x1a = fma(vec4f(wa.y), ya, x1a);
    x1b = fma(vec4f(wa.y), yb, x1b);
    x2a = fma(vec4f(wa.z), ya, x2a);
    x2b = fma(vec4f(wa.z), yb, x2b);
    x3a = fma(vec4f(wa.w), ya, x3a);
    x3b = fma(vec4f(wa.w), yb, x3b);
    x4a = fma(vec4f(wb.x), ya, x4a);
    x4b = fma(vec4f(wb.x), yb, x4b);
    x5a = fma(vec4f(wb.y), ya, x5a);
    x5b = fma(vec4f(wb.y), yb, x5b);
    x6a = fma(vec4f(wb.z), ya, x6a);
    x6b = fma(vec4f(wb.z), yb, x6b);
    x7a = fma(vec4f(wb.w), ya, x7a);
    x7b = fma(vec4f(wb.w), yb, x7b);
    v += 1u;
    u += select(0u, 1u, v == columns);
    v = select(v, 0u, v == columns);
    o += select(0u, 1u, u == rows);
    u = select(u, 0u, u == rows);
  }

  // A loop over an array, since unrolled stores take software adapters seconds to compile.
  var results = array<vec4f, 16>(
    x0a, x0b, x1a, x1b, x2a, x2b, x3a, x3b,
    x4a, x4b, x5a, x5b, x6a, x6b, x7a, x7b,
  );
  for (var e = 0u; e < 64u; e++) {
    store(results[e / 4u][e % 4u], g, channel + e / 8u, pixel + e % 8u, phase);
  }
}

/// The same with one channel to a thread, for groups of few: of eight channels they would waste most.
@compute @workgroup_size(64)
fn narrow(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let pixels = BATCH * gridHeight() * gridWidth();
  let pixelTiles = (pixels + 7u) / 8u;
  let tile = (group.y * groups.x + group.x) * 64u + local;
  let g = tile / (C * pixelTiles);
  let channel = tile / pixelTiles % C;
  let pixel = tile % pixelTiles * 8u;
  if (g >= GROUPS) {
    return;
  }
  let phase = vec2u(group.z / STRIDE_W, group.z % STRIDE_W);
  let first = vec2u(firstTap(phase.x, STRIDE_H, DILATION_H, KH), firstTap(phase.y, STRIDE_W, DILATION_W, KW));
  let meetingA = meetingOf(pixelsOf(four(pixel, pixels - 1u), phase), g, first);
  let meetingB = meetingOf(pixelsOf(four(pixel + 4u, pixels - 1u), phase), g, first);

  let rows = (KH - first.x + TAP_STEP_H - 1u) / TAP_STEP_H;
  let columns = (KW - first.y + TAP_STEP_W - 1u) / TAP_STEP_W;
  var xa = vec4f();
  var xb = vec4f();
  var o = 0u;
  var u = 0u;
  var v = 0u;
  for (var k = 0u; k < O * rows * columns; k++) {
    let up = u * ROW_STEP;
    let left = v * COLUMN_STEP;
    let offset = o * (OH * OW) - up * OW - left;
    let weight = w[(((g * O + o) * C + channel) * KH + first.x + u * TAP_STEP_H) * KW + first.y + v * TAP_STEP_W];
    xa = fma(vec4f(weight), through(meetingA, offset, up, left), xa);
    xb = fma(vec4f(weight), through(meetingB, offset, up, left), xb);
    v += 1u;
    u += select(0u, 1u, v == columns);
    v = select(v, 0u, v == columns);
    o += select(0u, 1u, u == rows);
    u = select(u, 0u, u == rows);
  }

  var results = array<vec4f, 2>(xa, xb);
  // Of a length that compilers cannot know: they unroll short loops of stores, and are then at work for a second.
  let rest = min(pixels - pixel, 8u);
  for (var e = 0u; e < rest; e++) {
    store(results[e / 4u][e % 4u], g, channel, pixel + e, phase);
  }
}
