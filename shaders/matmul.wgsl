// y[b, m, n] = Σₖ a[b, m, k] · b[b, k, n]
//
//   a  [BATCH, M, K]  in   strides A_M, A_K: a transpose is a matter of strides
//   b  [BATCH, K, N]  in   strides B_K, B_N
//   y  [BATCH, M, N]  out
//
// A thread computes a tile of 8 rows and 4 columns in registers: 12 loads for 32 multiply-adds. There is no workgroup
// memory and no barrier, so the kernel runs well on software adapters too. Threads are numbered row-major over the
// tiles; z is the batch.

override BATCH: u32 = 1u;
override M: u32 = 1u;
override N: u32 = 1u;
override K: u32 = 1u;
override A_M: u32 = 1u;
override A_K: u32 = 1u;
override B_K: u32 = 1u;
override B_N: u32 = 1u;

@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

// slot epilogue
fn epilogue(value: f32, i: u32) -> f32 {
  return value;
}
// end

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let columnTiles = (N + 3u) / 4u;
  let tile = (group.y * groups.x + group.x) * 64u + local;
  let row = tile / columnTiles * 8u;
  let column = tile % columnTiles * 4u;
  if (row >= M || column >= N) {
    return;
  }

  // Rows and columns beyond the edge repeat the last one; their results are not stored.
  let fromA = group.z * M * K;
  let a0 = fromA + row * A_M;
  let a1 = fromA + min(row + 1u, M - 1u) * A_M;
  let a2 = fromA + min(row + 2u, M - 1u) * A_M;
  let a3 = fromA + min(row + 3u, M - 1u) * A_M;
  let a4 = fromA + min(row + 4u, M - 1u) * A_M;
  let a5 = fromA + min(row + 5u, M - 1u) * A_M;
  let a6 = fromA + min(row + 6u, M - 1u) * A_M;
  let a7 = fromA + min(row + 7u, M - 1u) * A_M;
  let columns = vec4u(column, min(column + 1u, N - 1u), min(column + 2u, N - 1u), min(column + 3u, N - 1u));
  let fromB = group.z * K * N + columns * B_N;

  var y0 = vec4f();
  var y1 = vec4f();
  var y2 = vec4f();
  var y3 = vec4f();
  var y4 = vec4f();
  var y5 = vec4f();
  var y6 = vec4f();
  var y7 = vec4f();
  for (var k = 0u; k < K; k++) {
    let atA = k * A_K;
    let atB = fromB + k * B_K;
    let bRow = vec4f(b[atB.x], b[atB.y], b[atB.z], b[atB.w]);
    y0 = fma(vec4f(a[a0 + atA]), bRow, y0);
    y1 = fma(vec4f(a[a1 + atA]), bRow, y1);
    y2 = fma(vec4f(a[a2 + atA]), bRow, y2);
    y3 = fma(vec4f(a[a3 + atA]), bRow, y3);
    y4 = fma(vec4f(a[a4 + atA]), bRow, y4);
    y5 = fma(vec4f(a[a5 + atA]), bRow, y5);
    y6 = fma(vec4f(a[a6 + atA]), bRow, y6);
    y7 = fma(vec4f(a[a7 + atA]), bRow, y7);
  }

  // A loop over an array, since unrolled stores take software adapters seconds to compile.
  var results = array<vec4f, 8>(y0, y1, y2, y3, y4, y5, y6, y7);
  for (var e = 0u; e < 32u; e++) {
    let r = row + e / 4u;
    let c = column + e % 4u;
    if (r < M && c < N) {
      let i = (group.z * M + r) * N + c;
      y[i] = epilogue(results[e / 4u][e % 4u], i);
    }
  }
}
