/** What the queue lists: as an address says it, as the server is asked, and what a tab keeps of it. */
import assert from "node:assert/strict";
import type { Listing } from "@/agent/types.ts";
import { foundIn } from "@/islands/lib/Found.tsx";
import { MOST } from "@/islands/lib/held.ts";
import { askedOf, listingIn, passes, plain, withListing } from "@/islands/lib/listing.ts";
import { filterCount, listed, nextWaiting } from "@/islands/lib/queue.ts";
import { createState, FILTERS } from "@/islands/lib/state.ts";
import { trim } from "@/islands/lib/trim.ts";
import { entry, view } from "./fixtures.ts";

Deno.test("every list survives its address, whatever the page usually shows", () => {
  const states = [null, "pending", "stale", "approved", "rejected"] as const;
  const listings: Listing[] = FILTERS.flatMap((filter) =>
    states.flatMap((state) =>
      ["", "order items"].flatMap((table) =>
        ["", "upgrade & more", "#12"].map((q) => ({ filter, state, type: null, table, q }))
      )
    )
  );
  listings.push({ ...plain("all"), type: "action" }, { ...plain("all"), type: "action", q: "gold" });
  for (const usual of ["waiting", "all"] as const) {
    for (const listing of listings) {
      const isWaitState = listing.state === "pending" || listing.state === "stale";
      // A state belongs to one kind, and reads have but two of them.
      if (listing.state && listing.filter === "all") continue;
      if (listing.state && listing.filter !== "reads" && isWaitState !== (listing.filter === "waiting")) {
        continue;
      }
      const href = withListing("/w/main?panel=queue", listing, usual);
      assert.equal(new URLSearchParams(href.split("?")[1]).get("panel"), "queue");
      const read = listingIn(new URLSearchParams(href.split("?")[1])) ?? plain(usual);
      assert.deepEqual(read, listing, href);
      assert.equal(withListing(href, read, usual), href);
    }
  }
  assert.equal(withListing("/w/main?q=old&state=decided", plain("waiting"), "waiting"), "/w/main");
});

Deno.test("an address typed by hand is understood, and nonsense in it ignored", () => {
  const of = (text: string) => listingIn(new URLSearchParams(text));
  assert.equal(of(""), null);
  assert.equal(of("panel=queue&key=1"), null);
  assert.deepEqual(of("q=gold"), { ...plain("all"), q: "gold" });
  assert.deepEqual(of("state=rejected"), { ...plain("decided"), state: "rejected" });
  assert.deepEqual(of("state=executing&table=t"), { ...plain("waiting"), state: "executing", table: "t" });
  assert.deepEqual(of("type=observation&state=failed"), { ...plain("reads"), state: "failed" });
  assert.deepEqual(of("state=nonsense&type=toString"), plain("all"));
  assert.deepEqual(askedOf({ ...plain("decided"), q: "x" }), {
    type: "action",
    state: "decided",
    table: undefined,
    q: "x",
  });
});

Deno.test("listed is what passes, as far down as it was fetched, and what the server found", () => {
  const entries = [entry(9, "approved"), entry(8, "pending"), entry(5, "rejected"), entry(2, "approved")];
  const state = createState(view(entries));
  const ids = () => listed(state).map(({ id }) => id);
  assert.deepEqual(ids(), [8]);
  state.listing.value = plain("decided");
  assert.deepEqual(ids(), [9, 5, 2]);
  // Older ones may be known by chance; between them and the list there would be a gap.
  state.older.value = "5";
  assert.deepEqual(ids(), [9, 5]);
  state.listing.value = { ...plain("decided"), q: "gold" };
  state.found.value = [9];
  assert.deepEqual(ids(), [9]);
  assert.equal(passes(entry(1, "approved"), { ...plain("decided"), state: "rejected" }), false);
  // A decision moves on within the list, and outside of it when nothing there waits.
  assert.equal(nextWaiting(state, 1), 8);
});

Deno.test("a kind's count is the whole workspace's: reads are what is left of all numbers", () => {
  const state = createState(view([]));
  state.counts.value = { pending: 2, stale: 1, executing: 1, approved: 30, rejected: 6 };
  state.newest.value = 100;
  assert.deepEqual(FILTERS.map((filter) => filterCount(state, filter)), [4, 36, 60, 100]);
});

Deno.test("a tab keeps what waits, what is open or drawn, and the newest of its list", () => {
  const state = createState(view([]));
  state.listing.value = plain("reads");
  state.selectedId.value = 4;
  state.entries.value = Array.from({ length: 2_000 }, (_, i) => {
    const id = 2_000 - i;
    return id === 3 ? entry(id, "pending") : entry(id, "approved", id % 2 ? "observation" : "action");
  });
  trim(state, MOST, new Map([[2, 1]]));
  const kept = state.entries.peek();
  assert.ok(kept.length <= MOST, `${kept.length} are kept`);
  for (const id of [1_999, 4, 3, 2]) assert.ok(kept.some((one) => one.id === id), `#${id} is gone`);
  assert.equal(kept.some(({ id }) => id === 2_000), false, "a change is kept where reads are listed");
  // The list says that it goes on, from the last one that it shows.
  assert.equal(state.older.peek(), String(listed(state).at(-1)?.id));
});

Deno.test("the word that was searched for is found in a title, whatever its case and accents", () => {
  const found = (text: string, q: string) => {
    const span = foundIn(text, q);
    return span && text.slice(span.from, span.to);
  };
  assert.equal(found("Upgrade all customers", "CUST"), "customers");
  assert.equal(found("Upgrade all customers", "upgr customers"), "customers");
  assert.equal(found("Une Crème brûlée", "brulee"), "brûlée");
  assert.equal(found("Upgrade all customers", "stomers"), undefined);
  assert.equal(found("Upgrade", "%"), undefined);
});
