// y[n, g, o, p, q] = Σ(c, u, v) w[g, o, c, u, v] · x[n, g, c, p·STRIDE + u·DILATION − PAD, q·STRIDE + v·DILATION − PAD]
//
//   x  [BATCH, GROUPS, C, H, W]    in    zero outside
//   w  [GROUPS, O, C, KH, KW]      in
//   y  [BATCH, GROUPS, O, OH, OW]  out
//
// conv2d.wgsl for the first layer of a net, whose sums have TAPS terms, 32 at most, on software adapters with subgroups. A workgroup is one
// subgroup of SG lanes and keeps what lies under the windows of 8 · SG pixels, 8 to a lane, for BLOCK channels one after the other. Of a
// channel the lanes together load the weights, which reach all of them by broadcasts. So a sum is finished before the next is
// begun, and never lies in memory.

enable subgroups;

const SG = 8u;
const TAPS = 27u;

// Channels that share what lies under the windows.
const BLOCK = 64u;

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

/// A weight of a channel; beyond the last tap that one again, which nothing reads.
fn weight(channel: u32, tap: u32) -> f32 {
  return f32(w[channel * TAPS + min(tap, TAPS - 1u)]);
}

/// The sums of a lane's 8 pixels.
struct Sums {
  a: vec4f,
  b: vec4f,
}

/// The sums after one more tap, under which lie `a` and `b`.
fn more(sums: Sums, weight: f32, a: vec4f, b: vec4f) -> Sums {
  return Sums(fma(vec4f(weight), a, sums.a), fma(vec4f(weight), b, sums.b));
}

/// Stores one result, if there is such a pixel.
fn store(value: f32, place: u32, channel: u32, area: u32) {
  if (place != NOWHERE) {
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
  let channelTiles = (O + BLOCK - 1u) / BLOCK;
  let tile = group.y * groups.x + group.x;
  let row = quotient(tile, pixelTiles);
  let g = quotient(row, channelTiles);
  if (g >= GROUPS) {
    return;
  }
  let first = g * O + (row - g * channelTiles) * BLOCK;
  let end = min(first + BLOCK, (g + 1u) * O);
  let pixel = (tile - row * pixelTiles) * (8u * SG) + lane;
  let windowsA = windowsOf(four(pixel), g);
  let windowsB = windowsOf(four(pixel + 4u * SG), g);
  // Sizes may lie in a buffer, of which loops had better not read.
  let bounds = vec3u(H, W, BATCH * GROUPS * C * H * W - 1u);
  let step = vec2u(DILATION_H, DILATION_W);
  let window = vec2u(KH, KW) * step;
  let area = OH * OW;
  let taps = C * KH * KW;

  var seen: array<vec4f, 64>;
  // The tap (c, u, v) of step k is counted: to divide by what is not known when the shader is compiled takes longer than the rest.
  var plane = 0u;
  var u = 0u;
  var v = 0u;
  for (var k = 0u; k < taps; k++) {
    let offset = plane + u * bounds.y + v;
    seen[2u * k] = under(windowsA, offset, u, v, bounds);
    seen[2u * k + 1u] = under(windowsB, offset, u, v, bounds);
    v += step.y;
    u += select(0u, step.x, v == window.y);
    v = select(v, 0u, v == window.y);
    plane += select(0u, bounds.x * bounds.y, u == window.x);
    u = select(u, 0u, u == window.x);
  }

  // Nothing, but compilers do not know that. Otherwise they would leave out that a sum begins with 0, which makes a −0 of it, or add
  // what the epilogue adds to its last terms first: other bits than those of a sum that lies in memory.
  let zero = vec4u(taps - TAPS);
  for (var channel = first; channel < end; channel++) {
    var left: array<f32, 8>;
    left[0] = weight(channel, lane);
    if (TAPS > SG) {
      left[1] = weight(channel, lane + SG);
    }
    if (TAPS > 2u * SG) {
      left[2] = weight(channel, lane + 2u * SG);
    }
    if (TAPS > 3u * SG) {
      left[3] = weight(channel, lane + 3u * SG);
    }
    if (TAPS > 4u * SG) {
      left[4] = weight(channel, lane + 4u * SG);
    }
    if (TAPS > 5u * SG) {
      left[5] = weight(channel, lane + 5u * SG);
    }
    if (TAPS > 6u * SG) {
      left[6] = weight(channel, lane + 6u * SG);
    }
    if (TAPS > 7u * SG) {
      left[7] = weight(channel, lane + 7u * SG);
    }
    var s = Sums(bitcast<vec4f>(zero), bitcast<vec4f>(zero));
    s = more(s, subgroupBroadcast(left[0u / SG], 0u % SG), seen[0], seen[1]);
    if (TAPS > 1u) {
      s = more(s, subgroupBroadcast(left[1u / SG], 1u % SG), seen[2], seen[3]);
    }
    if (TAPS > 2u) {
      s = more(s, subgroupBroadcast(left[2u / SG], 2u % SG), seen[4], seen[5]);
    }
    if (TAPS > 3u) {
      s = more(s, subgroupBroadcast(left[3u / SG], 3u % SG), seen[6], seen[7]);
    }
    if (TAPS > 4u) {
      s = more(s, subgroupBroadcast(left[4u / SG], 4u % SG), seen[8], seen[9]);
    }
    if (TAPS > 5u) {
      s = more(s, subgroupBroadcast(left[5u / SG], 5u % SG), seen[10], seen[11]);
    }
    if (TAPS > 6u) {
      s = more(s, subgroupBroadcast(left[6u / SG], 6u % SG), seen[12], seen[13]);
    }
    if (TAPS > 7u) {
      s = more(s, subgroupBroadcast(left[7u / SG], 7u % SG), seen[14], seen[15]);
    }
    if (TAPS > 8u) {
      s = more(s, subgroupBroadcast(left[8u / SG], 8u % SG), seen[16], seen[17]);
    }
    if (TAPS > 9u) {
      s = more(s, subgroupBroadcast(left[9u / SG], 9u % SG), seen[18], seen[19]);
    }
    if (TAPS > 10u) {
      s = more(s, subgroupBroadcast(left[10u / SG], 10u % SG), seen[20], seen[21]);
    }
    if (TAPS > 11u) {
      s = more(s, subgroupBroadcast(left[11u / SG], 11u % SG), seen[22], seen[23]);
    }
    if (TAPS > 12u) {
      s = more(s, subgroupBroadcast(left[12u / SG], 12u % SG), seen[24], seen[25]);
    }
    if (TAPS > 13u) {
      s = more(s, subgroupBroadcast(left[13u / SG], 13u % SG), seen[26], seen[27]);
    }
    if (TAPS > 14u) {
      s = more(s, subgroupBroadcast(left[14u / SG], 14u % SG), seen[28], seen[29]);
    }
    if (TAPS > 15u) {
      s = more(s, subgroupBroadcast(left[15u / SG], 15u % SG), seen[30], seen[31]);
    }
    if (TAPS > 16u) {
      s = more(s, subgroupBroadcast(left[16u / SG], 16u % SG), seen[32], seen[33]);
    }
    if (TAPS > 17u) {
      s = more(s, subgroupBroadcast(left[17u / SG], 17u % SG), seen[34], seen[35]);
    }
    if (TAPS > 18u) {
      s = more(s, subgroupBroadcast(left[18u / SG], 18u % SG), seen[36], seen[37]);
    }
    if (TAPS > 19u) {
      s = more(s, subgroupBroadcast(left[19u / SG], 19u % SG), seen[38], seen[39]);
    }
    if (TAPS > 20u) {
      s = more(s, subgroupBroadcast(left[20u / SG], 20u % SG), seen[40], seen[41]);
    }
    if (TAPS > 21u) {
      s = more(s, subgroupBroadcast(left[21u / SG], 21u % SG), seen[42], seen[43]);
    }
    if (TAPS > 22u) {
      s = more(s, subgroupBroadcast(left[22u / SG], 22u % SG), seen[44], seen[45]);
    }
    if (TAPS > 23u) {
      s = more(s, subgroupBroadcast(left[23u / SG], 23u % SG), seen[46], seen[47]);
    }
    if (TAPS > 24u) {
      s = more(s, subgroupBroadcast(left[24u / SG], 24u % SG), seen[48], seen[49]);
    }
    if (TAPS > 25u) {
      s = more(s, subgroupBroadcast(left[25u / SG], 25u % SG), seen[50], seen[51]);
    }
    if (TAPS > 26u) {
      s = more(s, subgroupBroadcast(left[26u / SG], 26u % SG), seen[52], seen[53]);
    }
    if (TAPS > 27u) {
      s = more(s, subgroupBroadcast(left[27u / SG], 27u % SG), seen[54], seen[55]);
    }
    if (TAPS > 28u) {
      s = more(s, subgroupBroadcast(left[28u / SG], 28u % SG), seen[56], seen[57]);
    }
    if (TAPS > 29u) {
      s = more(s, subgroupBroadcast(left[29u / SG], 29u % SG), seen[58], seen[59]);
    }
    if (TAPS > 30u) {
      s = more(s, subgroupBroadcast(left[30u / SG], 30u % SG), seen[60], seen[61]);
    }
    if (TAPS > 31u) {
      s = more(s, subgroupBroadcast(left[31u / SG], 31u % SG), seen[62], seen[63]);
    }
    let a = bitcast<vec4f>(bitcast<vec4u>(s.a) | zero);
    let b = bitcast<vec4f>(bitcast<vec4u>(s.b) | zero);
    store(a.x, windowsA.place.x, channel, area);
    store(a.y, windowsA.place.y, channel, area);
    store(a.z, windowsA.place.z, channel, area);
    store(a.w, windowsA.place.w, channel, area);
    store(b.x, windowsB.place.x, channel, area);
    store(b.y, windowsB.place.y, channel, area);
    store(b.z, windowsB.place.z, channel, area);
    store(b.w, windowsB.place.w, channel, area);
  }
}
