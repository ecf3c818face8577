// y[b, m, n] = Σₖ a[b, m, k] · b[b, k, n]
//
//   a  [BATCH, M, K]  in   strides A_M, A_K: a transpose is a matter of strides
//   b  [BATCH, K, N]  in   strides B_K, B_N
//   y  [BATCH, M, N]  out
//
// matmul.wgsl for large products on llvmpipe, whose subgroups have 8 lanes. A workgroup is one subgroup and computes 32 rows of 64
// columns, two steps of the sum at a time (lib/wide.wgsl). It takes two thirds of the time of matmulSubgroup.wgsl, and twice as long
// to compile.

enable subgroups;

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

/// Four numbers 8 apart, none above `last`: beyond the edge the last one is repeated, and its result not stored.
fn four(first: u32, last: u32) -> vec4u {
  return min(fourFrom(first), vec4u(last));
}

/// Four numbers of a, zeros where there is no such step.
fn ofA(at: vec4u, there: bool) -> vec4f {
  return select(vec4f(), vec4f(f32(a[at.x]), f32(a[at.y]), f32(a[at.z]), f32(a[at.w])), there);
}

/// Four numbers of b, zeros where there is no such step.
fn ofB(at: vec4u, there: bool) -> vec4f {
  return select(vec4f(), vec4f(f32(b[at.x]), f32(b[at.y]), f32(b[at.z]), f32(b[at.w])), there);
}

/// Stores a result, if it lies inside y.
fn store(value: f32, extents: vec2u, matrix: u32, row: u32, column: u32) {
  if (row < extents.x && column < extents.y) {
    let i = (matrix * extents.x + row) * extents.y + column;
    y[i] = ElementY(epilogue(value, i, row, column));
  }
}

/// The tile of a workgroup: `blocks` of 8 rows, four or two.
fn compute(blocks: u32, tile: u32, lane: u32) {
  let rowTiles = (M + 8u * blocks - 1u) / (8u * blocks);
  let columnTiles = (N + 63u) / 64u;
  let matrix = tile / (rowTiles * columnTiles);
  let row = tile / columnTiles % rowTiles * (8u * blocks);
  let column = tile % columnTiles * 64u + lane;
  if (matrix >= BATCH) {
    return;
  }
  let rows = matrix * M * K + four(row + lane, M - 1u) * A_M;
  let columnsA = matrix * K * N + four(column, N - 1u) * B_N;
  let columnsB = matrix * K * N + four(column + 32u, N - 1u) * B_N;
  // Sizes may lie in a buffer, of which loops had better not read.
  let steps = K;
  let strides = vec2u(A_K, B_K);
  let extents = vec2u(M, N);

  var y0: Sums;
  var y1: Sums;
  var y2: Sums;
  var y3: Sums;
  for (var k = 0u; k < steps; k += 2u) {
    // Where the number of steps is odd the last turn takes one more, of zeros.
    let more = k + 1u < steps;
    let at = k * strides;
    let after = min(k + 1u, steps - 1u) * strides;
    let now = ofA(rows + at.x, true);
    let next = ofA(rows + after.x, more);
    let columns = Columns(
      ofB(columnsA + at.y, true),
      ofB(columnsB + at.y, true),
      ofB(columnsA + after.y, more),
      ofB(columnsB + after.y, more),
    );
    y0 = added(y0, now.x, next.x, columns);
    y1 = added(y1, now.y, next.y, columns);
    if (blocks > 2u) {
      y2 = added(y2, now.z, next.z, columns);
      y3 = added(y3, now.w, next.w, columns);
    }
  }

  // A loop over them, since unrolled stores take software adapters seconds to compile.
  var results = laidOut(blocks, y0, y1, y2, y3);
  for (var e = 0u; e < 64u * blocks; e++) {
    store(results[e], extents, matrix, row + e / 8u, column + e % 8u * 8u);
  }
}

@compute @workgroup_size(8)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  compute(4u, group.y * groups.x + group.x, lane);
}

/// The same with half the rows, for results that would leave the others empty.
@compute @workgroup_size(8)
fn half(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  compute(2u, group.y * groups.x + group.x, lane);
}
