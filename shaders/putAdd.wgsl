// y[r, j] = y[r, j] + Σₖ values[k, j], over the k with rows[k] = r
//
//   rows    [COUNT]         in       the same one may come several times
//   values  [COUNT, WIDTH]  in
//   y       [ROWS, WIDTH]   in/out   other rows stay as they are
//
// One thread per value row and COLUMNS of its elements. The first entry for a row adds those of all entries, in their
// order, and the others do nothing: no two threads write one element, and the sum is the same at every run. Each thread
// reads all of `rows`, which pays for COLUMNS elements at once. A row that is not in the table is left out.

override ROWS: u32 = 1u;
override COUNT: u32 = 1u;
override WIDTH: u32 = 1u;
override COLUMNS: u32 = 16u;

@group(0) @binding(0) var<storage, read> rows: array<u32>;
@group(0) @binding(1) var<storage, read> values: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

fn isFirst(k: u32, row: u32) -> bool {
  for (var earlier = 0u; earlier < k; earlier++) {
    if (rows[earlier] == row) {
      return false;
    }
  }
  return true;
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let i = (group.y * groups.x + group.x) * 64u + local;
  let blocks = (WIDTH + COLUMNS - 1u) / COLUMNS;
  let first = i / blocks;
  if (first >= COUNT) {
    return;
  }
  let row = rows[first];
  if (row >= ROWS || !isFirst(first, row)) {
    return;
  }
  let start = (i % blocks) * COLUMNS;
  let end = min(start + COLUMNS, WIDTH);
  for (var k = first; k < COUNT; k++) {
    if (rows[k] == row) {
      for (var j = start; j < end; j++) {
        y[row * WIDTH + j] += values[k * WIDTH + j];
      }
    }
  }
}
