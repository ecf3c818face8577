// Scalar functions that are right everywhere: for huge, tiny and negative arguments, on every adapter
//
// WGSL's own log may be off by 2⁻²¹ near 1, where the logarithm itself is small; its tanh is only as good as a quotient
// of exponentials, and NaN for large x on some adapters; expm1, log1p and erf do not exist. Here polynomials take over
// where a built-in function would lose digits. They are minimax fits, so their last coefficients are not those of the
// Taylor series. None counts on one rounding error to cancel another, because a compiler may regroup or fuse.
//
// A NaN comes out as a NaN. Hardware often loses it in a comparison, a maximum or an exponential, and a model that has
// diverged would look healthy. What is said of accuracy holds where f32 arithmetic is correctly rounded; subnormal
// numbers may count as zero. engine/numerics/special.ts has the float64 twins.

// Whether x is not a number. By its bits: compilers may take comparisons with NaN for decided.
fn isNan(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}

// Whether x is neither infinite nor NaN.
fn isFinite(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u;
}

// value, unless x is NaN: then that.
fn keepNan(value: f32, x: f32) -> f32 {
  return select(value, x, isNan(x));
}

// log((1 + s) / (1 − s)) = 2 artanh s for |s| ≤ 1/3, to 2 units in the last place. With s = a / (2 + a) it is
// log(1 + a), and no difference is taken of numbers that are rounded already.
fn logOfRatio(s: f32) -> f32 {
  let w = s * s;
  return 2.0 * s + s * w * (0.666664124 + w * (0.400216997 + w * (0.279991418 + w * 0.280244589)));
}

// Whether x is 0, or so small that hardware may take it for 0.
fn vanishes(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7f800000u) == 0u;
}

// The built-in log with its edges: −∞ at 0, where subnormal numbers count, and NaN below. SwiftShader has log |x| there.
// Both are made of the bits of x, since WGSL has no literals for them.
fn edgedLog(x: f32) -> f32 {
  let bits = bitcast<u32>(x);
  let lowest = bitcast<f32>((bits & 0x80000000u) | 0xff800000u);
  let notNumber = bitcast<f32>(bits | 0x7fc00000u);
  return select(select(log(x), notNumber, x < 0.0), lowest, vanishes(x));
}

// log x, with full relative accuracy near 1 too, where the built-in function promises an absolute one only.
fn stableLog(x: f32) -> f32 {
  let near = logOfRatio((x - 1.0) / (x + 1.0));
  return keepNan(select(edgedLog(x), near, x >= 0.5 && x <= 2.0), x);
}

// log(1 + x), for small x about x, whose digits 1 + x would drop; −∞ at −1 and NaN below.
fn stableLog1p(x: f32) -> f32 {
  let near = logOfRatio(x / (2.0 + x));
  return keepNan(select(edgedLog(1.0 + x), near, x >= -0.5 && x <= 1.0), x);
}

// eˣ; the built-in function may make a NaN an infinity.
fn stableExp(x: f32) -> f32 {
  return keepNan(exp(x), x);
}

// eˣ − 1; for small x about x, where the subtraction would cancel.
fn stableExpm1(x: f32) -> f32 {
  let tail = 0.00833357871 + x * (0.00139961764 + x * 0.000198498106);
  let near = x + x * x * (0.50000006 + x * (0.166666642 + x * (0.0416653603 + x * tail)));
  return keepNan(select(exp(x) - 1.0, near, abs(x) <= 0.5), x);
}

// tanh x. Beyond 1 as 1 − 2 / (e^2|x| + 1), whose exponential is kept from overflowing: tanh 10 is 1 in f32.
fn stableTanh(x: f32) -> f32 {
  let w = x * x;
  let tail = -0.0538798012 + w * (0.0214866567 + w * (-0.00794610661 + w * (0.00230136444 - w * 0.000358451973)));
  let near = x + x * w * (-0.333332956 + w * (0.133323446 + w * tail));
  let far = sign(x) * (1.0 - 2.0 / (exp(2.0 * min(abs(x), 10.0)) + 1.0));
  return keepNan(select(far, near, abs(x) <= 1.0), x);
}

// 1 / (1 + e⁻ˣ), for negative x as eˣ / (1 + eˣ): the exponent is never positive, so nothing overflows. WGSL leaves
// open what becomes of an infinity.
fn stableSigmoid(x: f32) -> f32 {
  let e = exp(-abs(x));
  return keepNan(select(1.0, e, x < 0.0) / (1.0 + e), x);
}

// log(1 + eˣ) = max(x, 0) + log(1 + e^−|x|): never overflows, and about eˣ for very negative x.
fn stableSoftplus(x: f32) -> f32 {
  let e = exp(-abs(x));
  return keepNan(max(x, 0.0) + logOfRatio(e / (2.0 + e)), x);
}

// x where positive, else slope · x.
fn leakyRelu(x: f32, slope: f32) -> f32 {
  return keepNan(select(slope * x, x, x > 0.0), x);
}

// The error function, (2/√π) ∫₀ˣ e^(−t²) dt: an odd polynomial up to 1; beyond, 1 − e^(−r) with a polynomial r, whose
// error matters less the smaller e^(−r) is. erf 4 is 1 in f32.
fn erf(x: f32) -> f32 {
  let w = x * x;
  let tail = -0.0268544443 + w * (0.00518953567 + w * (-0.000802084222 + w * 7.88912294e-5));
  let near = x + x * (0.128379166 + w * (-0.37612626 + w * (0.112836003 + w * tail)));
  let a = min(abs(x), 4.0);
  let rest = 0.088634111 + a * (-0.0147780981 + a * 0.00115041912);
  let r = 0.00267171999 + a * (1.11743844 + a * (0.65448904 + a * rest));
  return keepNan(select(sign(x) * (1.0 - exp(-r)), near, abs(x) <= 1.0), x);
}

// xⁿ by squaring: the built-in pow takes a logarithm and has none of a negative x. x⁰ is 1.
fn powInteger(x: f32, n: i32) -> f32 {
  var power = x;
  var result = 1.0;
  for (var rest = u32(abs(n)); rest > 0u; rest >>= 1u) {
    if ((rest & 1u) == 1u) {
      result *= power;
    }
    power *= power;
  }
  return select(result, 1.0 / result, n < 0);
}

// xʸ for x ≥ 0, through the logarithm of x; x⁰ is 1, of 0 and infinity too. Of a negative x it is NaN, whatever y.
fn powPositive(x: f32, y: f32) -> f32 {
  let power = select(exp(y * stableLog(x)), 1.0, y == 0.0);
  let notNumber = bitcast<f32>(bitcast<u32>(x) | 0x7fc00000u);
  return keepNan(keepNan(select(power, notNumber, x < 0.0 && !vanishes(x)), x), y);
}

// The larger of x and y, NaN if either is.
fn larger(x: f32, y: f32) -> f32 {
  return keepNan(keepNan(max(x, y), x), y);
}

// The smaller of x and y, NaN if either is.
fn smaller(x: f32, y: f32) -> f32 {
  return keepNan(keepNan(min(x, y), x), y);
}

// −1, 0 or 1, and NaN of NaN.
fn signOf(x: f32) -> f32 {
  return keepNan(sign(x), x);
}

// Whether x comes before y in ascending order, `first` deciding between equals. NaN comes after every number, and no
// comparison with one decides anything.
fn precedes(x: f32, y: f32, first: bool) -> bool {
  let ofNumbers = !isNan(x) && (x < y || (x == y && first));
  return select(ofNumbers, !isNan(x) || first, isNan(y));
}
