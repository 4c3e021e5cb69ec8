/**
 * Quoted values of a request for data: what a LIKE compares with, what a row is to hold. They are not said to the
 * assistant, so a search for rows that contain an attack is not an attack. Pure, and linear: a value is bounded.
 */

const OPENING = `["'“”‘’«„\``;
const COMPARED = new RegExp(
  "(\\b(?:like|ilike|glob|match|regexp|contains?|containing|includes?|including|says|saying|equals?|equal to|named|called|" +
    "titled|labell?ed|starts? with|starting with|ends? with|ending with|search for|searching for|mentions?|mentioning)" +
    "(?: the)?(?: (?:word|words|text|phrase|string|value))?\\s{0,3}|[=<>]\\s{0,3})" +
    `(${OPENING}])([^"“”«»„\`\\n]{0,300}?)(["'“”‘’»\`])(?=[\\s,.;:!?)]|$)`,
  "gi",
);
const LISTED = new RegExp(
  `([(,]\\s{0,3})(${OPENING}])([^"“”«»„\`\\n]{0,300}?)(["'“”‘’»\`])(?=\\s{0,3}[,)])`,
  "gi",
);
const STATEMENT = /\b(?:insert\s{1,5}into|values|in)\s{0,5}\(/i;

/** A text without the values quoted in it, and those values. */
export function setAside(text: string): { plain: string; quoted: string } {
  const quoted: string[] = [];
  const take = (_all: string, before: string, open: string, value: string, close: string) => {
    quoted.push(value);
    return `${before}${open}…${close}`;
  };
  const compared = /["'“”‘’«„`]/.test(text) ? text.replace(COMPARED, take) : text;
  const plain = STATEMENT.test(compared) ? compared.replace(LISTED, take) : compared;
  return { plain, quoted: quoted.join("\n") };
}
