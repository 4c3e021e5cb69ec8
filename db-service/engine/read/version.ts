/** A text that changes whenever anything is committed to a database file, by whatever process. */

/**
 * In WAL mode every commit changes the header of the shared index (48 bytes: a counter, the log's length, checksums and
 * salts; https://sqlite.org/walformat.html); otherwise, and at every checkpoint, the file's own header changes (change
 * counter, size and version; https://sqlite.org/fileformat2.html). Both together name a state, equal in every process,
 * unlike `PRAGMA data_version`, which counts for one connection. A torn read costs one needless refresh.
 */
export function fileVersion(file: string): string {
  const bytes = [...head(file, 24, 76), ...head(`${file}-shm`, 0, 48)];
  // FNV-1a over both headers, twice 32 bits: short, and nothing secret or hostile is in them.
  let a = 0x811c9dc5, b = 0xcbf29ce4;
  for (const byte of bytes) {
    a = Math.imul(a ^ byte, 0x01000193) >>> 0;
    b = Math.imul(b ^ byte ^ 0x5a, 0x01000193) >>> 0;
  }
  return a.toString(36) + "-" + b.toString(36);
}

function head(file: string, from: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  try {
    using handle = Deno.openSync(file, { read: true });
    handle.seekSync(from, Deno.SeekMode.Start);
    handle.readSync(bytes);
  } catch (error) {
    // Without a log there is no index, and the file's header alone names the state.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return bytes;
}
