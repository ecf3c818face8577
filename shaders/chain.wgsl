// x[i, j] = what STEPS steps make of x[i, j], each of them computed from chain i alone: a whole walk by one dispatch
//
//   x      [CHAINS, 1]         in/out  what a step hands on to the next; any number of such
//   kept   [STEPS, CHAINS, 1]  out     what is summed over chains later, step after step
//   given  [1]                 in      weights, and whatever else is the same in every step; any number of such
//
// A workgroup takes ROWS chains through all steps. What a step stores on the way lies in workgroup memory, so that nothing but weights is read
// from buffers. A step is a row of stages, with a barrier between a stage and what reads its results: a product, a sum or an
// expression, each of them one of the functions below, repeated with a number of its own. A thread of a product computes one column
// of four rows, which share the loads of weights. PIECE steps make a dispatch, since no GPU may be at one of them for seconds.

override CHAINS: u32 = 1u;
override STEPS: u32 = 1u;
override PIECE: u32 = 1u;

const ROWS = 4u;
const THREADS = 64u;

// slot memory
@group(0) @binding(0) var<storage, read_write> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> kept: array<f32>;
@group(0) @binding(2) var<storage, read> given: array<f32>;

var<workgroup> held0: array<f32, 4>;
var<workgroup> held1: array<f32, 4>;
// end

/// The first chain of this workgroup, and how many it has: the last one may have fewer.
var<private> first: u32;
var<private> chains: u32;
/// Which step it is.
var<private> turn: u32;
/// 1, which compilers cannot know: they would unroll loops of a known length, at which some are for seconds.
var<private> once: u32;

// slot wiring
/// The elements of a stage that are this workgroup's: how many, and the first of them.
fn items0() -> u32 { return chains; }
fn from0() -> u32 { return first; }
fn left0(i: u32) -> f32 { return held0[i]; }
fn right0(i: u32) -> f32 { return given[i]; }
fn keep0(value: f32, i: u32, row: u32, column: u32) { held1[i - first] = value; }
const COLUMNS0 = 1u;
const TERMS0 = 1u;

fn items1() -> u32 { return chains; }
fn from1() -> u32 { return first; }
fn left1(i: u32) -> f32 { return held0[i]; }
fn right1(i: u32) -> f32 { return given[i]; }
fn keep1(value: f32, i: u32, row: u32, column: u32) { held1[i - first] = value; }
const COLUMNS1 = 1u;
const TERMS1 = 1u;

fn items2() -> u32 { return chains; }
fn from2() -> u32 { return first; }
fn term2(o: u32, r: u32) -> f32 { return held1[o - first + r]; }
fn combine2(a: f32, b: f32) -> f32 { return a + b; }
fn keep2(value: f32, i: u32) {
  held0[i - first] = value;
  kept[turn * CHAINS + i] = value;
  x[i] = value;
}
alias Element2 = f32;
const IDENTITY2 = Element2();
const TERMS2 = 1u;

fn items3() -> u32 { return chains; }
fn from3() -> u32 { return first; }
fn keep3(i: u32) { held0[i - first] = x[i]; }
// end

// slot product
/// y[row, column] = Σₖ left[row, k] · right[k, column]
fn stage0(thread: u32) {
  let rows = items0() / COLUMNS0;
  let above = from0() / COLUMNS0;
  let terms = TERMS0 * once;
  for (var tile = thread; tile < (rows + 3u) / 4u * COLUMNS0; tile += THREADS) {
    let row = tile / COLUMNS0 * 4u;
    let column = tile % COLUMNS0;
    // Beyond the last row that one is repeated, and its result not kept.
    let at = min(row + vec4u(0u, 1u, 2u, 3u), vec4u(rows - 1u)) * TERMS0;
    var results = vec4f();
    for (var k = 0u; k < terms; k++) {
      let right = right0(k * COLUMNS0 + column);
      results = fma(vec4f(left0(at.x + k), left0(at.y + k), left0(at.z + k), left0(at.w + k)), vec4f(right), results);
    }
    for (var e = 0u; e < min(4u, rows - row); e++) {
      keep0(results[e], (above + row + e) * COLUMNS0 + column, above + row + e, column);
    }
  }
}
// end

// slot single
/// The same with one row to a thread, where there are hardly more.
fn stage1(thread: u32) {
  let above = from1() / COLUMNS1;
  let terms = TERMS1 * once;
  for (var item = thread; item < items1(); item += THREADS) {
    let row = item / COLUMNS1;
    let column = item % COLUMNS1;
    var result = 0.0;
    for (var k = 0u; k < terms; k++) {
      result = fma(left1(row * TERMS1 + k), right1(k * COLUMNS1 + column), result);
    }
    keep1(result, (above + row) * COLUMNS1 + column, above + row, column);
  }
}
// end

// slot terms
/// combine over r of term(o, r); written out where they are few.
fn total2(o: u32) -> Element2 {
  let terms = TERMS2 * once;
  var result = IDENTITY2;
  for (var r = 0u; r < terms; r++) {
    result = combine2(result, term2(o, r));
  }
  return result;
}
// end

// slot sum
/// y[i] = total(i)
fn stage2(thread: u32) {
  for (var item = thread; item < items2(); item += THREADS) {
    let i = from2() + item;
    keep2(total2(i), i);
  }
}
// end

// slot each
/// An expression of i.
fn stage3(thread: u32) {
  for (var item = thread; item < items3(); item += THREADS) {
    keep3(from3() + item);
  }
}
// end

// slot course
/// What comes before the steps of a dispatch, a step, and what comes after them. Every function begins when the one before has ended.
fn begin(thread: u32) {
  stage3(thread);
}

fn advance(thread: u32) {
  stage0(thread);
  workgroupBarrier();
  stage2(thread);
}

fn finish(thread: u32) {}
// end

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let above = (group.y * groups.x + group.x) * ROWS;
  if (above >= CHAINS) {
    return;
  }
  first = above;
  chains = min(ROWS, CHAINS - above);
  once = groups.z;
  // Pieces count as iterations.
  let start = iterationIndex() * PIECE;
  begin(local);
  workgroupBarrier();
  for (var i = start; i < min(start + PIECE, STEPS); i++) {
    turn = i;
    advance(local);
    workgroupBarrier();
  }
  finish(local);
}
