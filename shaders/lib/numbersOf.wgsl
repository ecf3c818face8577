// The numbers of vectors, one by one
//
// A loop that picks a number of a vector by its index makes some software adapters read all four of them, and choose.

// Number 4 i + j is component j of vector i.
fn numbersOf(vectors: array<vec4f, 32>) -> array<f32, 128> {
  var numbers: array<f32, 128>;
  for (var i = 0u; i < 32u; i++) {
    numbers[4u * i] = vectors[i].x;
    numbers[4u * i + 1u] = vectors[i].y;
    numbers[4u * i + 2u] = vectors[i].z;
    numbers[4u * i + 3u] = vectors[i].w;
  }
  return numbers;
}
