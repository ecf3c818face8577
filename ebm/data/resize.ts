/** Image sizes. */

/** Planes `[count, height, width]` to `[count, size, size]`, bilinear with half-pixel centres, as when PIL enlarges. */
export function resizePlanes(planes: Float32Array, height: number, width: number, size: number): Float32Array {
  if (height === size && width === size) return planes;
  const count = planes.length / (height * width);
  const [rows, columns] = [taps(height, size), taps(width, size)];
  const out = new Float32Array(count * size * size);
  for (let plane = 0; plane < count; plane++)
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++) {
        const at = (row: number, column: number) => planes[(plane * height + row) * width + column];
        const [top, bottom, v] = rows[i];
        const [left, right, u] = columns[j];
        const upper = at(top, left) * (1 - u) + at(top, right) * u;
        const lower = at(bottom, left) * (1 - u) + at(bottom, right) * u;
        out[(plane * size + i) * size + j] = upper * (1 - v) + lower * v;
      }
  return out;
}

/** For each new index: the two old ones around it, and the weight of the second. */
function taps(from: number, to: number): [number, number, number][] {
  return Array.from({ length: to }, (_, index) => {
    const place = Math.min(Math.max(((index + 0.5) * from) / to - 0.5, 0), from - 1);
    const low = Math.floor(place);
    return [low, Math.min(low + 1, from - 1), place - low];
  });
}
