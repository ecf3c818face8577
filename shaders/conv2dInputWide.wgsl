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
// conv2dInput.wgsl for large images of many channels on llvmpipe, whose subgroups have 8 lanes. A workgroup is one subgroup and computes
// 32 channels of 64 pixels, two steps of the sum at a time (lib/wide.wgsl).

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

/// What the loop needs of the sizes: those may lie in a buffer, of which it had better not read.
struct Extents {
  /// Rows and columns of y, and its last index.
  bounds: vec3u,
  /// From one tap of the phase to the next: rows and columns of y.
  stepBack: vec2u,
  /// From one channel, row and column of taps of the phase to the next, in w.
  stepOfW: vec3u,
  /// Rows and columns of taps that the phase has.
  taps: vec2u,
  /// Steps of the sum.
  steps: u32,
}

/// A step of the sum: its number, the channel, and the row and column of its tap among those of the phase. They are counted, since how
/// many a phase has is not known when the shader is compiled, and dividing by it would take longer than all the rest.
struct Tap {
  k: u32,
  o: u32,
  u: u32,
  v: u32,
}

fn after(tap: Tap, e: Extents) -> Tap {
  let v = tap.v + 1u;
  let u = tap.u + select(0u, 1u, v == e.taps.y);
  return Tap(
    tap.k + 1u,
    tap.o + select(0u, 1u, u == e.taps.x),
    select(u, 0u, u == e.taps.x),
    select(v, 0u, v == e.taps.y),
  );
}

/// y where a tap meets four pixels; zero outside, and where there is no such step.
fn through(meeting: Meeting, tap: Tap, e: Extents) -> vec4f {
  let back = vec2u(tap.u, tap.v) * e.stepBack;
  let offset = tap.o * (e.bounds.x * e.bounds.y) - back.x * e.bounds.y - back.y;
  let at = min(meeting.at + offset, vec4u(e.bounds.z));
  let inside = (meeting.row - back.x < vec4u(e.bounds.x)) & (meeting.column - back.y < vec4u(e.bounds.y));
  let numbers = vec4f(f32(y[at.x]), f32(y[at.y]), f32(y[at.z]), f32(y[at.w]));
  return select(vec4f(), numbers, inside & vec4<bool>(tap.k < e.steps));
}

/// A tap's weights of this lane's four channels; zero where there is no such step.
fn weights(channels: vec4u, tap: Tap, e: Extents) -> vec4f {
  let there = tap.k < e.steps;
  let at = channels + select(0u, dot(vec3u(tap.o, tap.u, tap.v), e.stepOfW), there);
  return select(vec4f(), vec4f(f32(w[at.x]), f32(w[at.y]), f32(w[at.z]), f32(w[at.w])), there);
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

/// The tile of a workgroup: `blocks` of 8 rows, four or two.
fn compute(blocks: u32, tile: u32, phase: u32, lane: u32) {
  let grid = gridOf();
  let pixels = BATCH * grid.x * grid.y;
  let pixelTiles = (pixels + 63u) / 64u;
  let channelTiles = (C + 8u * blocks - 1u) / (8u * blocks);
  let row = quotient(tile, pixelTiles);
  let g = quotient(row, channelTiles);
  if (g >= GROUPS) {
    return;
  }
  let channel = (row - g * channelTiles) * (8u * blocks);
  let pixel = (tile - row * pixelTiles) * 64u + lane;
  let phaseRow = quotient(phase, STRIDE_W);
  let phaseRows = phaseOf(phaseRow, STRIDE_H, PAD_H, DILATION_H, KH, TAP_STEP_H);
  let phaseColumns = phaseOf(phase - phaseRow * STRIDE_W, STRIDE_W, PAD_W, DILATION_W, KW, TAP_STEP_W);
  let meetingA = meetingOf(fourFrom(pixel), g, grid, phaseRows, phaseColumns);
  let meetingB = meetingOf(fourFrom(pixel + 32u), g, grid, phaseRows, phaseColumns);
  let first = (g * O * C * KH + phaseRows.tap) * KW + phaseColumns.tap;
  let channels = first + min(fourFrom(channel + lane), vec4u(C - 1u)) * (KH * KW);
  let taps = vec2u(
    quotient(KH - phaseRows.tap + TAP_STEP_H - 1u, TAP_STEP_H),
    quotient(KW - phaseColumns.tap + TAP_STEP_W - 1u, TAP_STEP_W),
  );
  let e = Extents(
    vec3u(OH, OW, BATCH * GROUPS * O * OH * OW - 1u),
    vec2u(ROW_STEP, COLUMN_STEP),
    vec3u(C * KH * KW, TAP_STEP_H * KW, TAP_STEP_W),
    taps,
    O * taps.x * taps.y,
  );
  let area = H * W;

  var x0: Sums;
  var x1: Sums;
  var x2: Sums;
  var x3: Sums;
  var tap = Tap();
  while (tap.k < e.steps) {
    // Where the number of steps is odd the last turn takes one more, of zeros.
    let second = after(tap, e);
    let now = weights(channels, tap, e);
    let next = weights(channels, second, e);
    let columns = Columns(
      through(meetingA, tap, e),
      through(meetingB, tap, e),
      through(meetingA, second, e),
      through(meetingB, second, e),
    );
    x0 = added(x0, now.x, next.x, columns);
    x1 = added(x1, now.y, next.y, columns);
    if (blocks > 2u) {
      x2 = added(x2, now.z, next.z, columns);
      x3 = added(x3, now.w, next.w, columns);
    }
    tap = after(second, e);
  }

  // A loop over them, since unrolled stores take software adapters seconds to compile.
  var results = laidOut(blocks, x0, x1, x2, x3);
  var places = eight(meetingA.place, meetingB.place);
  for (var r = 0u; r < 64u * blocks; r++) {
    let ofGroup = channel + r / 8u;
    store(results[r], places[r % 8u], g * C + ofGroup, (g + 1u) * C, area);
  }
}

@compute @workgroup_size(8)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  compute(4u, group.y * groups.x + group.x, group.z, lane);
}

/// The same with half the rows, for results that would leave the others empty.
@compute @workgroup_size(8)
fn half(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  compute(2u, group.y * groups.x + group.x, group.z, lane);
}
