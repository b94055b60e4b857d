/** Ids that a seed repeats, of the shapes that the product gives. */
import type { Random } from '../../random.ts'

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

function encoded(value: number, length: number): string {
  let text = ''
  for (let rest = value; text.length < length; rest = Math.floor(rest / 32)) text = ALPHABET[rest % 32] + text
  return text
}

const TIME_LENGTH = 10
const COUNT_LENGTH = 8

export type NewId = (prefix: string, atMs: number) => string

/** Each is unique within a generator, and sorts by its time. */
export function createNewId(random: Random): NewId {
  let count = 0
  return (prefix, atMs) => {
    count += 1
    const tail = encoded(random.integer(0, 0xffff_ffff), 8)
    return `${prefix}_${encoded(atMs, TIME_LENGTH)}${encoded(count, COUNT_LENGTH)}${tail}`
  }
}
