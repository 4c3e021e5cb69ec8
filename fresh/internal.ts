/** What a generated `_fresh/server.js` needs. Not for apps. */
export { attachSnapshot } from "./src/app.ts";
export { withLiveReload } from "./src/server/live_reload.ts";
export { loadSnapshot } from "./src/server/snapshot.ts";
