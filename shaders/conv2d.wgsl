// y[n, o, p, q] = Σ(c, u, v) w[o, c, u, v] · x[n, c, p·STRIDE + u·DILATION − PAD, q·STRIDE + v·DILATION − PAD]
//
//   x  [BATCH, C, H, W]    in    zero outside
//   w  [O, C, KH, KW]      in
//   y  [BATCH, O, OH, OW]  out
//
// A matrix product that gathers its right operand on the way: rows are output channels, columns the pixels of the whole
// batch, and the sum runs over one flat index of (c, u, v). A thread computes 8 channels of 4 pixels in registers.

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

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

// slot epilogue
fn epilogue(value: f32, i: u32) -> f32 {
  return value;
}
// end

/// The window of one output pixel: where its image starts in x, and its first row and column with the padding added.
struct Window {
  image: u32,
  top: u32,
  left: u32,
}

fn windowOf(pixel: u32) -> Window {
  let inside = pixel % (OH * OW);
  return Window(pixel / (OH * OW) * C * H * W, inside / OW * STRIDE_H, inside % OW * STRIDE_W);
}

/// x under tap (u, v) of a window in channel plane c; zero in the padding.
fn under(window: Window, plane: u32, u: u32, v: u32) -> f32 {
  let row = window.top + u - PAD_H;
  let column = window.left + v - PAD_W;
  let value = x[window.image + plane + min(row, H - 1u) * W + min(column, W - 1u)];
  return select(0.0, value, row < H && column < W);
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let pixels = BATCH * OH * OW;
  let pixelTiles = (pixels + 3u) / 4u;
  let tile = (group.y * groups.x + group.x) * 64u + local;
  let channel = tile / pixelTiles * 8u;
  let pixel = tile % pixelTiles * 4u;
  if (channel >= O) {
    return;
  }

  // Pixels and channels beyond the edge repeat the last one; their results are not stored.
  let window0 = windowOf(pixel);
  let window1 = windowOf(min(pixel + 1u, pixels - 1u));
  let window2 = windowOf(min(pixel + 2u, pixels - 1u));
  let window3 = windowOf(min(pixel + 3u, pixels - 1u));
  let taps = C * KH * KW;
  let w0 = channel * taps;
  let w1 = min(channel + 1u, O - 1u) * taps;
  let w2 = min(channel + 2u, O - 1u) * taps;
  let w3 = min(channel + 3u, O - 1u) * taps;
  let w4 = min(channel + 4u, O - 1u) * taps;
  let w5 = min(channel + 5u, O - 1u) * taps;
  let w6 = min(channel + 6u, O - 1u) * taps;
  let w7 = min(channel + 7u, O - 1u) * taps;

  var y0 = vec4f();
  var y1 = vec4f();
  var y2 = vec4f();
  var y3 = vec4f();
  var y4 = vec4f();
  var y5 = vec4f();
  var y6 = vec4f();
  var y7 = vec4f();
  for (var k = 0u; k < taps; k++) {
    let plane = k / (KH * KW) * (H * W);
    let u = k / KW % KH * DILATION_H;
    let v = k % KW * DILATION_W;
    let image = vec4f(
      under(window0, plane, u, v),
      under(window1, plane, u, v),
      under(window2, plane, u, v),
      under(window3, plane, u, v),
    );
    y0 = fma(vec4f(w[w0 + k]), image, y0);
    y1 = fma(vec4f(w[w1 + k]), image, y1);
    y2 = fma(vec4f(w[w2 + k]), image, y2);
    y3 = fma(vec4f(w[w3 + k]), image, y3);
    y4 = fma(vec4f(w[w4 + k]), image, y4);
    y5 = fma(vec4f(w[w5 + k]), image, y5);
    y6 = fma(vec4f(w[w6 + k]), image, y6);
    y7 = fma(vec4f(w[w7 + k]), image, y7);
  }

  // A loop over an array, since unrolled stores take software adapters seconds to compile.
  var results = array<vec4f, 8>(y0, y1, y2, y3, y4, y5, y6, y7);
  for (var e = 0u; e < 32u; e++) {
    let o = channel + e / 4u;
    let at = pixel + e % 4u;
    if (o < O && at < pixels) {
      let i = (at / (OH * OW) * O + o) * (OH * OW) + at % (OH * OW);
      y[i] = epilogue(results[e / 4u][e % 4u], i);
    }
  }
}
