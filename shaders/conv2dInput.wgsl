// x[n, c, i, j] = Σ(o, u, v) w[o, c, u, v] · y[n, o, (i + PAD − u·DILATION) / STRIDE, (j + PAD − v·DILATION) / STRIDE]
// over the taps for which both quotients are whole: the adjoint of conv2d towards its image, and transposed convolution.
//
//   y  [BATCH, O, OH, OW]  in    zero outside
//   w  [O, C, KH, KW]      in
//   x  [BATCH, C, H, W]    out
//
// With stride s only every s-th tap meets a given pixel. So pixels are sorted into PHASE_H · PHASE_W phases (z) by their
// place modulo the stride, and each phase sums its own taps alone. Rows are channels, columns the pixels of one phase of
// the whole batch; a thread computes 8 channels of 4 pixels in registers.

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
override PHASE_H: u32 = 1u;
override PHASE_W: u32 = 1u;

@group(0) @binding(0) var<storage, read> y: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read_write> x: array<f32>;

// slot epilogue
fn epilogue(value: f32, i: u32) -> f32 {
  return value;
}
// end

/// A pixel of x: its image's start in y, and its row and column with the padding added.
struct Pixel {
  image: u32,
  row: u32,
  column: u32,
}

/// The pixels of one phase form a grid of these extents (the last rows and columns may fall outside x).
fn gridHeight() -> u32 {
  return (H + PHASE_H - 1u) / PHASE_H;
}

fn gridWidth() -> u32 {
  return (W + PHASE_W - 1u) / PHASE_W;
}

/// Pixel number `index` among those whose padded row and column are `phase` modulo the stride.
fn pixelOf(index: u32, phase: vec2u) -> Pixel {
  let inside = index % (gridHeight() * gridWidth());
  let firstRow = (phase.x + PHASE_H - PAD_H % PHASE_H) % PHASE_H + PAD_H;
  let firstColumn = (phase.y + PHASE_W - PAD_W % PHASE_W) % PHASE_W + PAD_W;
  return Pixel(
    index / (gridHeight() * gridWidth()) * O * OH * OW,
    firstRow + inside / gridWidth() * PHASE_H,
    firstColumn + inside % gridWidth() * PHASE_W,
  );
}

/// y as seen from a pixel through tap (u, v), already dilated; zero where there is no such output.
fn through(pixel: Pixel, plane: u32, u: u32, v: u32) -> f32 {
  let row = (pixel.row - u) / STRIDE_H;
  let column = (pixel.column - v) / STRIDE_W;
  let value = y[pixel.image + plane + min(row, OH - 1u) * OW + min(column, OW - 1u)];
  let whole = row * STRIDE_H == pixel.row - u && column * STRIDE_W == pixel.column - v;
  return select(0.0, value, whole && u <= pixel.row && v <= pixel.column && row < OH && column < OW);
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let pixels = BATCH * gridHeight() * gridWidth();
  let pixelTiles = (pixels + 3u) / 4u;
  let tile = (group.y * groups.x + group.x) * 64u + local;
  let channel = tile / pixelTiles * 8u;
  let first = tile % pixelTiles * 4u;
  if (channel >= C) {
    return;
  }

  // Channels and pixels beyond the edge repeat the last one; their results are not stored.
  let phase = vec2u(group.z / PHASE_W, group.z % PHASE_W);
  let pixel0 = pixelOf(first, phase);
  let pixel1 = pixelOf(min(first + 1u, pixels - 1u), phase);
  let pixel2 = pixelOf(min(first + 2u, pixels - 1u), phase);
  let pixel3 = pixelOf(min(first + 3u, pixels - 1u), phase);
  let area = KH * KW;
  let w0 = channel * area;
  let w1 = min(channel + 1u, C - 1u) * area;
  let w2 = min(channel + 2u, C - 1u) * area;
  let w3 = min(channel + 3u, C - 1u) * area;
  let w4 = min(channel + 4u, C - 1u) * area;
  let w5 = min(channel + 5u, C - 1u) * area;
  let w6 = min(channel + 6u, C - 1u) * area;
  let w7 = min(channel + 7u, C - 1u) * area;

  // The taps of this phase are u = phase, phase + PHASE, …; one flat index runs over (o, u, v).
  let rows = (KH - min(phase.x, KH) + PHASE_H - 1u) / PHASE_H;
  let columns = (KW - min(phase.y, KW) + PHASE_W - 1u) / PHASE_W;
  var x0 = vec4f();
  var x1 = vec4f();
  var x2 = vec4f();
  var x3 = vec4f();
  var x4 = vec4f();
  var x5 = vec4f();
  var x6 = vec4f();
  var x7 = vec4f();
  for (var k = 0u; k < O * rows * columns; k++) {
    let o = k / (rows * columns);
    let u = phase.x + k / columns % rows * PHASE_H;
    let v = phase.y + k % columns * PHASE_W;
    let plane = o * OH * OW;
    let at = o * C * area + u * KW + v;
    let image = vec4f(
      through(pixel0, plane, u * DILATION_H, v * DILATION_W),
      through(pixel1, plane, u * DILATION_H, v * DILATION_W),
      through(pixel2, plane, u * DILATION_H, v * DILATION_W),
      through(pixel3, plane, u * DILATION_H, v * DILATION_W),
    );
    x0 = fma(vec4f(w[w0 + at]), image, x0);
    x1 = fma(vec4f(w[w1 + at]), image, x1);
    x2 = fma(vec4f(w[w2 + at]), image, x2);
    x3 = fma(vec4f(w[w3 + at]), image, x3);
    x4 = fma(vec4f(w[w4 + at]), image, x4);
    x5 = fma(vec4f(w[w5 + at]), image, x5);
    x6 = fma(vec4f(w[w6 + at]), image, x6);
    x7 = fma(vec4f(w[w7 + at]), image, x7);
  }

  // A loop over an array, since unrolled stores take software adapters seconds to compile.
  var results = array<vec4f, 8>(x0, x1, x2, x3, x4, x5, x6, x7);
  for (var e = 0u; e < 32u; e++) {
    let c = channel + e / 4u;
    let index = first + e % 4u;
    let pixel = pixelOf(min(index, pixels - 1u), phase);
    let row = pixel.row - PAD_H;
    let column = pixel.column - PAD_W;
    if (c < C && index < pixels && row < H && column < W) {
      let i = ((index / (gridHeight() * gridWidth()) * C + c) * H + row) * W + column;
      x[i] = epilogue(results[e / 4u][e % 4u], i);
    }
  }
}
