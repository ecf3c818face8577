// y[b, m, n] = Σₖ a[b, m, k] · b[b, k, n]
//
//   a  [BATCH, M, K]  in   strides A_M, A_K: a transpose is a matter of strides
//   b  [BATCH, K, N]  in   strides B_K, B_N
//   y  [BATCH, M, N]  out
//
// matmul.wgsl for GPUs. A workgroup of 64 threads computes 64 rows of 64 columns of one matrix. For every eight steps
// of the sum it puts 64 × 8 numbers of either operand into workgroup memory, each read once, and then every thread
// multiplies 8 of the one by 8 of the other. The rows of a thread are consecutive, its columns lie 8 apart, so that
// neighbours store neighbours. `large` does the same with 256 threads for 128 rows of 128 columns, and so reads either operand half as
// often. While it multiplies, the numbers of the next eight steps are on their way.

override BATCH: u32 = 1u;
override M: u32 = 1u;
override N: u32 = 1u;
override K: u32 = 1u;
override A_M: u32 = 1u;
override A_K: u32 = 1u;
override B_K: u32 = 1u;
override B_N: u32 = 1u;

// What the buffers hold: f16 where a plan keeps a tensor so. All arithmetic is f32.
alias ElementA = f32;
alias ElementB = f32;
alias ElementY = f32;

@group(0) @binding(0) var<storage, read> a: array<ElementA>;
@group(0) @binding(1) var<storage, read> b: array<ElementB>;
@group(0) @binding(2) var<storage, read_write> y: array<ElementY>;

// slot epilogue
fn epilogue(value: f32, i: u32, row: u32, column: u32) -> f32 {
  return value;
}
// end

/// Eight steps of the sum: 64 rows of the left operand, 64 columns of the right one, step after step.
var<workgroup> rows: array<f32, 512>;
var<workgroup> columns: array<f32, 512>;

/// The same for `large`: 128 rows, 128 columns.
var<workgroup> manyRows: array<f32, 1024>;
var<workgroup> manyColumns: array<f32, 1024>;

/// Four consecutive rows.
fn fourOfRows(at: u32) -> vec4f {
  return vec4f(rows[at], rows[at + 1u], rows[at + 2u], rows[at + 3u]);
}

/// Four columns 8 apart.
fn fourOfColumns(at: u32) -> vec4f {
  return vec4f(columns[at], columns[at + 8u], columns[at + 16u], columns[at + 24u]);
}

/// Stores a result, if it lies inside y.
fn store(value: f32, matrix: u32, row: u32, column: u32) {
  if (row < M && column < N) {
    let i = (matrix * M + row) * N + column;
    y[i] = ElementY(epilogue(value, i, row, column));
  }
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let rowTiles = (M + 63u) / 64u;
  let columnTiles = (N + 63u) / 64u;
  let tile = group.y * groups.x + group.x;
  let matrix = tile / (rowTiles * columnTiles);
  let row = tile / columnTiles % rowTiles * 64u;
  let column = tile % columnTiles * 64u;
  if (matrix >= BATCH) {
    return;
  }
  let ty = local / 8u;
  let tx = local % 8u;
  let ofA = matrix * M * K + min(row + local, M - 1u) * A_M;
  let ofB = matrix * K * N + min(column + local, N - 1u) * B_N;

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
  for (var start = 0u; start < K; start += 8u) {
    for (var k = 0u; k < 8u; k++) {
      let step = min(start + k, K - 1u);
      rows[k * 64u + local] = select(0.0, f32(a[ofA + step * A_K]), start + k < K);
      columns[k * 64u + local] = select(0.0, f32(b[ofB + step * B_K]), start + k < K);
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
  for (var e = 0u; e < 64u; e++) {
    store(results[e / 4u][e % 4u], matrix, row + ty * 8u + e / 8u, column + tx + e % 8u * 8u);
  }
}

/// The four numbers of an operand that a thread of `large` brings, of 128 lines (rows or columns) and eight steps: consecutive steps of
/// one line where these are neighbours in memory, else consecutive lines of one step.
struct Share {
  lines: vec4u,
  steps: vec4u,
}

fn shareOf(local: u32, stepsAreNeighbours: bool) -> Share {
  let four = vec4u(0u, 1u, 2u, 3u);
  if (stepsAreNeighbours) {
    return Share(vec4u(local / 2u), local % 2u * 4u + four);
  }
  return Share(local % 32u * 4u + four, vec4u(local / 32u));
}

/// A share of a, from a row and step on; zero behind the last step.
fn shareOfA(share: Share, matrix: u32, row: u32, start: u32) -> vec4f {
  let steps = start + share.steps;
  let at = matrix * M * K + min(row + share.lines, vec4u(M - 1u)) * A_M + min(steps, vec4u(K - 1u)) * A_K;
  return select(vec4f(), vec4f(f32(a[at.x]), f32(a[at.y]), f32(a[at.z]), f32(a[at.w])), steps < vec4u(K));
}

/// A share of b, from a column and step on; zero behind the last step.
fn shareOfB(share: Share, matrix: u32, column: u32, start: u32) -> vec4f {
  let steps = start + share.steps;
  let at = matrix * K * N + min(column + share.lines, vec4u(N - 1u)) * B_N + min(steps, vec4u(K - 1u)) * B_K;
  return select(vec4f(), vec4f(f32(b[at.x]), f32(b[at.y]), f32(b[at.z]), f32(b[at.w])), steps < vec4u(K));
}

/// Four consecutive rows of `large`.
fn fourOfManyRows(at: u32) -> vec4f {
  return vec4f(manyRows[at], manyRows[at + 1u], manyRows[at + 2u], manyRows[at + 3u]);
}

/// Four consecutive columns of `large`.
fn fourOfManyColumns(at: u32) -> vec4f {
  return vec4f(manyColumns[at], manyColumns[at + 1u], manyColumns[at + 2u], manyColumns[at + 3u]);
}

@compute @workgroup_size(256)
fn large(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let rowTiles = (M + 127u) / 128u;
  let columnTiles = (N + 127u) / 128u;
  let tile = group.y * groups.x + group.x;
  let matrix = tile / (rowTiles * columnTiles);
  let row = tile / columnTiles % rowTiles * 128u;
  let column = tile % columnTiles * 128u;
  if (matrix >= BATCH) {
    return;
  }
  let ty = local / 16u;
  let tx = local % 16u;
  let ofA = shareOf(local, A_K == 1u);
  let ofB = shareOf(local, B_K == 1u);
  let placesA = ofA.steps * 128u + ofA.lines;
  let placesB = ofB.steps * 128u + ofB.lines;

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
  var numbersA = shareOfA(ofA, matrix, row, 0u);
  var numbersB = shareOfB(ofB, matrix, column, 0u);
  for (var start = 0u; start < K; start += 8u) {
    for (var j = 0u; j < 4u; j++) {
      manyRows[placesA[j]] = numbersA[j];
      manyColumns[placesB[j]] = numbersB[j];
    }
    workgroupBarrier();
    numbersA = shareOfA(ofA, matrix, row, start + 8u);
    numbersB = shareOfB(ofB, matrix, column, start + 8u);
    for (var k = 0u; k < 8u; k++) {
      let ra = fourOfManyRows(k * 128u + ty * 4u);
      let rb = fourOfManyRows(k * 128u + ty * 4u + 64u);
      let ca = fourOfManyColumns(k * 128u + tx * 4u);
      let cb = fourOfManyColumns(k * 128u + tx * 4u + 64u);
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

  var results = array<vec4f, 16>(
    y0a, y0b, y1a, y1b, y2a, y2b, y3a, y3b,
    y4a, y4b, y5a, y5b, y6a, y6b, y7a, y7b,
  );
  for (var e = 0u; e < 64u; e++) {
    let rowOfTile = e / 32u * 64u + ty * 4u + e / 8u % 4u;
    let columnOfTile = e / 4u % 2u * 64u + tx * 4u + e % 4u;
    store(results[e / 4u][e % 4u], matrix, row + rowOfTile, column + columnOfTile);
  }
}
