/** Preview: what statements would change, from a transaction that is always rolled back. */
import type { Preview } from "../../contract/schemas.ts";
import type { WriteInput } from "../types.ts";
import { runCaptured, toPreview } from "./effect.ts";
import { inTransaction } from "./transaction.ts";
import type { WriterHost } from "./writer.ts";

/** The exact net change with one page of rows. Leaves the database as it was. */
export function preview(host: WriterHost, input: WriteInput & { page?: number }): Promise<Preview> {
  return inTransaction(host.begin, async (tx) => {
    const effect = await runCaptured(tx, input, { ...host, dryRun: true });
    return toPreview(effect, input, new Date(host.now()).toISOString(), input.page);
  });
}
