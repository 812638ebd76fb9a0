import duckdb, { type Vector } from '@duckdb/node-bindings';
import { type Data, type DataType, makeData } from 'apache-arrow';
import type { SqlType } from '../../../../sql/type.ts';
import { Bits, Bytes, nullsOf, Offsets, Validity, viewOf } from './buffer.ts';
import { arrowType, decimalDigits, storedScale } from './type.ts';

/**
 * Gathers a column of an Arrow record batch from DuckDB's vectors, by copies of their memory (DuckDB's C API,
 * Vector; Arrow's columnar format, Physical memory layout). Where a value is NULL zeros are written: what the engine
 * has left there is nobody's to see.
 */
export interface Column {
  /** Takes values `from` to `from + count` of a vector with `size` of them. */
  append(vector: Vector, size: number, from: number, count: number): void;
  /** Of the values so far. */
  readonly bytes: number;
  /** The values so far; the column is empty then. */
  take(): Data;
}

export function columnOf(type: SqlType): Column {
  const arrow = arrowType(type);
  switch (type.kind) {
    case 'INT64':
    case 'FLOAT64':
    case 'TIME':
    case 'DATETIME':
    case 'TIMESTAMP':
      return new Fixed(arrow, 8);
    case 'DATE':
      return new Fixed(arrow, 4);
    case 'NUMERIC':
      return new Fixed(arrow, 16);
    case 'BIGNUMERIC':
      return new Fixed(arrow, 16, 32, widen(decimalDigits(type).scale - storedScale(type)));
    case 'INTERVAL':
      return new Fixed(arrow, 16, 16, toNanoseconds);
    case 'BOOL':
      return new Bool(arrow);
    case 'STRING':
    case 'JSON':
    case 'GEOGRAPHY':
    case 'BYTES':
      return new Text(arrow);
    case 'ARRAY':
      return new List(arrow, columnOf(type.element));
    case 'STRUCT':
      return new Struct(
        arrow,
        type.fields.map((field) => columnOf(field.type)),
      );
    case 'RANGE':
      return new Struct(arrow, [columnOf(type.element), columnOf(type.element)]);
  }
}

type Convert = (from: DataView, at: number, to: DataView, place: number) => void;

class Fixed implements Column {
  readonly #type: DataType;
  readonly #width: number;
  readonly #out: number;
  readonly #convert: Convert | undefined;
  readonly #validity = new Validity();
  readonly #values = new Bytes();

  /** @param width bytes of a value in the vector, @param out in the batch */
  constructor(type: DataType, width: number, out = width, convert?: Convert) {
    this.#type = type;
    this.#width = width;
    this.#out = out;
    this.#convert = convert;
  }

  get bytes(): number {
    return this.#values.length;
  }

  append(vector: Vector, size: number, from: number, count: number): void {
    const [width, out] = [this.#width, this.#out];
    const isNull = this.#validity.append(vector, from, count);
    const data = duckdb.vector_get_data(vector, size * width);
    const place = this.#values.extend(count * out);
    if (this.#convert === undefined) place.set(data.subarray(from * width, (from + count) * width));
    else {
      const [source, target] = [viewOf(data), viewOf(place)];
      for (let index = 0; index < count; index++)
        if (isNull?.[index] !== 1) this.#convert(source, (from + index) * width, target, index * out);
    }
    if (isNull === undefined) return;
    for (let index = 0; index < count; index++) {
      if (isNull[index] === 1) place.fill(0, index * out, (index + 1) * out);
    }
  }

  take(): Data {
    const bytes = this.#values.take();
    const { ArrayType } = this.#type;
    const size = ArrayType.BYTES_PER_ELEMENT as number;
    const data = new ArrayType(bytes.buffer, bytes.byteOffset, bytes.byteLength / size);
    return makeData({ type: this.#type as never, ...this.#validity.take(), data });
  }
}

/** A decimal of 128 bits as one of 256 with more digits behind the point. */
function widen(digits: number): Convert {
  const factor = 10n ** BigInt(digits);
  const low = (1n << 64n) - 1n;
  return (from, at, to, place) => {
    let value = ((from.getBigInt64(at + 8, true) << 64n) | from.getBigUint64(at, true)) * factor;
    for (let word = 0; word < 4; word++) {
      to.setBigUint64(place + word * 8, value & low, true);
      value >>= 64n;
    }
  };
}

/** Months, days and microseconds as months, days and nanoseconds. */
const toNanoseconds: Convert = (from, at, to, place) => {
  to.setInt32(place, from.getInt32(at, true), true);
  to.setInt32(place + 4, from.getInt32(at + 4, true), true);
  to.setBigInt64(place + 8, from.getBigInt64(at + 8, true) * 1000n, true);
};

class Bool implements Column {
  readonly #type: DataType;
  readonly #validity = new Validity();
  readonly #values = new Bits();

  constructor(type: DataType) {
    this.#type = type;
  }

  get bytes(): number {
    return this.#values.length / 8;
  }

  append(vector: Vector, size: number, from: number, count: number): void {
    const isNull = this.#validity.append(vector, from, count);
    const data = duckdb.vector_get_data(vector, size);
    for (let index = 0; index < count; index++) this.#values.push(isNull?.[index] !== 1 && data[from + index] === 1);
  }

  take(): Data {
    return makeData({ type: this.#type as never, ...this.#validity.take(), data: this.#values.take() });
  }
}

/** Bytes of a string as a vector has it: its length, and then it itself or where it is. */
const STRING = 16;
const INLINE = 12;

class Text implements Column {
  readonly #type: DataType;
  readonly #validity = new Validity();
  readonly #offsets = new Offsets();
  readonly #values = new Bytes();

  constructor(type: DataType) {
    this.#type = type;
  }

  get bytes(): number {
    return this.#values.length + this.#offsets.bytes;
  }

  append(vector: Vector, size: number, from: number, count: number): void {
    const isNull = this.#validity.append(vector, from, count);
    const data = duckdb.vector_get_data(vector, size * STRING);
    const view = viewOf(data);
    for (let index = 0; index < count; index++) {
      const at = (from + index) * STRING;
      const length = isNull?.[index] === 1 ? 0 : view.getUint32(at, true);
      if (length > INLINE) {
        const { buffer, byteOffset } = data;
        this.#values
          .extend(length)
          .set(duckdb.get_data_from_pointer(buffer as ArrayBuffer, byteOffset + at + 8, length));
      } else if (length > 0) this.#values.extend(length).set(data.subarray(at + 4, at + 4 + length));
      this.#offsets.push(this.#values.length);
    }
  }

  take(): Data {
    const valueOffsets = this.#offsets.take();
    return makeData({ type: this.#type as never, ...this.#validity.take(), valueOffsets, data: this.#values.take() });
  }
}

class List implements Column {
  readonly #type: DataType;
  readonly #elements: Column;
  readonly #offsets = new Offsets();
  #rows = 0;
  #total = 0;

  constructor(type: DataType, elements: Column) {
    this.#type = type;
    this.#elements = elements;
  }

  get bytes(): number {
    return this.#offsets.bytes + this.#elements.bytes;
  }

  append(vector: Vector, size: number, from: number, count: number): void {
    // Where they are NULL there is an empty array: BigQuery has no others.
    const isNull = nullsOf(vector, from, count);
    const entries = viewOf(duckdb.vector_get_data(vector, size * 16));
    const child = duckdb.list_vector_get_child(vector);
    const children = duckdb.list_vector_get_size(vector);
    // Elements of neighbours mostly lie side by side, and are taken together then.
    let [begin, end] = [0, 0];
    const flush = () => {
      if (end > begin) this.#elements.append(child, children, begin, end - begin);
    };
    for (let index = 0; index < count; index++) {
      const at = (from + index) * 16;
      const length = isNull?.[index] === 1 ? 0 : Number(entries.getBigUint64(at + 8, true));
      if (length > 0) {
        const start = Number(entries.getBigUint64(at, true));
        if (start !== end) {
          flush();
          begin = start;
        }
        end = start + length;
      }
      this.#total += length;
      this.#offsets.push(this.#total);
    }
    flush();
    this.#rows += count;
  }

  take(): Data {
    const length = this.#rows;
    this.#rows = 0;
    this.#total = 0;
    const valueOffsets = this.#offsets.take();
    return makeData({ type: this.#type as never, length, nullCount: 0, valueOffsets, child: this.#elements.take() });
  }
}

class Struct implements Column {
  readonly #type: DataType;
  readonly #fields: readonly Column[];
  readonly #validity = new Validity();

  constructor(type: DataType, fields: readonly Column[]) {
    this.#type = type;
    this.#fields = fields;
  }

  get bytes(): number {
    return this.#fields.reduce((sum, field) => sum + field.bytes, 0);
  }

  append(vector: Vector, size: number, from: number, count: number): void {
    this.#validity.append(vector, from, count);
    for (const [index, field] of this.#fields.entries())
      field.append(duckdb.struct_vector_get_child(vector, index), size, from, count);
  }

  take(): Data {
    const children = this.#fields.map((field) => field.take());
    return makeData({ type: this.#type as never, ...this.#validity.take(), children });
  }
}
