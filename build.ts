/** Builds the app for a server: `_fresh/server.js` and the browser's files beside it. */
import { Builder } from "fresh/dev";

await new Builder().build();
