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

/// Four numbers SG apart.
fn four(first: u32) -> vec4u {
  return first + vec4u(0u, SG, 2u * SG, 3u * SG);
}

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

/// What the first tap of a phase meets in y, for four pixels of its grid: an index, and its row and column. Then the index in x of
/// each pixel's first channel.
struct Meeting {
  at: vec4u,
  row: vec4u,
  column: vec4u,
  place: vec4u,
}

fn meetingOf(pixels: vec4u, g: u32, grid: vec2u, rows: Phase, columns: Phase) -> Meeting {
  let image = quotients(pixels, grid.x * grid.y);
  let inside = pixels - image * (grid.x * grid.y);
  let i = quotients(inside, grid.y);
  let j = inside - i * grid.y;
  let rowOfY = rows.meeting + i;
  let columnOfY = columns.meeting + j;
  let row = rows.pixel + i * STRIDE_H;
  let column = columns.pixel + j * STRIDE_W;
  let place = image * (GROUPS * C * H * W) + row * W + column;
  let stored = (image < vec4u(BATCH)) & (row < vec4u(H)) & (column < vec4u(W));
  return Meeting(
    (image * GROUPS + g) * (O * OH * OW) + rowOfY * OW + columnOfY,
    rowOfY,
    columnOfY,
    select(vec4u(NOWHERE), place, stored),
  );
}

/// y at `offset` from the first meeting, `up` rows and `left` columns before it; zero outside. The bounds of y are its rows, its columns
/// and its last index.
fn through(meeting: Meeting, offset: u32, up: u32, left: u32, bounds: vec3u) -> vec4f {
  let at = min(meeting.at + offset, vec4u(bounds.z));
  let inside = (meeting.row - up < vec4u(bounds.x)) & (meeting.column - left < vec4u(bounds.y));
  return select(vec4f(), vec4f(f32(y[at.x]), f32(y[at.y]), f32(y[at.z]), f32(y[at.w])), inside);
}

/// This lane's share of the weights of 16 channels: two where SG is 8, four where it is 4.
fn weights(at: vec4u) -> vec4f {
  var numbers = vec4f(f32(w[at.x]), f32(w[at.y]), 0.0, 0.0);
  if (SG == 4u) {
    numbers.z = f32(w[at.z]);
    numbers.w = f32(w[at.w]);
  }
  return numbers;
}

/// Eight numbers, of which a loop may pick any.
fn eight(a: vec4u, b: vec4u) -> array<u32, 8> {
  return array<u32, 8>(a.x, a.y, a.z, a.w, b.x, b.y, b.z, b.w);
}

/// Stores one result, if it lies inside x: `end` is the channel behind the group's last.
fn store(value: f32, place: u32, channel: u32, end: u32, area: u32) {
  if (channel < end && place != NOWHERE) {
    let i = place + channel * area;
    x[i] = ElementX(epilogue(value, i, channel));
  }
}

@compute @workgroup_size(SG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let grid = gridOf();
  let pixels = BATCH * grid.x * grid.y;
  let pixelTiles = (pixels + 8u * SG - 1u) / (8u * SG);
  let channelTiles = (C + 15u) / 16u;
  let tile = group.y * groups.x + group.x;
  let row = quotient(tile, pixelTiles);
  let g = quotient(row, channelTiles);
  if (g >= GROUPS) {
    return;
  }
  let channel = (row - g * channelTiles) * 16u;
  let pixel = (tile - row * pixelTiles) * (8u * SG) + lane;
  let phase = quotient(group.z, STRIDE_W);
  let phaseRows = phaseOf(phase, STRIDE_H, PAD_H, DILATION_H, KH, TAP_STEP_H);
  let phaseColumns = phaseOf(group.z - phase * STRIDE_W, STRIDE_W, PAD_W, DILATION_W, KW, TAP_STEP_W);
  let meetingA = meetingOf(four(pixel), g, grid, phaseRows, phaseColumns);
  let meetingB = meetingOf(four(pixel + 4u * SG), g, grid, phaseRows, phaseColumns);
  let first = (g * O * C * KH + phaseRows.tap) * KW + phaseColumns.tap;
  let channels = first + min(four(channel + lane), vec4u(C - 1u)) * (KH * KW);

  // One flat loop runs over (o, u, v), the taps of this phase counted from its first. How many a phase has is not known when the
  // shader is compiled, and dividing by it would take longer than all the rest.
  let rows = quotient(KH - phaseRows.tap + TAP_STEP_H - 1u, TAP_STEP_H);
  let columns = quotient(KW - phaseColumns.tap + TAP_STEP_W - 1u, TAP_STEP_W);
  // Sizes may lie in a buffer, of which loops had better not read.
  let bounds = vec3u(OH, OW, BATCH * GROUPS * O * OH * OW - 1u);
  let steps = O * rows * columns;
  let stepBack = vec2u(ROW_STEP, COLUMN_STEP);
  let stepOfW = vec3u(C * KH * KW, TAP_STEP_H * KW, TAP_STEP_W);
  let area = H * W;
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
  for (var k = 0u; k < steps; k++) {
    let up = u * stepBack.x;
    let back = v * stepBack.y;
    let offset = o * (bounds.x * bounds.y) - up * bounds.y - back;
    let left = weights(channels + o * stepOfW.x + u * stepOfW.y + v * stepOfW.z);
    let ca = through(meetingA, offset, up, back, bounds);
    let cb = through(meetingB, offset, up, back, bounds);
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
  var places = eight(meetingA.place, meetingB.place);
  if (SG == 8u) {
    var numbers = numbersOf(results);
    for (var e = 0u; e < 128u; e++) {
      store(numbers[e], places[e % 8u], g * C + channel + e / 8u, (g + 1u) * C, area);
    }
  } else {
    for (var e = 0u; e < 128u; e++) {
      store(results[e / 4u][e % 4u], places[e % 8u], g * C + channel + e / 8u, (g + 1u) * C, area);
    }
  }
}
