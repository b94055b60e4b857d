/** The time in a ULID: its first ten characters, by which ids sort. */

const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const CHARACTERS = 10

/** With which an id of this millisecond begins behind its prefix; earlier ids sort before it. */
export function ulidTimeOf(atMs: number): string {
  let text = ''
  for (let rest = Math.max(0, atMs); text.length < CHARACTERS; rest = Math.floor(rest / DIGITS.length))
    text = DIGITS[rest % DIGITS.length] + text
  return text
}
