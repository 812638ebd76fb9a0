import duckdb, { type Vector } from '@duckdb/node-bindings';

/** Bytes that grow; what is new is zero. */
export class Bytes {
  #room = new Uint8Array(1024);
  length = 0;

  /** Place for so many bytes more. */
  extend(count: number): Uint8Array {
    const needed = this.length + count;
    if (needed > this.#room.length) {
      const room = new Uint8Array(Math.max(needed, this.#room.length * 2));
      room.set(this.#room.subarray(0, this.length));
      this.#room = room;
    }
    const place = this.#room.subarray(this.length, needed);
    this.length = needed;
    return place;
  }

  take(): Uint8Array {
    const taken = this.#room.subarray(0, this.length);
    this.#room = new Uint8Array(this.#room.length);
    this.length = 0;
    return taken;
  }
}

/** Bits, the lowest of a byte first. */
export class Bits {
  #bytes = new Bytes();
  #last: Uint8Array = new Uint8Array(1);
  length = 0;

  push(set: boolean): void {
    const bit = this.length++ & 7;
    if (bit === 0) this.#last = this.#bytes.extend(1);
    if (set) this.#last[0] = (this.#last[0] ?? 0) | (1 << bit);
  }

  take(): Uint8Array {
    this.length = 0;
    return this.#bytes.take();
  }
}

/** Which values of a column are there. Bits are kept from the first NULL on: most columns have none. */
export class Validity {
  #bits: Bits | undefined;
  #length = 0;
  #nulls = 0;

  /** Takes over a vector's; gives a 1 for each value that is NULL, undefined when none is. */
  append(vector: Vector, from: number, count: number): Uint8Array | undefined {
    const isNull = nullsOf(vector, from, count);
    if (isNull !== undefined && this.#bits === undefined) {
      this.#bits = new Bits();
      for (let index = 0; index < this.#length; index++) this.#bits.push(true);
    }
    if (this.#bits !== undefined) {
      for (let index = 0; index < count; index++) {
        const there = isNull?.[index] !== 1;
        this.#bits.push(there);
        if (!there) this.#nulls++;
      }
    }
    this.#length += count;
    return isNull;
  }

  take(): { length: number; nullCount: number; nullBitmap: Uint8Array | undefined } {
    const taken = { length: this.#length, nullCount: this.#nulls, nullBitmap: this.#bits?.take() };
    this.#bits = undefined;
    this.#nulls = 0;
    this.#length = 0;
    return taken;
  }
}

/** A 1 for each of a vector's values that is NULL; undefined when none is. */
export function nullsOf(vector: Vector, from: number, count: number): Uint8Array | undefined {
  // The type leaves out that a vector without NULLs has none.
  const valid = duckdb.vector_get_validity(vector, Math.ceil((from + count) / 64) * 8) as Uint8Array | null;
  if (valid === null) return undefined;
  const isNull = new Uint8Array(count);
  let any = false;
  for (let index = 0; index < count; index++) {
    const at = from + index;
    if ((((valid[at >> 3] ?? 0) >> (at & 7)) & 1) === 1) continue;
    isNull[index] = 1;
    any = true;
  }
  return any ? isNull : undefined;
}

/** Where each value ends, behind a zero. */
export class Offsets {
  #ends = new Int32Array(1024);
  #length = 1;

  get bytes(): number {
    return this.#length * 4;
  }

  push(end: number): void {
    if (this.#length === this.#ends.length) {
      const room = new Int32Array(this.#length * 2);
      room.set(this.#ends);
      this.#ends = room;
    }
    this.#ends[this.#length++] = end;
  }

  take(): Int32Array {
    const taken = this.#ends.subarray(0, this.#length);
    this.#ends = new Int32Array(this.#ends.length);
    this.#length = 1;
    return taken;
  }
}

export function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
