import assert from "node:assert/strict";
import { pageScript } from "./page_script.ts";
import { startGatekeeper } from "./start.ts";

Deno.test("the main page's JavaScript is at most 45 KB, compressed (SPEC N6)", async () => {
  const gatekeeper = await startGatekeeper();
  try {
    const bytes = await pageScript(gatekeeper.url);
    // Far less would mean that the scripts were not found.
    assert(bytes > 20_000 && bytes <= 45_000, `${bytes} bytes`);
  } finally {
    await gatekeeper.stop();
    await Deno.remove(gatekeeper.varDir, { recursive: true });
  }
});
