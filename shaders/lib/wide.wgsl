// Sums of 32 rows of 64 columns, or of 16, spread over the 8 lanes of a subgroup
//
// Of four blocks of 8 rows, or of two, each lane holds the sums of 8 columns that lie 8 apart, two vectors to a row. At every step of the sum
// the lanes together load one number for each row, 4 each, which reach all of them by shuffles, and one for each column, 8 each: 12 loads
// for 256 multiply-adds. So many sums lie in memory, and going on with one costs a load, a store and a blend with what the
// mask of the loop keeps. Two steps at a time share that.

/// Sums of a block.
alias Sums = array<vec4f, 16>;

/// What two steps multiply the rows by: this lane's first four columns and its others, then those of the next step.
struct Columns {
  first: vec4f,
  others: vec4f,
  nextFirst: vec4f,
  nextOthers: vec4f,
}

/// Numbers 8 apart, from the first.
fn fourFrom(first: u32) -> vec4u {
  return first + vec4u(0u, 8u, 16u, 24u);
}

/// The sums of a block after two more steps; its rows have one number each in every lane. Compilers unroll the loop.
fn added(sums: Sums, now: f32, next: f32, columns: Columns) -> Sums {
  var more = sums;
  for (var r = 0u; r < 8u; r++) {
    let p = vec4f(subgroupShuffle(now, r));
    let q = vec4f(subgroupShuffle(next, r));
    more[2u * r] = fma(q, columns.nextFirst, fma(p, columns.first, more[2u * r]));
    more[2u * r + 1u] = fma(q, columns.nextOthers, fma(p, columns.others, more[2u * r + 1u]));
  }
  return more;
}

/// The sums of all blocks, row by row: number r · 8 + j is that of row r and of this lane's column j.
alias Results = array<f32, 256>;

/// The sums laid out for a loop that stores them: of vectors it would read all four numbers to pick one.
fn laidOut(blocks: u32, a: Sums, b: Sums, c: Sums, d: Sums) -> Results {
  var results: Results;
  for (var i = 0u; i < 16u; i++) {
    for (var j = 0u; j < 4u; j++) {
      results[i * 4u + j] = a[i][j];
      results[64u + i * 4u + j] = b[i][j];
      if (blocks > 2u) {
        results[128u + i * 4u + j] = c[i][j];
        results[192u + i * 4u + j] = d[i][j];
      }
    }
  }
  return results;
}
