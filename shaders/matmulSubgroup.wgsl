// y[b, m, n] = Σₖ a[b, m, k] · b[b, k, n], by subgroups: matmul.wgsl for software adapters that have them
//
//   a  [BATCH, M, K]  in   strides A_M, A_K: a transpose is a matter of strides
//   b  [BATCH, K, N]  in   strides B_K, B_N
//   y  [BATCH, M, N]  out
//
// A workgroup is one subgroup of SG lanes and computes 16 rows of 8 · SG columns, each lane 8 columns that lie SG apart. For
// every k the lanes together load 16 numbers of a, 16 / SG each, and a row's number reaches all of them by a broadcast, which costs
// nothing beside a load: 10 loads for 128 multiply-adds where SG is 8, a third of what a thread by itself needs. There is no
// workgroup memory and no barrier. `narrow` has half as many columns, for results that would leave the others empty.

enable subgroups;

const SG = 8u;

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

/// Four numbers SG apart, none above `last`: beyond the edge the last one is repeated, and its result not stored.
fn four(first: u32, last: u32) -> vec4u {
  return min(first + vec4u(0u, SG, 2u * SG, 3u * SG), vec4u(last));
}

/// Where this lane's rows of a begin; of 16 rows it has those that are its own number modulo SG.
fn rowsOf(row: u32, lane: u32) -> vec4u {
  return four(row + lane, M - 1u) * A_M;
}

/// This lane's numbers of a: two where SG is 8, four where it is 4.
fn ofA(at: vec4u) -> vec4f {
  var numbers = vec4f(f32(a[at.x]), f32(a[at.y]), 0.0, 0.0);
  if (SG == 4u) {
    numbers.z = f32(a[at.z]);
    numbers.w = f32(a[at.w]);
  }
  return numbers;
}

/// Four numbers of b.
fn ofB(at: vec4u) -> vec4f {
  return vec4f(f32(b[at.x]), f32(b[at.y]), f32(b[at.z]), f32(b[at.w]));
}

/// Stores a result, if it lies inside y.
fn store(value: f32, extents: vec2u, matrix: u32, row: u32, column: u32) {
  if (row < extents.x && column < extents.y) {
    let i = (matrix * extents.x + row) * extents.y + column;
    y[i] = ElementY(epilogue(value, i, row, column));
  }
}

@compute @workgroup_size(SG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let rowTiles = (M + 15u) / 16u;
  let columnTiles = (N + 8u * SG - 1u) / (8u * SG);
  let tile = group.y * groups.x + group.x;
  let matrix = tile / (rowTiles * columnTiles);
  let row = tile / columnTiles % rowTiles * 16u;
  let column = tile % columnTiles * (8u * SG) + lane;
  if (matrix >= BATCH) {
    return;
  }
  let rows = matrix * M * K + rowsOf(row, lane);
  let columnsA = matrix * K * N + four(column, N - 1u) * B_N;
  let columnsB = matrix * K * N + four(column + 4u * SG, N - 1u) * B_N;
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
  var y8a = vec4f();
  var y8b = vec4f();
  var y9a = vec4f();
  var y9b = vec4f();
  var y10a = vec4f();
  var y10b = vec4f();
  var y11a = vec4f();
  var y11b = vec4f();
  var y12a = vec4f();
  var y12b = vec4f();
  var y13a = vec4f();
  var y13b = vec4f();
  var y14a = vec4f();
  var y14b = vec4f();
  var y15a = vec4f();
  var y15b = vec4f();
  for (var k = 0u; k < steps; k++) {
    let left = ofA(rows + k * strides.x);
    let ca = ofB(columnsA + k * strides.y);
    let cb = ofB(columnsB + k * strides.y);
    let r0 = vec4f(subgroupBroadcast(left[0u / SG], 0u % SG));
    y0a = fma(r0, ca, y0a);
    y0b = fma(r0, cb, y0b);
    let r1 = vec4f(subgroupBroadcast(left[1u / SG], 1u % SG));
    y1a = fma(r1, ca, y1a);
    y1b = fma(r1, cb, y1b);
    let r2 = vec4f(subgroupBroadcast(left[2u / SG], 2u % SG));
    y2a = fma(r2, ca, y2a);
    y2b = fma(r2, cb, y2b);
    let r3 = vec4f(subgroupBroadcast(left[3u / SG], 3u % SG));
    y3a = fma(r3, ca, y3a);
    y3b = fma(r3, cb, y3b);
    let r4 = vec4f(subgroupBroadcast(left[4u / SG], 4u % SG));
    y4a = fma(r4, ca, y4a);
    y4b = fma(r4, cb, y4b);
    let r5 = vec4f(subgroupBroadcast(left[5u / SG], 5u % SG));
    y5a = fma(r5, ca, y5a);
    y5b = fma(r5, cb, y5b);
    let r6 = vec4f(subgroupBroadcast(left[6u / SG], 6u % SG));
    y6a = fma(r6, ca, y6a);
    y6b = fma(r6, cb, y6b);
    let r7 = vec4f(subgroupBroadcast(left[7u / SG], 7u % SG));
    y7a = fma(r7, ca, y7a);
    y7b = fma(r7, cb, y7b);
    let r8 = vec4f(subgroupBroadcast(left[8u / SG], 8u % SG));
    y8a = fma(r8, ca, y8a);
    y8b = fma(r8, cb, y8b);
    let r9 = vec4f(subgroupBroadcast(left[9u / SG], 9u % SG));
    y9a = fma(r9, ca, y9a);
    y9b = fma(r9, cb, y9b);
    let r10 = vec4f(subgroupBroadcast(left[10u / SG], 10u % SG));
    y10a = fma(r10, ca, y10a);
    y10b = fma(r10, cb, y10b);
    let r11 = vec4f(subgroupBroadcast(left[11u / SG], 11u % SG));
    y11a = fma(r11, ca, y11a);
    y11b = fma(r11, cb, y11b);
    let r12 = vec4f(subgroupBroadcast(left[12u / SG], 12u % SG));
    y12a = fma(r12, ca, y12a);
    y12b = fma(r12, cb, y12b);
    let r13 = vec4f(subgroupBroadcast(left[13u / SG], 13u % SG));
    y13a = fma(r13, ca, y13a);
    y13b = fma(r13, cb, y13b);
    let r14 = vec4f(subgroupBroadcast(left[14u / SG], 14u % SG));
    y14a = fma(r14, ca, y14a);
    y14b = fma(r14, cb, y14b);
    let r15 = vec4f(subgroupBroadcast(left[15u / SG], 15u % SG));
    y15a = fma(r15, ca, y15a);
    y15b = fma(r15, cb, y15b);
  }

  // A loop over an array, since unrolled stores take software adapters seconds to compile.
  var results = array<vec4f, 32>(
    y0a, y0b, y1a, y1b, y2a, y2b, y3a, y3b,
    y4a, y4b, y5a, y5b, y6a, y6b, y7a, y7b,
    y8a, y8b, y9a, y9b, y10a, y10b, y11a, y11b,
    y12a, y12b, y13a, y13b, y14a, y14b, y15a, y15b,
  );
  for (var e = 0u; e < 128u; e++) {
    store(results[e / 4u][e % 4u], extents, matrix, row + e / 8u, column + e % 8u * SG);
  }
}

/// The same with four columns to a lane.
@compute @workgroup_size(SG)
fn narrow(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let rowTiles = (M + 15u) / 16u;
  let columnTiles = (N + 4u * SG - 1u) / (4u * SG);
  let tile = group.y * groups.x + group.x;
  let matrix = tile / (rowTiles * columnTiles);
  let row = tile / columnTiles % rowTiles * 16u;
  let column = tile % columnTiles * (4u * SG) + lane;
  if (matrix >= BATCH) {
    return;
  }
  let rows = matrix * M * K + rowsOf(row, lane);
  let columnsA = matrix * K * N + four(column, N - 1u) * B_N;
  let steps = K;
  let strides = vec2u(A_K, B_K);
  let extents = vec2u(M, N);

  var y0 = vec4f();
  var y1 = vec4f();
  var y2 = vec4f();
  var y3 = vec4f();
  var y4 = vec4f();
  var y5 = vec4f();
  var y6 = vec4f();
  var y7 = vec4f();
  var y8 = vec4f();
  var y9 = vec4f();
  var y10 = vec4f();
  var y11 = vec4f();
  var y12 = vec4f();
  var y13 = vec4f();
  var y14 = vec4f();
  var y15 = vec4f();
  for (var k = 0u; k < steps; k++) {
    let left = ofA(rows + k * strides.x);
    let c = ofB(columnsA + k * strides.y);
    let r0 = vec4f(subgroupBroadcast(left[0u / SG], 0u % SG));
    y0 = fma(r0, c, y0);
    let r1 = vec4f(subgroupBroadcast(left[1u / SG], 1u % SG));
    y1 = fma(r1, c, y1);
    let r2 = vec4f(subgroupBroadcast(left[2u / SG], 2u % SG));
    y2 = fma(r2, c, y2);
    let r3 = vec4f(subgroupBroadcast(left[3u / SG], 3u % SG));
    y3 = fma(r3, c, y3);
    let r4 = vec4f(subgroupBroadcast(left[4u / SG], 4u % SG));
    y4 = fma(r4, c, y4);
    let r5 = vec4f(subgroupBroadcast(left[5u / SG], 5u % SG));
    y5 = fma(r5, c, y5);
    let r6 = vec4f(subgroupBroadcast(left[6u / SG], 6u % SG));
    y6 = fma(r6, c, y6);
    let r7 = vec4f(subgroupBroadcast(left[7u / SG], 7u % SG));
    y7 = fma(r7, c, y7);
    let r8 = vec4f(subgroupBroadcast(left[8u / SG], 8u % SG));
    y8 = fma(r8, c, y8);
    let r9 = vec4f(subgroupBroadcast(left[9u / SG], 9u % SG));
    y9 = fma(r9, c, y9);
    let r10 = vec4f(subgroupBroadcast(left[10u / SG], 10u % SG));
    y10 = fma(r10, c, y10);
    let r11 = vec4f(subgroupBroadcast(left[11u / SG], 11u % SG));
    y11 = fma(r11, c, y11);
    let r12 = vec4f(subgroupBroadcast(left[12u / SG], 12u % SG));
    y12 = fma(r12, c, y12);
    let r13 = vec4f(subgroupBroadcast(left[13u / SG], 13u % SG));
    y13 = fma(r13, c, y13);
    let r14 = vec4f(subgroupBroadcast(left[14u / SG], 14u % SG));
    y14 = fma(r14, c, y14);
    let r15 = vec4f(subgroupBroadcast(left[15u / SG], 15u % SG));
    y15 = fma(r15, c, y15);
  }

  // A loop over an array, since unrolled stores take software adapters seconds to compile.
  var results = array<vec4f, 16>(
    y0, y1, y2, y3, y4, y5, y6, y7,
    y8, y9, y10, y11, y12, y13, y14, y15,
  );
  for (var e = 0u; e < 64u; e++) {
    store(results[e / 4u][e % 4u], extents, matrix, row + e / 4u, column + e % 4u * SG);
  }
}
