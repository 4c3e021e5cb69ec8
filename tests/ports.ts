/** Ports for servers that a test starts. */

/**
 * A port that nobody listens on, below those that the system gives to outgoing connections: one of these may take it
 * before the server does.
 */
export function freePort(): number {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}
