/** A new machine: nothing is installed and no cache is warm. `deno task dev` installs what the locks name and starts (M1). */
import assert from "node:assert/strict";
import { copyProject } from "./project.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

Deno.test("deno task dev starts from nothing", async () => {
  const copy = await copyProject();
  const cache = await Deno.makeTempDir();
  try {
    const { folder, port, word } = await copy.develop({ DENO_DIR: cache });
    await word(/is ready on/, 240_000);
    const rows = await fetch(`http://127.0.0.1:${port}/api/workspaces/main/tables/customers/rows`);
    assert.equal((await rows.json()).rows.length, 8);
    for (const lock of ["deno.lock", "db-service/deno.lock"]) {
      assert.equal(
        await Deno.readTextFile(`${folder}/${lock}`),
        await Deno.readTextFile(`${ROOT}${lock}`),
        lock,
      );
    }
  } finally {
    await copy.end();
    await Deno.remove(cache, { recursive: true });
  }
});
