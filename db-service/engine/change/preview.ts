/** Preview: what statements would change, from a transaction that is always rolled back. */
import type { Preview } from "../../contract/schemas.ts";
import { ServiceError, type WriteInput } from "../types.ts";
import { type NetEffect, runCaptured, toPreview } from "./effect.ts";
import { inTransaction } from "./transaction.ts";
import type { WriterHost } from "./writer.ts";

/**
 * The last previews that have more than one page. Whoever looks at a change of 10,000 rows asks for fifty pages of one
 * preview: without this each page would cost the whole change again (12.6 s were measured, 0.3 s is what one costs).
 */
export class RecentPreviews {
  readonly #recent = new Map<string, { effect: Pick<NetEffect, "pages">; preview: Preview }>();

  keep(key: string, effect: NetEffect, preview: Preview): void {
    this.#recent.delete(key);
    if (effect.pages.length < 2) return;
    this.#recent.set(key, { effect: { pages: effect.pages }, preview });
    const [oldest] = this.#recent.keys();
    if (this.#recent.size > KEPT) this.#recent.delete(oldest);
  }

  /** A page after the first of the last preview of these statements; null when it is no longer kept. */
  page(key: string, page: number): Preview | null {
    const kept = this.#recent.get(key);
    if (kept === undefined) return null;
    const changes = kept.effect.pages[page];
    if (changes === undefined) {
      throw new ServiceError("not_found", `This preview has ${kept.effect.pages.length} pages.`);
    }
    return { ...kept.preview, changes };
  }
}

/** Two people looking at two large changes; each keeps at most 10,000 rows in memory. */
const KEPT = 2;

/**
 * The exact net change with one page of rows. Leaves the database as it was. The first page is always of the data as it
 * is now; a later one is of the preview that the first came from, where that is still kept.
 */
export async function preview(
  host: WriterHost,
  input: WriteInput & { page?: number },
): Promise<Preview> {
  const { database, statements, page = 0 } = input;
  const key = JSON.stringify([database, statements]);
  const kept = page > 0 ? host.recent.page(key, page) : null;
  if (kept !== null) return kept;
  return await inTransaction(host.begin, async (tx) => {
    const effect = await runCaptured(tx, input, { ...host, dryRun: true });
    const result = toPreview(effect, input, new Date(host.now()).toISOString(), page);
    host.recent.keep(key, effect, result);
    return result;
  });
}
