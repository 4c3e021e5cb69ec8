/** The Fresh app. What it knows is in agent/; what it answers is in routes/. */
import { App, csp, staticFiles } from "fresh";
import { start } from "./agent/life.ts";
import type { State } from "./routes/(_web)/define.ts";
import { guard } from "./routes/(_web)/guard.ts";

export const app = new App<State>()
  .use(guard)
  .use(
    csp({
      useNonce: true,
      csp: ["img-src 'self'", "connect-src 'self'", "frame-ancestors 'none'", "font-src 'self'"],
    }),
  )
  .use(staticFiles())
  .fsRoutes();

await start();
