// y[n, g, o, p, q] = Σ(c, u, v) w[g, o, c, u, v] · x[n, g, c, p·STRIDE + u·DILATION − PAD, q·STRIDE + v·DILATION − PAD]
//
//   x  [BATCH, GROUPS, C, H, W]    in    zero outside
//   w  [GROUPS, O, C, KH, KW]      in
//   y  [BATCH, GROUPS, O, OH, OW]  out
//
// conv2d.wgsl for software adapters with subgroups. A workgroup is one subgroup of SG lanes and
// computes 16 channels of 8 · SG pixels, each lane 8 pixels that lie SG apart. At every step of the sum the lanes
// together load the weights of 16 channels, 16 / SG each, which reach all of them by broadcasts: a third of the loads
// that a thread by itself needs. There is no workgroup memory and no barrier.

enable subgroups;

const SG = 8u;

override BATCH: u32 = 1u;
override GROUPS: u32 = 1u;
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

// What the buffers hold: f16 where a plan keeps a tensor so. All arithmetic is f32.
alias ElementX = f32;
alias ElementW = f32;
alias ElementY = f32;

@group(0) @binding(0) var<storage, read> x: array<ElementX>;
@group(0) @binding(1) var<storage, read> w: array<ElementW>;
@group(0) @binding(2) var<storage, read_write> y: array<ElementY>;

// slot epilogue
fn epilogue(value: f32, i: u32, channel: u32) -> f32 {
  return value;
}
// end

/// Four numbers SG apart.
fn four(first: u32) -> vec4u {
  return first + vec4u(0u, SG, 2u * SG, 3u * SG);
}

/// The place of a pixel beyond the last one, whose results are not stored.
const NOWHERE = 0xffffffffu;

/// The windows of four output pixels: the index in x of each one's corner, and the corner's row and column. A corner in the
/// padding is negative, that is huge; sums with it come out right again. Then the index in y of each pixel's first channel.
struct Windows {
  corner: vec4u,
  top: vec4u,
  left: vec4u,
  place: vec4u,
}

fn windowsOf(pixels: vec4u, g: u32) -> Windows {
  let image = quotients(pixels, OH * OW);
  let inside = pixels - image * (OH * OW);
  let row = quotients(inside, OW);
  let top = row * STRIDE_H - PAD_H;
  let left = (inside - row * OW) * STRIDE_W - PAD_W;
  let place = image * (GROUPS * O * OH * OW) + inside;
  return Windows(
    (image * GROUPS + g) * (C * H * W) + top * W + left,
    top,
    left,
    select(vec4u(NOWHERE), place, pixels < vec4u(BATCH * OH * OW)),
  );
}

/// x at `offset` from the corners, which is row u and column v of the windows; zero in the padding. The bounds of x are its rows, its
/// columns and its last index.
fn under(windows: Windows, offset: u32, u: u32, v: u32, bounds: vec3u) -> vec4f {
  let at = min(windows.corner + offset, vec4u(bounds.z));
  let inside = (windows.top + u < vec4u(bounds.x)) & (windows.left + v < vec4u(bounds.y));
  return select(vec4f(), vec4f(f32(x[at.x]), f32(x[at.y]), f32(x[at.z]), f32(x[at.w])), inside);
}

/// This lane's share of the weights of 16 channels: two where SG is 8, four where it is 4.
fn weights(at: vec4u) -> vec4f {
  var numbers = vec4f(f32(w[at.x]), f32(w[at.y]), 0.0, 0.0);
  if (SG == 4u) {
    numbers.z = f32(w[at.z]);
    numbers.w = f32(w[at.w]);
  }
  return numbers;
}

/// Eight numbers, of which a loop may pick any.
fn eight(a: vec4u, b: vec4u) -> array<u32, 8> {
  return array<u32, 8>(a.x, a.y, a.z, a.w, b.x, b.y, b.z, b.w);
}

/// Stores one result, if it lies inside y: `end` is the channel behind the group's last.
fn store(value: f32, place: u32, channel: u32, end: u32, area: u32) {
  if (channel < end && place != NOWHERE) {
    let i = place + channel * area;
    y[i] = ElementY(epilogue(value, i, channel));
  }
}

@compute @workgroup_size(SG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let pixels = BATCH * OH * OW;
  let pixelTiles = (pixels + 8u * SG - 1u) / (8u * SG);
  let channelTiles = (O + 15u) / 16u;
  let tile = group.y * groups.x + group.x;
  let row = quotient(tile, pixelTiles);
  let g = quotient(row, channelTiles);
  if (g >= GROUPS) {
    return;
  }
  let channel = g * O + (row - g * channelTiles) * 16u;
  let end = (g + 1u) * O;
  let pixel = (tile - row * pixelTiles) * (8u * SG) + lane;
  let windowsA = windowsOf(four(pixel), g);
  let windowsB = windowsOf(four(pixel + 4u * SG), g);
  let taps = C * KH * KW;
  let channels = min(four(channel + lane), vec4u(end - 1u)) * taps;
  // Sizes may lie in a buffer, of which loops had better not read.
  let bounds = vec3u(H, W, BATCH * GROUPS * C * H * W - 1u);
  let step = vec2u(DILATION_H, DILATION_W);
  let window = vec2u(KH, KW) * step;
  let area = OH * OW;

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
  // The tap (c, u, v) of step k is counted: to divide by what is not known when the shader is compiled takes longer than the rest.
  var plane = 0u;
  var u = 0u;
  var v = 0u;
  for (var k = 0u; k < taps; k++) {
    let offset = plane + u * bounds.y + v;
    let left = weights(channels + k);
    let ca = under(windowsA, offset, u, v, bounds);
    let cb = under(windowsB, offset, u, v, bounds);
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
    v += step.y;
    u += select(0u, step.x, v == window.y);
    v = select(v, 0u, v == window.y);
    plane += select(0u, bounds.x * bounds.y, u == window.x);
    u = select(u, 0u, u == window.x);
  }

  // A loop over an array, since unrolled stores take software adapters seconds to compile.
  var results = array<vec4f, 32>(
    y0a, y0b, y1a, y1b, y2a, y2b, y3a, y3b,
    y4a, y4b, y5a, y5b, y6a, y6b, y7a, y7b,
    y8a, y8b, y9a, y9b, y10a, y10b, y11a, y11b,
    y12a, y12b, y13a, y13b, y14a, y14b, y15a, y15b,
  );
  var places = eight(windowsA.place, windowsB.place);
  if (SG == 8u) {
    var numbers = numbersOf(results);
    for (var e = 0u; e < 128u; e++) {
      store(numbers[e], places[e % 8u], channel + e / 8u, end, area);
    }
  } else {
    for (var e = 0u; e < 128u; e++) {
      store(results[e / 4u][e % 4u], places[e % 8u], channel + e / 8u, end, area);
    }
  }
}
