import assert from "node:assert/strict";
import { strangerInLocalMode } from "@/agent/boundary.ts";

const code = (headers: Record<string, string>) => strangerInLocalMode(new Headers(headers))?.code ?? "enters";

Deno.test("this machine's browser and curl enter", () => {
  assert.equal(code({ host: "127.0.0.1:8000" }), "enters");
  assert.equal(
    code({ host: "localhost:8000", origin: "http://localhost:8000", "sec-fetch-site": "same-origin" }),
    "enters",
  );
  assert.equal(code({ host: "[::1]:8000", "sec-fetch-site": "none" }), "enters");
});

Deno.test("a name that was pointed at this machine does not (DNS rebinding)", () => {
  for (
    const host of [
      "evil.example:8000",
      "127.0.0.1.evil.example",
      "localhost.evil.example",
      "0.0.0.0:8000",
      "",
      "10.0.0.5:8000",
    ]
  ) {
    assert.equal(code({ host }), "forbidden", host);
  }
});

Deno.test("no proxy stands between", () => {
  for (
    const name of [
      "forwarded",
      "x-forwarded-for",
      "x-forwarded-host",
      "x-forwarded-proto",
      "X-Forwarded-Anything",
    ]
  ) {
    assert.equal(code({ host: "127.0.0.1:8000", [name]: "1.2.3.4" }), "forbidden", name);
  }
});

Deno.test("another site's page is told apart by its Origin, or by the browser's own word", () => {
  const host = "127.0.0.1:8000";
  for (
    const origin of [
      "http://evil.example",
      "null",
      "https://127.0.0.1:8000",
      "http://127.0.0.1:8001",
      "http://localhost:8000",
    ]
  ) {
    assert.equal(code({ host, origin }), "csrf", origin);
  }
  for (const site of ["cross-site", "same-site", "anything-new"]) {
    assert.equal(code({ host, "sec-fetch-site": site }), "csrf", site);
  }
});
