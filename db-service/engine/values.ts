/** SQLite's values on the wire (CONTRACT.md, Value) and in a driver: lossless both ways, type and all. */
import type { Value } from "../contract/schemas.ts";
import { ServiceError, type SqlValue } from "./types.ts";

/**
 * A driver's value as JSON. Integers within ±(2^53 − 1) become numbers, others `{$int}`. A real with an integral value
 * becomes the same number, as JSON cannot tell 1.0 from 1; the infinities become `{$real}`.
 */
export function toWire(value: SqlValue): Value {
  switch (typeof value) {
    case "bigint":
      return value >= MIN_SAFE && value <= MAX_SAFE ? Number(value) : { $int: value.toString() };
    case "number":
      // JSON writes -0 as 0: say so here, so that a hash of the value and its wire form agree.
      if (Object.is(value, -0)) return 0;
      if (Number.isFinite(value)) return value;
      // SQLite stores NaN as NULL, so a driver never hands one out; the branch is for the type alone.
      return Number.isNaN(value) ? null : { $real: value > 0 ? "Infinity" : "-Infinity" };
    case "string":
      return value;
    default:
      return value === null ? null : { $blob: toBase64(value) };
  }
}

/** A JSON value as it is bound: an integral number as INTEGER, any other as REAL. Throws `invalid` beyond 64 bits. */
export function fromWire(value: Value): SqlValue {
  if (value === null || typeof value === "string") return value;
  if (typeof value === "number") {
    return Number.isSafeInteger(value) ? BigInt(value) : value;
  }
  if ("$int" in value) {
    const integer = BigInt(value.$int);
    if (BigInt.asIntN(64, integer) !== integer) {
      throw new ServiceError(
        "invalid",
        `${value.$int} does not fit into SQLite's 64-bit integers.`,
      );
    }
    return integer;
  }
  if ("$blob" in value) {
    return Uint8Array.from(atob(value.$blob), (char) => char.charCodeAt(0));
  }
  return value.$real === "Infinity" ? Infinity : -Infinity;
}

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);
const MIN_SAFE = BigInt(Number.MIN_SAFE_INTEGER);

function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (let i = 0; i < bytes.length; i += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  }
  return btoa(binary);
}
