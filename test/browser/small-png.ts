import { deflateSync, inflateSync, crc32 } from "node:zlib";

/**
 * Makes a screenshot smaller: at most 256 colours, the ones that cover most of it, and the best compression.
 * Takes the PNG that Chromium writes (8 bits, red-green-blue, not interlaced).
 * @see https://www.w3.org/TR/png-3/
 */
export function shrinkPng(png: Buffer): Buffer {
  const { width, height, pixels } = readPng(png);
  const palette = choosePalette(pixels);
  const indexes = Buffer.alloc((width + 1) * height);
  const known = new Map<number, number>();
  pixels.forEach((color, at) => {
    let index = known.get(color);
    if (index === undefined) known.set(color, (index = nearest(palette, color)));
    // Each line starts with its filter, which is 0: none.
    indexes[at + Math.floor(at / width) + 1] = index;
  });
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", header),
    chunk("PLTE", Buffer.from(palette.flatMap(channels))),
    chunk("IDAT", deflateSync(indexes, { level: 9, memLevel: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

const SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");

interface Picture {
  readonly width: number;
  readonly height: number;
  /** One number per pixel: red, green and blue, eight bits each. */
  readonly pixels: Uint32Array;
}

function readPng(png: Buffer): Picture {
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const size = png[25] === 6 ? 4 : 3;
  const data: Buffer[] = [];
  for (let at = 8; at < png.length; at += png.readUInt32BE(at) + 12) {
    if (png.toString("latin1", at + 4, at + 8) === "IDAT")
      data.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  }
  const bytes = unfilter(inflateSync(Buffer.concat(data)), width * size, height, size);
  return {
    width,
    height,
    pixels: Uint32Array.from({ length: width * height }, (_, n) => bytes.readUIntBE(n * size, 3)),
  };
}

/** Undoes the prediction of each line (section 9). */
function unfilter(lines: Buffer, stride: number, height: number, size: number): Buffer {
  const out = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y += 1) {
    const filter = lines[y * (stride + 1)] ?? 0;
    for (let x = 0; x < stride; x += 1) {
      const left = x < size ? 0 : (out[y * stride + x - size] ?? 0);
      const up = y === 0 ? 0 : (out[(y - 1) * stride + x] ?? 0);
      const corner = y === 0 || x < size ? 0 : (out[(y - 1) * stride + x - size] ?? 0);
      out[y * stride + x] = (lines[y * (stride + 1) + 1 + x] ?? 0) + predict(filter, left, up, corner);
    }
  }
  return out;
}

function predict(filter: number, left: number, up: number, corner: number): number {
  switch (filter) {
    case 1:
      return left;
    case 2:
      return up;
    case 3:
      return (left + up) >> 1;
    case 4:
      return paeth(left, up, corner);
    default:
      return 0;
  }
}

function paeth(left: number, up: number, corner: number): number {
  const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}

/** A colour and how many pixels have it. */
type Count = readonly [color: number, count: number];

/** Cuts the box of colours with the widest channel in two until there are 256 (median cut). */
function choosePalette(pixels: Uint32Array): readonly number[] {
  const counts = new Map<number, number>();
  for (const color of pixels) counts.set(color, (counts.get(color) ?? 0) + 1);
  const boxes: Count[][] = [[...counts]];
  while (boxes.length < 256) {
    const widest = boxes.toSorted((a, b) => extent(b).width - extent(a).width)[0] ?? [];
    const { channel, width } = extent(widest);
    if (width === 0) break;
    const sorted = widest.toSorted(([a], [b]) => (channels(a)[channel] ?? 0) - (channels(b)[channel] ?? 0));
    boxes.splice(boxes.indexOf(widest), 1, ...halves(sorted, channel));
  }
  // The commonest colour of a box stands for it, so that backgrounds keep theirs exactly.
  return boxes.map((box) => box.reduce((best, each) => (each[1] > best[1] ? each : best))[0]);
}

function halves(sorted: readonly Count[], channel: number): readonly [Count[], Count[]] {
  const values = sorted.map(([color]) => channels(color)[channel] ?? 0);
  const middle = ((values[0] ?? 0) + (values.at(-1) ?? 0)) / 2;
  const cut = values.findIndex((value) => value > middle);
  return [sorted.slice(0, cut), sorted.slice(cut)];
}

function extent(box: readonly Count[]): { readonly channel: number; readonly width: number } {
  const widths = [0, 1, 2].map((channel) => {
    const values = box.map(([color]) => channels(color)[channel] ?? 0);
    return values.reduce((a, b) => Math.max(a, b), 0) - values.reduce((a, b) => Math.min(a, b), 255);
  });
  const width = Math.max(...widths);
  return { channel: widths.indexOf(width), width };
}

function nearest(palette: readonly number[], color: number): number {
  const distances = palette.map((each) => distance(each, color));
  return distances.indexOf(Math.min(...distances));
}

function distance(one: number, other: number): number {
  const [a, b] = [channels(one), channels(other)];
  return a.reduce((sum, value, channel) => sum + (value - (b[channel] ?? 0)) ** 2, 0);
}

function channels(color: number): number[] {
  return [color >> 16, (color >> 8) & 255, color & 255];
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const frame = Buffer.alloc(4);
  frame.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([frame, body, check]);
}
