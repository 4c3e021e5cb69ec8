/**
 * Numbers of entries as the index holds them, newest first, and where several lists of them meet. Each list is read from
 * where it is needed, a few at a time and more as they are used, so that what is skipped is not read.
 */

/** Counts what is read for one answer, so that it ends. */
export class Meter {
  #reads = 0;
  constructor(readonly most: number) {}
  /** Notes reads: one for each entry, and at least one for each question. */
  add(reads: number): void {
    this.#reads += Math.max(1, reads);
  }
  get isSpent(): boolean {
    return this.#reads >= this.most;
  }
}

/** Numbers in falling order. */
export interface Postings {
  /** The greatest one that is at most `n`; null when there is none. Ask with falling `n` only. */
  seek(n: number): Promise<number | null>;
  /** How far its numbers are apart, as far as it was read. */
  readonly gap: number;
}

/** How many postings are read at once at first: then fewer where questions jump far, more where they come in order. */
export const FEW = 8;
const MOST = 128;

/** The numbers at the end of the keys below `prefix`. */
export class StoredPostings implements Postings {
  #ids: number[] = [];
  #at = 0;
  /** How many of those that were read were asked for, and the last of them. */
  #used = 0;
  #lastUsed = -1;
  #isLast = false;
  #size: number;
  gap = 1;

  /** `few`: how many to read where nothing is known yet; one list of many is rarely asked twice. */
  constructor(
    readonly kv: Deno.Kv,
    readonly prefix: Deno.KvKey,
    readonly meter: Meter,
    readonly few = FEW,
  ) {
    this.#size = few;
  }

  async seek(n: number): Promise<number | null> {
    while (this.#at < this.#ids.length && this.#ids[this.#at] > n) this.#at++;
    if (this.#at === this.#ids.length) {
      if (this.#isLast) return null;
      await this.#read(n);
    }
    if (this.#lastUsed !== this.#at) this.#used++;
    this.#lastUsed = this.#at;
    return this.#ids[this.#at] ?? null;
  }

  async #read(n: number): Promise<void> {
    if (this.#ids.length > 0) {
      const wereUsed = this.#used * 2 > this.#ids.length;
      this.#size = wereUsed ? Math.min(this.#size * 2, MOST) : Math.max(1, this.#size >> 2);
    }
    this.#ids = [];
    this.#at = this.#used = 0;
    this.#lastUsed = -1;
    const selector = { start: this.prefix, end: [...this.prefix, n + 1] };
    for await (const { key } of this.kv.list(selector, { reverse: true, limit: this.#size })) {
      this.#ids.push(Number(key.at(-1)));
    }
    this.#isLast = this.#ids.length < this.#size;
    const last = this.#ids.at(-1);
    this.gap = this.#isLast || last === undefined ? Infinity : (n - last + 1) / this.#ids.length;
    this.meter.add(this.#ids.length);
  }
}

/** Numbers that are known already, in falling order. */
export class KnownPostings implements Postings {
  readonly gap = Infinity;
  #at = 0;
  constructor(readonly ids: readonly number[]) {}
  seek(n: number): Promise<number | null> {
    while (this.ids[this.#at] > n) this.#at++;
    return Promise.resolve(this.ids[this.#at] ?? null);
  }
}

/** What is in any of several lists. */
export class AnyOf implements Postings {
  constructor(readonly parts: readonly Postings[]) {}
  get gap(): number {
    return 1 / this.parts.reduce((density, { gap }) => density + 1 / gap, 0);
  }
  async seek(n: number): Promise<number | null> {
    const heads = await Promise.all(this.parts.map((part) => part.seek(n)));
    return heads.reduce((best, id) => best === null || (id !== null && id > best) ? id : best, null);
  }
}

/** Numbers that are in every list, from `n` down to `least`. `rest`: all above it were looked at; 0 when there are no more. */
export async function meet(
  lists: readonly Postings[],
  n: number,
  { least, wanted, meter }: { least: number; wanted: number; meter: Meter },
): Promise<{ ids: number[]; rest: number }> {
  const ids: number[] = [];
  let rest = n;
  for (const list of lists) if (await list.seek(n) === null) return { ids, rest: least - 1 };
  // The rarest leads: the others are only asked about what it has.
  const rarestFirst = lists.toSorted((a, b) => b.gap - a.gap);
  while (ids.length < wanted && rest >= least) {
    const id = await nextShared(rarestFirst, rest, meter);
    if (id === null) return { ids, rest: least - 1 };
    if (id.isShared && id.at >= least) ids.push(id.at);
    rest = Math.max(id.isShared ? id.at - 1 : id.at, least - 1);
    if (meter.isSpent) break;
  }
  return { ids, rest };
}

/** The next number that all lists have, or how far the search came when too much was read; null at an end. */
async function nextShared(
  lists: readonly Postings[],
  n: number,
  meter: Meter,
): Promise<{ at: number; isShared: boolean } | null> {
  for (let at = n, agreed = 0;;) {
    const id = await lists[agreed].seek(at);
    if (id === null) return null;
    // One that has to go further down sends the question back to the rarest.
    if (id === at) agreed++;
    else agreed = agreed === 0 ? 1 : 0;
    at = id;
    if (agreed === lists.length) return { at, isShared: true };
    if (meter.isSpent) return { at, isShared: false };
  }
}
