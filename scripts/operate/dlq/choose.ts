/** Which dead letters a command selects, and what it prints about them before it changes anything. */
import { letterIdOf } from '../../../shared/contracts/dead-letter-records.ts'
import { printable } from '../../terminal/printable.ts'
import type { DeadLetter } from '../verify/dead-letters.ts'

export type Choice = { chosen: DeadLetter[]; unreadable: DeadLetter[] } | { problem: string }

/**
 * `--all` selects every letter that waits. A letter that is named may have been handled before. They are in the order of the topic.
 * Nothing is selected when a name matches no letter. `unreadable`: records that are no letters of ours and cannot be sent.
 */
export function chooseLetters(letters: readonly DeadLetter[], ids: readonly string[], all: boolean): Choice {
  const known = new Set(letters.map(letterIdOf))
  const unknown = ids.filter(id => !known.has(id))
  if (unknown.length > 0)
    return { problem: `there is no dead letter ${unknown.join(', ')}; \`npm run dlq\` lists them as partition/offset` }
  const meant = letters.filter(letter => (all ? letter.state === 'waiting' : ids.includes(letterIdOf(letter))))
  return {
    chosen: meant.filter(({ original }) => original !== null),
    unreadable: meant.filter(({ original }) => original === null),
  }
}

const PREVIEW_LENGTH = 160

const preview = (bytes: Buffer | null | undefined): string => {
  if (bytes == null) return 'none'
  const text = bytes.toString('utf8', 0, PREVIEW_LENGTH * 4)
  const shown = printable(text.slice(0, PREVIEW_LENGTH))
  return text.length > PREVIEW_LENGTH ? `${shown}… (${bytes.length} bytes)` : shown
}

export const letterLines = (letter: DeadLetter): string[] => {
  const { origin, failedAt, error, state, original } = letter
  return [
    `${letterIdOf(letter)}  from ${printable(origin)}  ${printable(failedAt)}  ${state}`,
    `    ${printable(error)}`,
    `    key ${preview(original?.key)}, value ${preview(original?.value)}`,
  ]
}

/** A letter for a program to read; key, value and headers in base64. */
export function jsonOf(letter: DeadLetter) {
  const { state, failedAt, error, original } = letter
  return { id: letterIdOf(letter), state, failedAt, error, original: original && originalAsJson(original) }
}

const originalAsJson = ({ key, value, headers, ...place }: NonNullable<DeadLetter['original']>) => ({
  ...place,
  key: key?.toString('base64') ?? null,
  value: value?.toString('base64') ?? null,
  headers: headers.map(([name, bytes]) => [name, bytes.toString('base64')]),
})

/** Where a letter would go. */
export const sendLine = (letter: DeadLetter): string => {
  const { topic, partition, key, value } = letter.original!
  const again = letter.state === 'waiting' ? '' : ` (${letter.state} before)`
  return `${letterIdOf(letter)} → ${printable(topic)} partition ${partition}: key ${preview(key)}, ${value?.length ?? 0} bytes${again}`
}
