import assert from "node:assert/strict";
import { entryHash } from "../../db-service/contract/chain.ts";
import { statementsHash } from "../../db-service/contract/digest.ts";
import { onEveryEngine } from "./benches.ts";
import { Lab } from "./lab.ts";

onEveryEngine(
  "the chain comes in pages with the statements that were signed, fewer where these are long",
  async (engine) => {
    await using lab = await Lab.open({ engine, sample: true });
    const long = "long ".repeat(180_000);
    for (let id = 1; id <= 3; id++) {
      await lab.approve(["UPDATE customers SET tier = 'x' WHERE id = ? AND ? <> ''", id, long]);
    }
    const pages: number[][] = [];
    let prev = "";
    for (let after = 0;;) {
      const page = await lab.writer.changes(after);
      pages.push(page.map(({ seq }) => seq));
      for (const entry of page) {
        assert.equal(entry.prev, prev);
        assert.equal(await entryHash(entry), entry.hash);
        assert.equal(await statementsHash(entry.statements), entry.statementsSha256);
        assert.deepEqual(entry.statements[0].args, [entry.seq, long]);
        prev = entry.hash;
        after = entry.seq;
      }
      if (page.length === 0) break;
    }
    assert.deepEqual(pages, [[1, 2], [3], []]);
  },
);
