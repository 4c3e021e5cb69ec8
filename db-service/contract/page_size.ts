/** Changes of a preview come in pages of this many; each page is hashed by itself. */
export const PAGE_SIZE = 200;
