/** QR codes (ISO/IEC 18004) of short texts: byte mode, error correction M, versions 1 to 10. */

/** By version: bytes of data in all, bytes of correction to a block, blocks. */
const SIZES: ReadonlyArray<readonly [number, number, number]> = [
  [16, 10, 1], [28, 16, 1], [44, 26, 1], [64, 18, 2], [86, 24, 2],
  [108, 16, 4], [124, 18, 4], [154, 22, 4], [182, 22, 5], [216, 26, 5],
]; // biome-ignore format: one table

const EXP = new Uint8Array(512);
const LOG = new Uint8Array(256);
for (let power = 0, value = 1; power < 255; power++) {
  EXP[power] = value;
  EXP[power + 255] = value;
  LOG[value] = power;
  value = value & 128 ? (value << 1) ^ 0x11d : value << 1;
}

function at(array: ArrayLike<number>, index: number): number {
  return array[index] ?? 0;
}

function times(a: number, b: number): number {
  return a && b ? at(EXP, at(LOG, a) + at(LOG, b)) : 0;
}

/** Remainder of the data by the generator polynomial: the bytes of correction. */
function correction(data: readonly number[], length: number): number[] {
  let generator = [1];
  for (let power = 0; power < length; power++) {
    const next = [...generator, 0];
    generator.forEach((value, place) => {
      next[place + 1] = at(next, place + 1) ^ times(value, at(EXP, power));
    });
    generator = next;
  }
  const rest = [...data, ...new Array<number>(length).fill(0)];
  for (let place = 0; place < data.length; place++) {
    const lead = at(rest, place);
    generator.forEach((value, offset) => {
      rest[place + offset] = at(rest, place + offset) ^ times(value, lead);
    });
  }
  return rest.slice(data.length);
}

function codewords(bytes: Uint8Array, version: number): number[] {
  const [total, each, blocks] = SIZES[version - 1] ?? [0, 0, 1];
  const bits: number[] = [];
  const push = (value: number, length: number) => {
    for (let bit = length - 1; bit >= 0; bit--) bits.push((value >> bit) & 1);
  };
  push(4, 4);
  push(bytes.length, version < 10 ? 8 : 16);
  for (const byte of bytes) push(byte, 8);
  push(0, Math.min(4, total * 8 - bits.length));
  while (bits.length % 8) bits.push(0);
  const data: number[] = [];
  for (let start = 0; start < bits.length; start += 8) {
    data.push(bits.slice(start, start + 8).reduce((sum, bit) => sum * 2 + bit, 0));
  }
  for (let pad = 0xec; data.length < total; pad ^= 0xec ^ 0x11) data.push(pad);
  // The last blocks are longer by one byte where they do not come out even.
  const short = Math.floor(total / blocks);
  const shorter = blocks - (total % blocks);
  const parts: number[][] = [];
  for (let block = 0, start = 0; block < blocks; block++) {
    const end = start + short + (block < shorter ? 0 : 1);
    parts.push(data.slice(start, end));
    start = end;
  }
  const checks = parts.map((part) => correction(part, each));
  const out: number[] = [];
  for (let place = 0; place <= short; place++) {
    for (const part of parts) if (place < part.length) out.push(at(part, place));
  }
  for (let place = 0; place < each; place++) for (const check of checks) out.push(at(check, place));
  return out;
}

/** Where the centres of the small squares stand, along each side. */
function centres(version: number): number[] {
  if (version === 1) return [];
  const last = version * 4 + 10;
  return version < 7 ? [6, last] : [6, 6 + (last - 6) / 2, last];
}

function bch(value: number, generator: number, length: number): number {
  let rest = value << length;
  for (let bit = 31 - Math.clz32(rest); bit >= length; bit = 31 - Math.clz32(rest)) {
    rest ^= generator << (bit - length);
  }
  return (value << length) | rest;
}

const MASKS: ReadonlyArray<(row: number, column: number) => boolean> = [
  (r, c) => (r + c) % 2 === 0,
  (r) => r % 2 === 0,
  (_, c) => c % 3 === 0,
  (r, c) => (r + c) % 3 === 0,
  (r, c) => (Math.floor(r / 2) + Math.floor(c / 3)) % 2 === 0,
  (r, c) => ((r * c) % 2) + ((r * c) % 3) === 0,
  (r, c) => (((r * c) % 2) + ((r * c) % 3)) % 2 === 0,
  (r, c) => (((r + c) % 2) + ((r * c) % 3)) % 2 === 0,
];

type Grid = Array<Array<boolean | null>>;

function frame(version: number): Grid {
  const size = version * 4 + 17;
  const grid: Grid = Array.from({ length: size }, () => new Array<boolean | null>(size).fill(null));
  const set = (row: number, column: number, dark: boolean) => {
    const line = grid[row];
    if (line && column >= 0 && column < size) line[column] = dark;
  };
  const square = (row: number, column: number, reach: number, light: number) => {
    for (let y = -reach; y <= reach; y++) {
      for (let x = -reach; x <= reach; x++) {
        const ring = Math.max(Math.abs(x), Math.abs(y));
        set(row + y, column + x, ring !== light && ring !== 4);
      }
    }
  };
  for (let step = 8; step < size - 8; step++) {
    set(6, step, step % 2 === 0);
    set(step, 6, step % 2 === 0);
  }
  for (const [row, column] of [
    [3, 3],
    [3, size - 4],
    [size - 4, 3],
  ] as const) {
    square(row, column, 4, 2);
  }
  const places = centres(version);
  for (const row of places) {
    for (const column of places) {
      const corner = [row, column].filter((place) => place === 6).length;
      const far = [row, column].some((place) => place === size - 7);
      if (corner === 2 || (corner === 1 && far)) continue;
      square(row, column, 2, 1);
    }
  }
  return grid;
}

function tell(grid: Grid, version: number, mask: number): void {
  const size = grid.length;
  const put = (row: number, column: number, dark: boolean) => {
    const line = grid[row];
    if (line) line[column] = dark;
  };
  const format = bch(mask, 0x537, 10) ^ 0x5412;
  for (let bit = 0; bit < 15; bit++) {
    const dark = ((format >> bit) & 1) === 1;
    put(bit < 6 ? bit : bit < 8 ? bit + 1 : size - 15 + bit, 8, dark);
    put(8, bit < 8 ? size - 1 - bit : bit < 9 ? 15 - bit : 14 - bit, dark);
  }
  put(size - 8, 8, true);
  if (version < 7) return;
  const told = bch(version, 0x1f25, 12);
  for (let bit = 0; bit < 18; bit++) {
    const dark = ((told >> bit) & 1) === 1;
    put(Math.floor(bit / 3), size - 11 + (bit % 3), dark);
    put(size - 11 + (bit % 3), Math.floor(bit / 3), dark);
  }
}

function laid(free: Grid, base: Grid, words: readonly number[], mask: number): Grid {
  const size = base.length;
  const grid = base.map((line) => [...line]);
  let bit = 0;
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    const up = ((right + 1) & 2) === 0;
    for (let step = 0; step < size; step++) {
      const row = up ? size - 1 - step : step;
      for (const column of [right, right - 1]) {
        if (free[row]?.[column] !== null) continue;
        const dark = ((at(words, bit >> 3) >> (7 - (bit & 7))) & 1) === 1;
        const line = grid[row];
        if (line) line[column] = dark !== (MASKS[mask]?.(row, column) ?? false);
        bit++;
      }
    }
  }
  return grid;
}

/** How hard a grid is to read: long runs, blocks, and an uneven share of dark. */
function penalty(grid: Grid): number {
  const size = grid.length;
  let sum = 0;
  let dark = 0;
  const lines = [grid, grid.map((_, x) => grid.map((line) => line[x] ?? false))];
  for (const turned of lines) {
    for (const line of turned) {
      let run = 1;
      for (let x = 1; x <= size; x++) {
        if (x < size && line[x] === line[x - 1]) run++;
        else {
          if (run >= 5) sum += run - 2;
          run = 1;
        }
      }
      const text = line.map((cell) => (cell ? '1' : '0')).join('');
      for (const sign of ['10111010000', '00001011101']) {
        for (let x = text.indexOf(sign); x >= 0; x = text.indexOf(sign, x + 1)) sum += 40;
      }
    }
  }
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const here = grid[y]?.[x];
      if (here) dark++;
      const same = [grid[y]?.[x + 1], grid[y + 1]?.[x], grid[y + 1]?.[x + 1]];
      if (same.every((other) => other === here)) sum += 3;
    }
  }
  return sum + Math.floor(Math.abs((dark * 20) / (size * size) - 10)) * 10;
}

/** Rows of dark (true) and light modules, without the quiet zone. Throws beyond 213 bytes. */
export function qrCode(text: string): boolean[][] {
  const bytes = new TextEncoder().encode(text);
  const fits = SIZES.findIndex(([total], index) => bytes.length + (index < 9 ? 2 : 3) <= total);
  if (fits < 0) throw new RangeError('too long for a QR code of this size');
  const version = fits + 1;
  const base = frame(version);
  tell(base, version, 0);
  const free = base.map((line) => [...line]);
  const words = codewords(bytes, version);
  let best: Grid = [];
  let least = Number.POSITIVE_INFINITY;
  for (let mask = 0; mask < MASKS.length; mask++) {
    const grid = laid(free, base, words, mask);
    tell(grid, version, mask);
    const cost = penalty(grid);
    if (cost < least) {
      best = grid;
      least = cost;
    }
  }
  return best.map((line) => line.map((cell) => cell === true));
}
