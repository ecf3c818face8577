// Quotients of whole numbers by what is not known when a shader is compiled
//
// Processors that run shaders divide integers lane by lane, and convert floats to integers about as slowly. Here a float is rounded
// by adding a power of two in whose binade the spacing of floats is the step wanted, which leaves the integer in its last
// bits: once in steps of 256, then in ones of what is left over. What it may be off by is corrected in integers.

// ⌊a / b⌋ for a < 2³¹ and 1 ≤ b < 2³¹.
fn quotient(a: u32, b: u32) -> u32 {
  return quotients(vec4u(a), b).x;
}

// ⌊a / b⌋ of four numbers.
fn quotients(a: vec4u, b: u32) -> vec4u {
  // Too small by more than all roundings come to, as is the sum by a step: the first estimate never exceeds the quotient.
  let reciprocal = (1.0 - 0x1p-20) / f32(i32(b));
  let steps = bitcast<vec4i>(vec4f(vec4i(a)) * reciprocal + (0x1p31f - 256.0)) - bitcast<i32>(0x1p31f);
  let first = vec4u(max(steps, vec4i())) << vec4u(8u);
  let left = a - first * b;
  // One too many or too few, whichever way the adapter rounds.
  let second = bitcast<vec4u>(vec4f(vec4i(left)) * reciprocal + 0x1p23f) - bitcast<u32>(0x1p23f);
  let rest = vec4i(left - second * b);
  let few = select(vec4u(), vec4u(1u), rest >= vec4i(i32(b)));
  let many = select(vec4u(), vec4u(1u), rest < vec4i());
  return first + second + few - many;
}
