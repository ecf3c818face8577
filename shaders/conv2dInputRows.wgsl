// x[n, g, c, i, j] = Σ(o, u, v) w[g, o, c, u, v] · y[n, g, o, i + PAD − u, j + PAD − v]: the adjoint of conv2d towards its image, and
// transposed convolution, without strides and gaps.
//
//   y  [BATCH, GROUPS, O, OH, OW]              in    zero outside
//   w  [GROUPS, O, CHANNELS, TAPS_H, TAPS_W]   in
//   x  [BATCH, GROUPS, CHANNELS, H, W]         out
//
// conv2dInput.wgsl for images of 1, 2 or 3 channels, where the gradients of first layers end, and for 3 · 3 taps at most, on software
// adapters with subgroups. A workgroup is one subgroup of SG lanes and computes all channels of 128 pixels, 4 rows of 32 on 8 lanes and
// 8 rows of 16 on 4, each lane 4 columns that lie SG apart. It loads a number of y once for all channels and taps: rows move in registers,
// columns to the next lane by shuffles. The lanes together load the weights, which reach all of them by broadcasts.

enable subgroups;

const SG = 8u;
const CHANNELS = 3u;
const TAPS_H = 3u;
const TAPS_W = 3u;

// Rows of a lane.
const ROWS = 32u / SG;

override BATCH: u32 = 1u;
override GROUPS: u32 = 1u;
override H: u32 = 1u;
override W: u32 = 1u;
override O: u32 = 1u;
override OH: u32 = 1u;
override OW: u32 = 1u;
override PAD_H: u32 = 0u;
override PAD_W: u32 = 0u;

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

/// Numbers of y in one column: of the two rows before a lane's, of its first four, and of the others if it has eight.
struct Column {
  above: vec2f,
  rows: vec4f,
  below: vec4f,
}

/// Where a column of y lies: the index of the lane's first row in the first channel, and which of the numbers are not outside.
struct Place {
  first: u32,
  above: vec2<bool>,
  rows: vec4<bool>,
  below: vec4<bool>,
}

fn placeOf(plane: u32, row: u32, column: u32) -> Place {
  let rows = row + vec4u(0u, 1u, 2u, 3u);
  let inside = column < OW;
  return Place(
    plane + row * OW + column,
    (rows.xy - 2u < vec2u(OH)) & vec2<bool>(inside),
    (rows < vec4u(OH)) & vec4<bool>(inside),
    (rows + 4u < vec4u(OH)) & vec4<bool>(inside),
  );
}

/// What the loop needs of the sizes: those may lie in a buffer, of which it had better not read. The columns of y, and its last index.
struct Extents {
  columns: u32,
  last: u32,
}

/// A number of y, zero outside.
fn numberOf(index: u32, inside: bool, e: Extents) -> f32 {
  return select(0.0, f32(y[min(index, e.last)]), inside);
}

/// The column of a channel that begins `offset` behind the first.
fn columnOf(place: Place, offset: u32, e: Extents) -> Column {
  let at = place.first + offset;
  var above: vec2f;
  if (TAPS_H > 2u) {
    above.x = numberOf(at - 2u * e.columns, place.above.x, e);
  }
  if (TAPS_H > 1u) {
    above.y = numberOf(at - e.columns, place.above.y, e);
  }
  let rows = vec4f(
    numberOf(at, place.rows.x, e),
    numberOf(at + e.columns, place.rows.y, e),
    numberOf(at + 2u * e.columns, place.rows.z, e),
    numberOf(at + 3u * e.columns, place.rows.w, e),
  );
  var below: vec4f;
  if (ROWS == 8u) {
    below = vec4f(
      numberOf(at + 4u * e.columns, place.below.x, e),
      numberOf(at + 5u * e.columns, place.below.y, e),
      numberOf(at + 6u * e.columns, place.below.z, e),
      numberOf(at + 7u * e.columns, place.below.w, e),
    );
  }
  return Column(above, rows, below);
}

/// A column, and columns whose numbers have moved to the next lane and to the one after that, round the end.
struct Turns {
  here: Column,
  once: Column,
  twice: Column,
}

/// Subgroups of 4 are quads, which SwiftShader turns in an instruction or two.
fn turnsOf(column: Column, lane: u32) -> Turns {
  if (SG == 4u) {
    let even = lane % 2u == 0u;
    let once = Column(
      select(quadSwapX(column.above), quadSwapDiagonal(column.above), even),
      select(quadSwapX(column.rows), quadSwapDiagonal(column.rows), even),
      select(quadSwapX(column.below), quadSwapDiagonal(column.below), even),
    );
    return Turns(column, once, Column(quadSwapY(column.above), quadSwapY(column.rows), quadSwapY(column.below)));
  }
  return Turns(column, shuffled(column, (lane + SG - 1u) % SG), shuffled(column, (lane + SG - 2u) % SG));
}

fn shuffled(column: Column, lane: u32) -> Column {
  return Column(
    subgroupShuffle(column.above, lane),
    subgroupShuffle(column.rows, lane),
    subgroupShuffle(column.below, lane),
  );
}

/// The two columns before the first lane's, by few loads: number 2 r + c is that of row r, of six or ten, and of column c.
alias Edge = array<f32, 5>;

/// The second of them, in all lanes, ...
fn lastOf(edge: Edge) -> Column {
  return Column(
    vec2f(subgroupBroadcast(edge[1u / SG], 1u % SG), subgroupBroadcast(edge[3u / SG], 3u % SG)),
    vec4f(
      subgroupBroadcast(edge[5u / SG], 5u % SG),
      subgroupBroadcast(edge[7u / SG], 7u % SG),
      subgroupBroadcast(edge[9u / SG], 9u % SG),
      subgroupBroadcast(edge[11u / SG], 11u % SG),
    ),
    vec4f(
      subgroupBroadcast(edge[13u / SG], 13u % SG),
      subgroupBroadcast(edge[15u / SG], 15u % SG),
      subgroupBroadcast(edge[17u / SG], 17u % SG),
      subgroupBroadcast(edge[19u / SG], 19u % SG),
    ),
  );
}

/// ... and both, in the first two lanes.
fn bothOf(edge: Edge, lane: u32) -> Column {
  if (SG == 4u) {
    return Column(
      vec2f(edge[0], quadSwapY(edge[0])),
      vec4f(edge[1], quadSwapY(edge[1]), edge[2], quadSwapY(edge[2])),
      vec4f(edge[3], quadSwapY(edge[3]), edge[4], quadSwapY(edge[4])),
    );
  }
  return Column(
    vec2f(edge[0], subgroupShuffle(edge[0], (lane + 2u) % SG)),
    vec4f(
      subgroupShuffle(edge[0], (lane + 4u) % SG),
      subgroupShuffle(edge[0], (lane + 6u) % SG),
      edge[1],
      subgroupShuffle(edge[1], (lane + 2u) % SG),
    ),
    vec4f(),
  );
}

/// What the taps meet: column v is v to the left of the pixels.
struct Met {
  v0: Column,
  v1: Column,
  v2: Column,
}

/// The first lanes take theirs from the columns before.
fn metOf(turns: Turns, before: Turns, lane: u32) -> Met {
  return Met(turns.here, either(turns.once, before.once, lane < 1u), either(turns.twice, before.twice, lane < 2u));
}

fn either(a: Column, b: Column, isB: bool) -> Column {
  return Column(select(a.above, b.above, isB), select(a.rows, b.rows, isB), select(a.below, b.below, isB));
}

/// A channel's weights, of row u and column v of the taps.
struct Weights {
  u0: vec3f,
  u1: vec3f,
  u2: vec3f,
}

/// The sums of a lane's rows of one column.
struct Sums {
  rows: vec4f,
  below: vec4f,
}

/// The sums after one more tap, which meets `rows` and `below`.
fn plus(sums: Sums, weight: f32, rows: vec4f, below: vec4f) -> Sums {
  var next = Sums(fma(vec4f(weight), rows, sums.rows), sums.below);
  if (ROWS == 8u) {
    next.below = fma(vec4f(weight), below, sums.below);
  }
  return next;
}

/// The sums after the taps of one channel of y.
fn afterTaps(sums: Sums, w: Weights, met: Met) -> Sums {
  var s = sums;
  s = plus(s, w.u0.x, met.v0.rows, met.v0.below);
  if (TAPS_W > 1u) {
    s = plus(s, w.u0.y, met.v1.rows, met.v1.below);
  }
  if (TAPS_W > 2u) {
    s = plus(s, w.u0.z, met.v2.rows, met.v2.below);
  }
  if (TAPS_H > 1u) {
    s = plus(s, w.u1.x, vec4f(met.v0.above.y, met.v0.rows.xyz), vec4f(met.v0.rows.w, met.v0.below.xyz));
    if (TAPS_W > 1u) {
      s = plus(s, w.u1.y, vec4f(met.v1.above.y, met.v1.rows.xyz), vec4f(met.v1.rows.w, met.v1.below.xyz));
    }
    if (TAPS_W > 2u) {
      s = plus(s, w.u1.z, vec4f(met.v2.above.y, met.v2.rows.xyz), vec4f(met.v2.rows.w, met.v2.below.xyz));
    }
  }
  if (TAPS_H > 2u) {
    s = plus(s, w.u2.x, vec4f(met.v0.above, met.v0.rows.xy), vec4f(met.v0.rows.zw, met.v0.below.xy));
    if (TAPS_W > 1u) {
      s = plus(s, w.u2.y, vec4f(met.v1.above, met.v1.rows.xy), vec4f(met.v1.rows.zw, met.v1.below.xy));
    }
    if (TAPS_W > 2u) {
      s = plus(s, w.u2.z, vec4f(met.v2.above, met.v2.rows.xy), vec4f(met.v2.rows.zw, met.v2.below.xy));
    }
  }
  return s;
}

/// The sums of all channels.
struct OfChannels {
  c0: Sums,
  c1: Sums,
  c2: Sums,
}

fn afterOutput(sums: OfChannels, w0: Weights, w1: Weights, w2: Weights, met: Met) -> OfChannels {
  var s = sums;
  s.c0 = afterTaps(s.c0, w0, met);
  if (CHANNELS > 1u) {
    s.c1 = afterTaps(s.c1, w1, met);
  }
  if (CHANNELS > 2u) {
    s.c2 = afterTaps(s.c2, w2, met);
  }
  return s;
}

/// Where a weight of a channel of y lies: number 9 c + 3 u + v is that of channel c and of row u and column v of the taps.
fn placeOfWeight(number: u32) -> u32 {
  let channel = min(number / 9u, CHANNELS - 1u);
  let u = min(number / 3u % 3u, TAPS_H - 1u);
  let v = min(number % 3u, TAPS_W - 1u);
  return (channel * TAPS_H + u) * TAPS_W + v;
}

@compute @workgroup_size(SG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let across = (W + 4u * SG - 1u) / (4u * SG);
  let down = (H + ROWS - 1u) / ROWS;
  let tile = group.y * groups.x + group.x;
  let line = quotient(tile, across);
  let image = quotient(line, down);
  if (image >= BATCH * GROUPS) {
    return;
  }
  let g = image - quotient(image, GROUPS) * GROUPS;
  let i = (line - image * down) * ROWS;
  let j = (tile - line * across) * (4u * SG);
  // Sizes may lie in a buffer, of which loops had better not read.
  let outputs = O;
  let area = OH * OW;
  let e = Extents(OW, BATCH * GROUPS * O * area - 1u);

  // What lies before the edge of y is huge; sums with it come out right again.
  let start = image * (O * area);
  let row = i + PAD_H;
  let column = j + PAD_W + lane;
  let place0 = placeOf(start, row, column);
  let place1 = placeOf(start, row, column + SG);
  let place2 = placeOf(start, row, column + 2u * SG);
  let place3 = placeOf(start, row, column + 3u * SG);
  let rowOfEdge = row - 2u + lane / 2u;
  let columnOfEdge = j + PAD_W - 2u + lane % 2u;
  let edgeAt = start + rowOfEdge * OW + columnOfEdge;
  let edgeStep = SG / 2u * OW;
  let beside = columnOfEdge < OW;
  let inEdge = array<bool, 5>(
    beside && rowOfEdge < OH,
    beside && rowOfEdge + SG / 2u < OH,
    beside && rowOfEdge + SG < OH,
    beside && rowOfEdge + 3u * SG / 2u < OH,
    beside && rowOfEdge + 2u * SG < OH,
  );

  let mine = array<u32, 7>(
    placeOfWeight(lane),
    placeOfWeight(lane + SG),
    placeOfWeight(lane + 2u * SG),
    placeOfWeight(lane + 3u * SG),
    placeOfWeight(lane + 4u * SG),
    placeOfWeight(lane + 5u * SG),
    placeOfWeight(lane + 6u * SG),
  );

  var s0: OfChannels;
  var s1: OfChannels;
  var s2: OfChannels;
  var s3: OfChannels;
  for (var o = 0u; o < outputs; o++) {
    let offset = o * area;
    let weights = (g * outputs + o) * (CHANNELS * TAPS_H * TAPS_W);
    var left: array<f32, 7>;
    left[0] = f32(w[weights + mine[0]]);
    left[1] = f32(w[weights + mine[1]]);
    if (CHANNELS * 9u > 2u * SG) {
      left[2] = f32(w[weights + mine[2]]);
    }
    if (CHANNELS * 9u > 3u * SG) {
      left[3] = f32(w[weights + mine[3]]);
    }
    if (CHANNELS * 9u > 4u * SG) {
      left[4] = f32(w[weights + mine[4]]);
    }
    if (CHANNELS * 9u > 5u * SG) {
      left[5] = f32(w[weights + mine[5]]);
    }
    if (CHANNELS * 9u > 6u * SG) {
      left[6] = f32(w[weights + mine[6]]);
    }
    let w0 = Weights(
      vec3f(
        subgroupBroadcast(left[0u / SG], 0u % SG),
        subgroupBroadcast(left[1u / SG], 1u % SG),
        subgroupBroadcast(left[2u / SG], 2u % SG),
      ),
      vec3f(
        subgroupBroadcast(left[3u / SG], 3u % SG),
        subgroupBroadcast(left[4u / SG], 4u % SG),
        subgroupBroadcast(left[5u / SG], 5u % SG),
      ),
      vec3f(
        subgroupBroadcast(left[6u / SG], 6u % SG),
        subgroupBroadcast(left[7u / SG], 7u % SG),
        subgroupBroadcast(left[8u / SG], 8u % SG),
      ),
    );
    let w1 = Weights(
      vec3f(
        subgroupBroadcast(left[9u / SG], 9u % SG),
        subgroupBroadcast(left[10u / SG], 10u % SG),
        subgroupBroadcast(left[11u / SG], 11u % SG),
      ),
      vec3f(
        subgroupBroadcast(left[12u / SG], 12u % SG),
        subgroupBroadcast(left[13u / SG], 13u % SG),
        subgroupBroadcast(left[14u / SG], 14u % SG),
      ),
      vec3f(
        subgroupBroadcast(left[15u / SG], 15u % SG),
        subgroupBroadcast(left[16u / SG], 16u % SG),
        subgroupBroadcast(left[17u / SG], 17u % SG),
      ),
    );
    let w2 = Weights(
      vec3f(
        subgroupBroadcast(left[18u / SG], 18u % SG),
        subgroupBroadcast(left[19u / SG], 19u % SG),
        subgroupBroadcast(left[20u / SG], 20u % SG),
      ),
      vec3f(
        subgroupBroadcast(left[21u / SG], 21u % SG),
        subgroupBroadcast(left[22u / SG], 22u % SG),
        subgroupBroadcast(left[23u / SG], 23u % SG),
      ),
      vec3f(
        subgroupBroadcast(left[24u / SG], 24u % SG),
        subgroupBroadcast(left[25u / SG], 25u % SG),
        subgroupBroadcast(left[26u / SG], 26u % SG),
      ),
    );

    var before: Turns;
    if (TAPS_W > 1u) {
      var edge: Edge;
      edge[0] = numberOf(edgeAt + offset, inEdge[0], e);
      edge[1] = numberOf(edgeAt + offset + edgeStep, inEdge[1], e);
      if (ROWS == 8u) {
        edge[2] = numberOf(edgeAt + offset + 2u * edgeStep, inEdge[2], e);
        edge[3] = numberOf(edgeAt + offset + 3u * edgeStep, inEdge[3], e);
        edge[4] = numberOf(edgeAt + offset + 4u * edgeStep, inEdge[4], e);
      }
      before = Turns(Column(), lastOf(edge), bothOf(edge, lane));
    }
    let y0 = turnsOf(columnOf(place0, offset, e), lane);
    s0 = afterOutput(s0, w0, w1, w2, metOf(y0, before, lane));
    let y1 = turnsOf(columnOf(place1, offset, e), lane);
    s1 = afterOutput(s1, w0, w1, w2, metOf(y1, y0, lane));
    let y2 = turnsOf(columnOf(place2, offset, e), lane);
    s2 = afterOutput(s2, w0, w1, w2, metOf(y2, y1, lane));
    let y3 = turnsOf(columnOf(place3, offset, e), lane);
    s3 = afterOutput(s3, w0, w1, w2, metOf(y3, y2, lane));
  }

  // A loop over them, since unrolled stores take software adapters seconds to compile.
  var results = array<vec4f, 24>(
    s0.c0.rows, s0.c0.below, s1.c0.rows, s1.c0.below, s2.c0.rows, s2.c0.below, s3.c0.rows, s3.c0.below,
    s0.c1.rows, s0.c1.below, s1.c1.rows, s1.c1.below, s2.c1.rows, s2.c1.below, s3.c1.rows, s3.c1.below,
    s0.c2.rows, s0.c2.below, s1.c2.rows, s1.c2.below, s2.c2.rows, s2.c2.below, s3.c2.rows, s3.c2.below,
  );
  let bounds = vec2u(H, W);
  let plane = H * W;
  for (var k = 0u; k < 4u * ROWS * CHANNELS; k++) {
    let ofLane = k % ROWS;
    let at = vec2u(i + ofLane, j + k / ROWS % 4u * SG + lane);
    if (all(at < bounds)) {
      let channel = k / (4u * ROWS);
      let place = (image * CHANNELS + channel) * plane + at.x * bounds.y + at.y;
      let number = results[k / ROWS * 2u + ofLane / 4u][ofLane % 4u];
      x[place] = ElementX(epilogue(number, place, g * CHANNELS + channel));
    }
  }
}
