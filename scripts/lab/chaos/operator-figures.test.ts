/** What counts as cut off between an entry of the audit log and its operation. */
import { expect, test } from '@jest/globals'
import type { Facts } from './auditor/facts.ts'
import type { DoneFault } from './faults.ts'
import { operatorFiguresOf } from './operator-figures.ts'

const KEY = 'console:1'
const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second))

/** Seconds: of the entry, of the request that was answered, and of the decision. */
function factsOf(noted: number, sent: number, decided: number, state = 'APPROVED'): Facts {
  const told = { key: KEY, operator: { name: 'kim', reason: 'why' }, refusal: null, sentAtMs: at(sent).getTime() }
  return {
    auditLog: [{ details: JSON.stringify({ key: KEY }), at: at(noted) }],
    operations: [{ key: KEY, operationId: 'op_1' }],
    journal: [{ type: 'decision', operationId: 'op_1', state, recordedAt: at(decided).toISOString() }],
    told: [told, { ...told, refusal: 'different request' }, { ...told, key: 'merchant', operator: null }],
    inquiries: [],
  } as unknown as Facts
}

const killed = { victim: 'api', kind: 'kill', lengthMs: 0, delayMs: 0, atWorstMoment: true } satisfies DoneFault

test.each<[string, number, Facts]>([
  ['executed by a request that found the entry', 1, factsOf(1, 2, 3)],
  ['noted and executed by the same request', 0, factsOf(2, 1, 3)],
  ['executed before the answer was asked for again', 0, factsOf(1, 3, 2)],
  ['canceled instead', 0, factsOf(1, 2, 3, 'CANCELED')],
])('%s: %i went on', (_, wentOn, facts) => {
  const faults = [killed, { ...killed, atWorstMoment: false }]
  expect(operatorFiguresOf(facts, faults)).toEqual({
    ...{ asked: 1, refused: 1, inquiries: 0, entries: 1, killsBetween: 1 },
    wentOn,
  })
})
