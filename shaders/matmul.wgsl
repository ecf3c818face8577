// y[b, m, n] = Σₖ a[b, m, k] · b[b, k, n]
//
//   a  [BATCH, M, K]  in   strides A_M, A_K: a transpose is a matter of strides
//   b  [BATCH, K, N]  in   strides B_K, B_N
//   y  [BATCH, M, N]  out
//
// A thread computes a tile of 8 rows and 8 columns in registers: 16 loads for 64 multiply-adds. There is no workgroup
// memory and no barrier, so the kernel runs well on software adapters too. Threads are numbered over the matrices of the
// batch, and row-major over the tiles of each. `narrow` has tiles of 2 × 2, for results of so few rows or columns that most of a larger
// tile would be empty.

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

/// Four consecutive numbers, none above `last`: beyond the edge the last one is repeated, and its result not stored.
fn four(first: u32, last: u32) -> vec4u {
  return min(first + vec4u(0u, 1u, 2u, 3u), vec4u(last));
}

/// Four elements of a.
fn fourOfA(at: vec4u) -> vec4f {
  return vec4f(f32(a[at.x]), f32(a[at.y]), f32(a[at.z]), f32(a[at.w]));
}

/// Four elements of b.
fn fourOfB(at: vec4u) -> vec4f {
  return vec4f(f32(b[at.x]), f32(b[at.y]), f32(b[at.z]), f32(b[at.w]));
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let rowTiles = (M + 7u) / 8u;
  let columnTiles = (N + 7u) / 8u;
  let tile = (group.y * groups.x + group.x) * 64u + local;
  let matrix = tile / (rowTiles * columnTiles);
  let row = tile / columnTiles % rowTiles * 8u;
  let column = tile % columnTiles * 8u;
  if (matrix >= BATCH) {
    return;
  }
  let rowsA = matrix * M * K + four(row, M - 1u) * A_M;
  let rowsB = matrix * M * K + four(row + 4u, M - 1u) * A_M;
  let columnsA = matrix * K * N + four(column, N - 1u) * B_N;
  let columnsB = matrix * K * N + four(column + 4u, N - 1u) * B_N;
  // Sizes may lie in a buffer, of which loops had better not read.
  let steps = K;
  let strides = vec2u(A_K, B_K);
  let extents = vec2u(M, N);

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
  for (var k = 0u; k < steps; k++) {
    let ra = fourOfA(rowsA + k * strides.x);
    let rb = fourOfA(rowsB + k * strides.x);
    let ca = fourOfB(columnsA + k * strides.y);
    let cb = fourOfB(columnsB + k * strides.y);
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

  // A loop over an array, since unrolled stores take software adapters seconds to compile.
  var results = array<vec4f, 16>(
    y0a, y0b, y1a, y1b, y2a, y2b, y3a, y3b,
    y4a, y4b, y5a, y5b, y6a, y6b, y7a, y7b,
  );
  for (var e = 0u; e < 64u; e++) {
    let r = row + e / 8u;
    let c = column + e % 8u;
    if (r < extents.x && c < extents.y) {
      let i = (matrix * extents.x + r) * extents.y + c;
      y[i] = ElementY(epilogue(results[e / 4u][e % 4u], i, r, c));
    }
  }
}

/// The same with two rows and columns to a thread.
@compute @workgroup_size(64)
fn narrow(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let rowTiles = (M + 1u) / 2u;
  let columnTiles = (N + 1u) / 2u;
  let tile = (group.y * groups.x + group.x) * 64u + local;
  let matrix = tile / (rowTiles * columnTiles);
  let row = tile / columnTiles % rowTiles * 2u;
  let column = tile % columnTiles * 2u;
  if (matrix >= BATCH) {
    return;
  }
  let rows = matrix * M * K + min(vec2u(row, row + 1u), vec2u(M - 1u)) * A_M;
  let columns = matrix * K * N + min(vec2u(column, column + 1u), vec2u(N - 1u)) * B_N;
  let steps = K;
  let strides = vec2u(A_K, B_K);
  let extents = vec2u(M, N);

  var results = vec4f();
  for (var k = 0u; k < steps; k++) {
    let r = rows + k * strides.x;
    let c = columns + k * strides.y;
    let right = vec2f(f32(b[c.x]), f32(b[c.y]));
    results = fma(vec2f(f32(a[r.x]), f32(a[r.y])).xxyy, right.xyxy, results);
  }

  let end = min(vec2u(row, column) + 2u, extents);
  for (var r = row; r < end.x; r++) {
    for (var c = column; c < end.y; c++) {
      let i = (matrix * extents.x + r) * extents.y + c;
      y[i] = ElementY(epilogue(results[2u * (r - row) + c - column], i, r, c));
    }
  }
}
