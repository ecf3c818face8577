// w[s, o, c, u, v] = Σ(n, p, q) y[n, o, p, q] · x[n, c, p·STRIDE + u·DILATION − PAD, q·STRIDE + v·DILATION − PAD]
// the adjoint of conv2d towards its weight. The sum over pixels is cut into SPLITS parts s, to be added afterwards.
//
//   x  [BATCH, C, H, W]           in    zero outside
//   y  [BATCH, O, OH, OW]         in
//   w  [SPLITS, O, C, KH, KW]     out
//
// A matrix product with a short result and a long sum: rows are output channels, columns the taps (c, u, v), and each
// split (z) sums its share of the batch's pixels. A thread computes 8 channels of 4 taps in registers.

override BATCH: u32 = 1u;
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
override SPLITS: u32 = 1u;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> y: array<f32>;
@group(0) @binding(2) var<storage, read_write> w: array<f32>;

// slot epilogue
fn epilogue(value: f32, i: u32) -> f32 {
  return value;
}
// end

/// A tap of the kernel: its channel's plane in x, and its dilated row and column.
struct Tap {
  plane: u32,
  row: u32,
  column: u32,
}

fn tapOf(index: u32) -> Tap {
  return Tap(index / (KH * KW) * (H * W), index / KW % KH * DILATION_H, index % KW * DILATION_W);
}

/// x under a tap when the window's padded corner is (top, left); zero in the padding.
fn under(tap: Tap, image: u32, top: u32, left: u32) -> f32 {
  let row = top + tap.row - PAD_H;
  let column = left + tap.column - PAD_W;
  let value = x[image + tap.plane + min(row, H - 1u) * W + min(column, W - 1u)];
  return select(0.0, value, row < H && column < W);
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let taps = C * KH * KW;
  let tapTiles = (taps + 3u) / 4u;
  let tile = (group.y * groups.x + group.x) * 64u + local;
  let channel = tile / tapTiles * 8u;
  let tap = tile % tapTiles * 4u;
  if (channel >= O) {
    return;
  }

  // Channels and taps beyond the edge repeat the last one; their results are not stored.
  let tap0 = tapOf(tap);
  let tap1 = tapOf(min(tap + 1u, taps - 1u));
  let tap2 = tapOf(min(tap + 2u, taps - 1u));
  let tap3 = tapOf(min(tap + 3u, taps - 1u));
  let area = OH * OW;
  let o0 = channel * area;
  let o1 = min(channel + 1u, O - 1u) * area;
  let o2 = min(channel + 2u, O - 1u) * area;
  let o3 = min(channel + 3u, O - 1u) * area;
  let o4 = min(channel + 4u, O - 1u) * area;
  let o5 = min(channel + 5u, O - 1u) * area;
  let o6 = min(channel + 6u, O - 1u) * area;
  let o7 = min(channel + 7u, O - 1u) * area;

  let pixels = BATCH * area;
  let share = (pixels + SPLITS - 1u) / SPLITS;
  let end = min((group.z + 1u) * share, pixels);
  var w0 = vec4f();
  var w1 = vec4f();
  var w2 = vec4f();
  var w3 = vec4f();
  var w4 = vec4f();
  var w5 = vec4f();
  var w6 = vec4f();
  var w7 = vec4f();
  for (var pixel = group.z * share; pixel < end; pixel++) {
    let n = pixel / area;
    let inside = pixel % area;
    let top = inside / OW * STRIDE_H;
    let left = inside % OW * STRIDE_W;
    let image = n * C * H * W;
    let at = n * O * area + inside;
    let values = vec4f(
      under(tap0, image, top, left),
      under(tap1, image, top, left),
      under(tap2, image, top, left),
      under(tap3, image, top, left),
    );
    w0 = fma(vec4f(y[o0 + at]), values, w0);
    w1 = fma(vec4f(y[o1 + at]), values, w1);
    w2 = fma(vec4f(y[o2 + at]), values, w2);
    w3 = fma(vec4f(y[o3 + at]), values, w3);
    w4 = fma(vec4f(y[o4 + at]), values, w4);
    w5 = fma(vec4f(y[o5 + at]), values, w5);
    w6 = fma(vec4f(y[o6 + at]), values, w6);
    w7 = fma(vec4f(y[o7 + at]), values, w7);
  }

  // A loop over an array, since unrolled stores take software adapters seconds to compile.
  var results = array<vec4f, 8>(w0, w1, w2, w3, w4, w5, w6, w7);
  for (var e = 0u; e < 32u; e++) {
    let o = channel + e / 4u;
    let t = tap + e % 4u;
    if (o < O && t < taps) {
      let i = (group.z * O + o) * taps + t;
      w[i] = epilogue(results[e / 4u][e % 4u], i);
    }
  }
}
