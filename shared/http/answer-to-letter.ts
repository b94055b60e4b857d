/** How the console answers a write on a dead letter. */
import type { LetterOutcome } from '../payments/handle-dead-letter.ts'
import type { Once } from '../payments/once-by-key.ts'
import { answerOnce } from './answer-once.ts'
import { ApiError, notFound } from './api-error.ts'

export const answerToLetter = (once: Once<LetterOutcome>) =>
  answerOnce(once, outcome => {
    switch (outcome.kind) {
      case 'not_found':
        return notFound()
      case 'conflict': {
        const { kind: _, ...details } = outcome
        return new ApiError('DEAD_LETTER_CONFLICT', { details })
      }
      case 'handled':
        return outcome.letter
    }
  })
