// y[rows[k], j] = values[k, j]
//
//   rows    [COUNT]         in       distinct
//   values  [COUNT, WIDTH]  in
//   y       [ROWS, WIDTH]   in/out   other rows stay as they are
//
// One thread per word of `values`, whatever the words mean. A row that is not in the table is left out.

override ROWS: u32 = 1u;
override COUNT: u32 = 1u;
override WIDTH: u32 = 1u;

@group(0) @binding(0) var<storage, read> rows: array<u32>;
@group(0) @binding(1) var<storage, read> values: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<u32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let i = (group.y * groups.x + group.x) * 64u + local;
  if (i >= COUNT * WIDTH) {
    return;
  }
  let row = rows[i / WIDTH];
  if (row < ROWS) {
    y[row * WIDTH + i % WIDTH] = values[i];
  }
}
