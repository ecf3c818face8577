// Random numbers as a function of a key and an index, in integers
//
// engine/random/ is the same in TypeScript, function by function and bit for bit; its README says which counters
// belong to what. Everything is exact u32 and i32 arithmetic up to one conversion at the end, of an integer below 2²⁴,
// and a product with a power of two. Both are exact as well: the same key gives the same numbers on every adapter.

// include lib/normalTable.wgsl

// Second word of the counter: what the bits are for, so that no two uses of a key ever meet.
const FOR_ELEMENT = 0u;
const FOR_SPLIT = 1u;
const FOR_FOLD = 2u;
const FOR_PERMUTATION = 3u;

// Threefry-2x32-20: a bijection of the counter, chosen by the key (Salmon et al., "Parallel random numbers: as easy as
// 1, 2, 3", 2011). Between groups of four rounds the words of the key come in again, and the number of the group.
fn threefry2x32(key: vec2u, counter: vec2u) -> vec2u {
  const EVEN = vec4u(13u, 15u, 26u, 6u);
  const ODD = vec4u(17u, 29u, 16u, 24u);
  let third = key.x ^ key.y ^ 0x1bd11bdau;
  var x = counter + key;
  x = fourRounds(x, EVEN) + vec2u(key.y, third + 1u);
  x = fourRounds(x, ODD) + vec2u(third, key.x + 2u);
  x = fourRounds(x, EVEN) + vec2u(key.x, key.y + 3u);
  x = fourRounds(x, ODD) + vec2u(key.y, third + 4u);
  return fourRounds(x, EVEN) + vec2u(third, key.x + 5u);
}

fn fourRounds(start: vec2u, rotations: vec4u) -> vec2u {
  return oneRound(oneRound(oneRound(oneRound(start, rotations.x), rotations.y), rotations.z), rotations.w);
}

fn oneRound(start: vec2u, rotation: u32) -> vec2u {
  let x = start.x + start.y;
  return vec2u(x, x ^ ((start.y << rotation) | (start.y >> (32u - rotation))));
}

// Bits of element i of an array drawn with a key.
fn randomBits(key: vec2u, i: u32) -> u32 {
  return threefry2x32(key, vec2u(i, FOR_ELEMENT)).x;
}

// The i-th of the keys a key splits into.
fn split(key: vec2u, i: u32) -> vec2u {
  return threefry2x32(key, vec2u(i, FOR_SPLIT));
}

// The key for a number of the caller's own, such as a step.
fn foldIn(key: vec2u, data: u32) -> vec2u {
  return threefry2x32(key, vec2u(data, FOR_FOLD));
}

// A number in [0, 1): the top 24 bits as a fraction.
fn uniformFromBits(bits: u32) -> f32 {
  return f32(bits >> 8u) * 0x1p-24f;
}

// A draw from N(0, 1): the normal quantile of the bits, interpolated in fixed point with 21 binary places. The top bit
// is the sign and the other 31 are the tail probability v/2³²: its highest bit is the octave, the next 6 the segment,
// the next 16 the place within it. No segment drops by more than 25674, whose product with 16 bits is below 2³¹.
fn normalFromBits(bits: u32) -> f32 {
  let v = max(bits & 0x7fffffffu, 1u);
  let leadingZeros = countLeadingZeros(v);
  let rest = (v << leadingZeros) & 0x7fffffffu;
  let entry = 65u * (31u - leadingZeros) + (rest >> 25u);
  let upper = normalQuantile(entry);
  let lower = normalQuantile(entry + 1u);
  let z = upper - i32((u32(upper - lower) * ((rest >> 9u) & 0xffffu) + 0x8000u) >> 16u);
  // The sign is set on the integer: a float −0 would be one more bit pattern to agree on.
  return f32(select(z, -z, bits >> 31u == 1u)) * 0x1p-21f;
}

// An index in [0, n): ⌊bits · n / 2³²⌋. No index is more likely than another by more than n / 2³² of its share.
fn randomIndex(bits: u32, n: u32) -> u32 {
  return multiplyHigh(bits, n);
}

// Whether an event of probability p occurs: never if p is 0, always if it is 1, else for bits < p · 2³². The product
// is exact, and what is cut off is below 2⁻³² of probability.
fn bernoulliFromBits(bits: u32, p: f32) -> bool {
  return p >= 1.0 || bits < u32(clamp(p, 0.0, 0x1.fffffep-1f) * 0x1p32f);
}

// The upper 32 bits of the 64-bit product, by halves of 16 bits: WGSL has no wider integers.
fn multiplyHigh(a: u32, b: u32) -> u32 {
  let aLow = a & 0xffffu;
  let aHigh = a >> 16u;
  let bLow = b & 0xffffu;
  let bHigh = b >> 16u;
  let middle = aHigh * bLow + ((aLow * bLow) >> 16u);
  let carry = aLow * bHigh + (middle & 0xffffu);
  return aHigh * bHigh + (middle >> 16u) + (carry >> 16u);
}

// Where position i in [0, n) goes under the permutation of 0 … n − 1 that a key names; n is in [1, 2³²).
//
// An alternating Feistel network on a grid of 2ᵏ columns and just enough rows for n cells: a random function of the row
// shifts the column, then one of the column shifts the row. Each such round is invertible, hence all of them are. Cells
// from n on are walked through until one below n comes; they are fewer than 2ᵏ, so 2ᵏ steps always suffice, and the
// usual number is one. The columns are even in number, so that odd permutations occur as well.
fn permute(key: vec2u, i: u32, n: u32) -> u32 {
  let last = max(n, 1u) - 1u;
  let columnBits = max(1u, (33u - countLeadingZeros(last)) >> 1u);
  let columns = 1u << columnBits;
  let rows = (last >> columnBits) + 1u;
  var cell = i;
  for (var walked = 0u; walked < columns; walked++) {
    cell = permuteCell(key, cell, columnBits, rows);
    if (cell < n) {
      break;
    }
  }
  return cell;
}

// With 24 rounds each of the 8! permutations of 8 things has its fair share to within 5 %, fewer things converge sooner
// (counted exactly, for independent random functions).
const PERMUTATION_ROUNDS = 24u;

fn permuteCell(key: vec2u, cell: u32, columnBits: u32, rows: u32) -> u32 {
  var row = cell >> columnBits;
  var column = cell & ((1u << columnBits) - 1u);
  for (var tag = FOR_PERMUTATION; tag < FOR_PERMUTATION + PERMUTATION_ROUNDS; tag += 2u) {
    column += threefry2x32(key, vec2u(row, tag)).x >> (32u - columnBits);
    column &= (1u << columnBits) - 1u;
    row += multiplyHigh(threefry2x32(key, vec2u(column, tag + 1u)).x, rows);
    row -= select(0u, rows, row >= rows);
  }
  return (row << columnBits) | column;
}
