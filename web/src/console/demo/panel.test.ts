/** What the page makes of the starter's answers. */
import { describe, expect, test } from '@jest/globals'
import type { ApiAnswer } from '../../api/answer.ts'
import { answerOf, refusalOf } from '../../api/sample-answers.ts'
import { conflictIn, doAct, PanelAbsent, readPanel } from './panel.ts'

const sessionOf = (answer: ApiAnswer) => {
  const sent: unknown[] = []
  const ask = async (request: unknown) => {
    sent.push(request)
    return answer
  }
  return { sent, ask }
}
const failureOf = (answer: ApiAnswer) =>
  doAct(sessionOf(answer), { path: '/clock', body: { key: 'k', reason: 'r' } }).then(
    () => undefined,
    error => error,
  )

describe('reading', () => {
  test('a panel is what it answers', async () => {
    const session = sessionOf(answerOf(200, { parts: [] }))
    expect(await readPanel(session)).toEqual({ parts: [] })
    expect(session.sent).toEqual([{ method: 'GET', path: '/operator/demo' }])
  })

  test.each([
    ['without a starter', refusalOf(404, 'NOT_FOUND'), 'no_starter'],
    ['behind a gateway that knows no such path', answerOf(404, 'Not Found'), 'no_starter'],
    ['in front of another database', refusalOf(404, 'NOT_FOUND', { reason: 'not_our_database' }), 'not_our_database'],
  ] as const)('%s there is none', async (_, answer, why) => {
    const error = await readPanel(sessionOf(answer)).catch(caught => caught)
    expect(error).toBeInstanceOf(PanelAbsent)
    expect(error.why).toBe(why)
  })

  test.each([
    [answerOf(502, 'The starter cannot be reached.'), 'unreachable'],
    [refusalOf(503, 'SERVICE_UNAVAILABLE'), 'SERVICE_UNAVAILABLE'],
    [answerOf(200, '<!doctype html>'), 'unreachable'],
  ] as const)('%j is a failure, and no word on whether there is one', async (answer, code) => {
    await expect(readPanel(sessionOf(answer))).rejects.toMatchObject({ code })
  })
})

describe('acting', () => {
  test('sends what was asked for', async () => {
    const session = sessionOf(answerOf(200, { view: {}, moved: null }))
    await doAct(session, { path: '/parts/kafka/kill', body: { key: 'k', reason: 'r' } })
    expect(session.sent).toEqual([
      { method: 'POST', path: '/operator/demo/parts/kafka/kill', body: { key: 'k', reason: 'r' } },
    ])
  })

  test('a refusal is final and says why; what came from nobody, or says so itself, is not', async () => {
    const busy = await failureOf(refusalOf(409, 'DUPLICATE_REQUEST', { reason: 'busy' }))
    expect([busy.isFinal, conflictIn(busy)]).toEqual([true, 'busy'])
    for (const answer of [answerOf(502, ''), refusalOf(503, 'OUTCOME_UNKNOWN')]) {
      const lost = await failureOf(answer)
      expect([lost.isFinal, conflictIn(lost)]).toEqual([false, undefined])
    }
  })
})
