/** The final answers that this tab has seen, newest last. They outlive a reload, not the tab: the order itself is asked from the API. */
import { type ApiAnswer, paymentOf } from '../api/answer.ts'
import { paymentIdOf } from './orders.ts'
import type { Operation } from './requests.ts'

export interface LoggedAnswer {
  orderId: string
  operation: Operation
  answer: ApiAnswer
}

export type AnswerLog = readonly LoggedAnswer[]

export const ANSWER_COUNT_MAX = 40

export const recordAnswer = (log: AnswerLog, logged: LoggedAnswer): AnswerLog =>
  [...log, logged].slice(-ANSWER_COUNT_MAX)

export const answersOfPayment = (log: AnswerLog, paymentId: string): AnswerLog =>
  log.filter(({ answer }) => paymentIdOf(answer) === paymentId)

/** The newest answer if it is a refusal. */
export function refusalIn(log: AnswerLog): LoggedAnswer | undefined {
  const last = log.at(-1)
  return last && paymentOf(last.answer) === undefined ? last : undefined
}

/** Reads what `JSON.stringify` wrote; anything else is an empty log. */
export function parseAnswerLog(text: string | null): AnswerLog {
  try {
    const value: unknown = JSON.parse(text ?? '[]')
    return Array.isArray(value) ? value.filter(isLogged) : []
  } catch {
    return []
  }
}

function isLogged(value: unknown): value is LoggedAnswer {
  const { operation, answer } = (value ?? {}) as LoggedAnswer
  return typeof operation === 'string' && typeof answer?.bodyText === 'string'
}
