/** Days as people write them, into the form that SQL compares: "May 1st, 2024" and "1 May 2024" are 2024-05-01. Pure. */

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const MONTH =
  "(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|" +
  "oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?";
const DAY = "(\\d{1,2})(?:st|nd|rd|th)?";
const DAY_FIRST = new RegExp(`${DAY}(?: of)? ${MONTH},? (\\d{4})(?![\\p{L}\\p{N}])`, "iuy");
const MONTH_FIRST = new RegExp(`${MONTH} ${DAY},? (\\d{4})(?![\\p{L}\\p{N}])`, "iuy");

/** A day with its month's name and its year at this place of a text; null where none begins. */
export function namedDay(text: string, at: number): { day: string; length: number } | null {
  DAY_FIRST.lastIndex = MONTH_FIRST.lastIndex = at;
  const first = DAY_FIRST.exec(text);
  const [said, number, month, year] = first ?? [];
  const [other, otherMonth, otherNumber, otherYear] = first ? [] : MONTH_FIRST.exec(text) ?? [];
  const named = (month ?? otherMonth)?.slice(0, 3).toLowerCase();
  if (named === undefined) return null;
  const index = String(MONTHS.indexOf(named) + 1).padStart(2, "0");
  const day = `${year ?? otherYear}-${index}-${(number ?? otherNumber ?? "").padStart(2, "0")}`;
  return isDay(day) ? { day, length: (said ?? other ?? "").length } : null;
}

/** Whether the calendar has this day. */
export function isDay(day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}
