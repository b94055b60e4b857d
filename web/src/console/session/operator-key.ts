/** The key of a write: made once for each dialog, and sent again with the same request when its answer was lost. */

const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const TIME_DIGITS = 10
const RANDOM_DIGITS = 16

/** `console:` and a ULID. */
export function newOperatorKey(nowMs: number, random: Pick<Crypto, 'getRandomValues'>): string {
  let rest = nowMs
  let time = ''
  for (let at = 0; at < TIME_DIGITS; at++) {
    time = DIGITS[rest % 32] + time
    rest = Math.floor(rest / 32)
  }
  const bytes = random.getRandomValues(new Uint8Array(RANDOM_DIGITS))
  return `console:${time}${Array.from(bytes, byte => DIGITS[byte % 32]).join('')}`
}
