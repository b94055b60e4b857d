/** Reads payment.dlq: the original record of each dead letter, why it was refused, and what was done about it. */
import {
  type LetterContent,
  type LetterPlace,
  letterIdOf,
  letterIn,
  letterWords,
  noteIn,
  originOf,
} from '../../../shared/contracts/dead-letter-records.ts'
import type { DeadLetterState } from '../../../shared/contracts/lists.ts'
import { DEAD_LETTER_TOPIC } from '../../../shared/contracts/topics.ts'
import { type KafkaLog, REDRIVE_GROUP } from './kafka-log.ts'

export interface DeadLetter extends LetterContent, LetterPlace {
  /** Where it came from, `topic partition/offset`. */
  origin: string
  state: LetterState
  /** What its notes say. */
  noted: LetterState
  /** When Kafka got it, or the last note about it. */
  writtenAtMs: number
}

/** `redriven`: sent to its topic once more. `put aside`: settled without. */
export type LetterState = (typeof letterWords)[DeadLetterState]

/** Every dead letter in order, with what its last note says. */
export async function readDeadLetters(kafka: KafkaLog): Promise<DeadLetter[]> {
  // Older versions kept their progress as the offset of a consumer group, which Kafka forgets after a week.
  const committed = await kafka.committed(REDRIVE_GROUP, DEAD_LETTER_TOPIC)
  const letters: DeadLetter[] = []
  const notes = new Map<string, Pick<DeadLetter, 'noted' | 'writtenAtMs'>>()
  await kafka.read(await kafka.spansOf(DEAD_LETTER_TOPIC), async records => {
    for (const record of records) {
      const { partition, offset, timestampMs: writtenAtMs = 0 } = record
      const note = noteIn(record)
      if (note !== undefined) notes.set(letterIdOf(note), { noted: letterWords[note.state], writtenAtMs })
      else {
        const wasHandled = offset < (committed.get(partition) ?? 0)
        const state = wasHandled ? 'redriven' : 'waiting'
        letters.push({ partition, offset, ...contentOf(record), state, noted: 'waiting', writtenAtMs })
      }
    }
  })
  return letters.map(letter => {
    const note = notes.get(letterIdOf(letter))
    return note === undefined ? letter : { ...letter, ...note, state: note.noted }
  })
}

function contentOf(record: { value: Buffer | null }) {
  const content = letterIn(record)
  return { ...content, origin: content.original === null ? 'unknown' : originOf(content.original) }
}
