/** What `npm run unknown` says of an inquiry and of a settlement by hand. */
import { describe, expect, test } from '@jest/globals'
import type { HandOutcome } from '../../../shared/contracts/lists.ts'
import { authorizePayment } from '../../../shared/payments/authorize-payment.ts'
import { authorizeRequestOf, caller, claimOf, createFakePorts } from '../../../shared/payments/fakes.ts'
import { inquireEach, settleOne } from './act.ts'

/** Authorizations whose outcome the acquirer did not tell. */
async function unknown(count: number) {
  const ports = createFakePorts()
  for (let number = 0; number < count; number++) {
    ports.acquirer.script.submit.push({ kind: 'unknown' })
    await authorizePayment(ports, authorizeRequestOf(), claimOf(`key-${number}`), caller)
  }
  return { ports, operationIds: ports.operations.table.rows().map(row => row.operationId) }
}

describe('inquire', () => {
  test('says of each what the acquirer said, whether it was due or not', async () => {
    const { ports, operationIds } = await unknown(4)
    const { inquire } = ports.acquirer.script
    inquire.push({ kind: 'approved' }, { kind: 'declined', reason: 'no_money' }, { kind: 'unknown' })
    const lines: string[] = []

    expect(await inquireEach(ports, [...operationIds, 'op_finished'], line => void lines.push(line))).toBe(3)

    expect(lines.toSorted()).toEqual([
      `${operationIds[0]}  the acquirer approved it; recorded`,
      `${operationIds[1]}  the acquirer declined it; recorded`,
      `${operationIds[2]}  the acquirer does not say; it is asked again later`,
      `${operationIds[3]}  the acquirer did not execute it and never will; recorded`,
      'op_finished  nothing was done: it is finished, or somebody works on it',
    ])
  })
})

describe('settle', () => {
  const settle = async (outcome: HandOutcome, said: 'approved' | 'canceled' | 'unknown') => {
    const { ports, operationIds } = await unknown(1)
    ports.acquirer.script.cancel.push({ kind: said })
    return settleOne(ports, operationIds[0]!, { outcome, who: 'kim', reason: 'a letter' })
  }

  test('says that the person was believed', async () => {
    expect(await settle('SUCCEEDED', 'unknown')).toEqual({
      succeeded: true,
      text: 'The acquirer did not answer. Recorded as SUCCEEDED, settled by kim. It is asked each minute until it has said what it decided.',
    })
  })

  test('says that the acquirer knew, and failed when it knew otherwise', async () => {
    expect(await settle('FAILED', 'canceled')).toEqual({
      succeeded: true,
      text: 'The acquirer did not execute it and never will. That is recorded; nothing had to be settled by hand.',
    })
    expect(await settle('FAILED', 'approved')).toEqual({
      succeeded: false,
      text: 'The acquirer approved it, which is not what you said. Its word is recorded, and nothing by hand.',
    })
  })

  test('says that nothing was done', async () => {
    const { ports } = await unknown(0)
    expect(await settleOne(ports, 'op_unknown', { outcome: 'FAILED', who: 'kim', reason: 'a letter' })).toMatchObject({
      succeeded: false,
      text: expect.stringMatching(/^Nothing was done/),
    })
  })
})
