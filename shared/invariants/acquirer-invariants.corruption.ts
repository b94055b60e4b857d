/** Corruptions that make the invariants of the acquirer's journal fail. For tests only. */
import type { acquirerInvariants } from './acquirer-invariants.ts'
import { change, decisionsOf, type JournalDecision, type PlantedFor } from './planted.corruption.ts'

export const acquirerCorruptions: PlantedFor<(typeof acquirerInvariants)[number]['name']> = {
  'approvals-known': {
    samples: [
      {
        what: 'an approval that no operation here asked for',
        row: 'op_lost',
        inJournal: decisions => {
          decisions.push(like(decisions[0]!, { operationId: 'op_lost' }))
        },
      },
      {
        what: 'an approval of another amount',
        alsoBreaks: ['hold-is-payment'],
        row: '_refund',
        inJournal: decisions => {
          decisions[2]!.order!.amount = 9_999
        },
      },
      {
        what: 'an approval of another kind',
        alsoBreaks: ['hold-is-payment'],
        row: '_refund',
        inJournal: decisions => {
          decisions[2]!.order!.kind = 'void'
        },
      },
    ],
    system: [
      {
        what: 'an approval that a restored database does not know',
        ...decisionsOf('authorized', 'authorize', decision => [
          decision,
          like(decision, { operationId: `${decision.operationId.slice(0, -1)}_` }),
        ]),
        offender: /^op_\w+_$/,
      },
      {
        what: 'a hold of another amount',
        ...decisionsOf('authorized', 'authorize', decision => [ofAmount(decision, decision.order!.amount + 1)]),
        alsoBreaks: ['hold-is-payment'],
        offender: /^op_/,
      },
    ],
  },
  'outcomes-agree': {
    samples: [
      {
        what: 'a refund that the acquirer declined',
        alsoBreaks: ['hold-is-payment'],
        row: '_refund',
        inJournal: decisions => {
          decisions[2]!.state = 'DECLINED'
        },
      },
      {
        what: 'a refund that the acquirer was never asked for',
        alsoBreaks: ['hold-is-payment'],
        row: '_refund',
        inJournal: decisions => {
          decisions.pop()
        },
      },
      {
        what: 'a settlement by hand that the acquirer contradicted later',
        alsoBreaks: ['hold-is-payment'],
        row: '_refund',
        inPayment: ({ operations, settlements }) => {
          const { operationId, state } = operations[2]!
          settlements.push({ operationId, outcome: state, acquirerSaid: null })
        },
        inJournal: decisions => {
          decisions[2]!.state = 'CANCELED'
        },
      },
    ],
    system: [
      {
        what: 'an authorization that the acquirer declined',
        ...decisionsOf('authorized', 'authorize', decision => [{ ...decision, state: 'DECLINED' }]),
        offender: /^op_/,
      },
      {
        what: 'a capture that the acquirer was never asked for',
        ...decisionsOf('captured', 'capture', () => []),
        alsoBreaks: ['hold-is-payment'],
        offender: /^op_/,
      },
      {
        what: 'a decline that the acquirer approved',
        ...decisionsOf('declined', 'authorize', decision => [{ ...decision, state: 'APPROVED' }]),
        alsoBreaks: ['hold-is-payment'],
        offender: /^op_/,
      },
    ],
  },
  'holds-respected': {
    samples: [
      {
        what: 'a capture past its hold',
        alsoBreaks: ['approvals-known', 'hold-is-payment'],
        row: '_capture',
        inJournal: decisions => {
          decisions[1]!.order!.amount = 10_001
        },
      },
      {
        what: 'a capture after the hold was released',
        alsoBreaks: ['approvals-known'],
        row: '_capture',
        inJournal: decisions => {
          const released = like(decisions[1]!, { operationId: 'op_released' })
          decisions.splice(1, 0, { ...released, order: { ...released.order!, kind: 'void', finalCapture: null } })
        },
      },
      {
        what: 'a refund of more than was captured',
        alsoBreaks: ['approvals-known', 'hold-is-payment'],
        row: '_refund',
        inJournal: decisions => {
          decisions[2]!.order!.amount = 10_001
        },
      },
      {
        what: 'a capture of money that is not held',
        alsoBreaks: ['outcomes-agree'],
        row: '_capture',
        inJournal: decisions => {
          decisions.shift()
        },
      },
      {
        what: 'a capture in another currency',
        alsoBreaks: ['approvals-known'],
        row: '_capture',
        inJournal: decisions => {
          decisions[1]!.order!.currency = 'USD'
        },
      },
    ],
    system: [
      {
        what: 'a capture past its hold',
        ...decisionsOf('captured', 'capture', decision => [ofAmount(decision, decision.order!.amount + 1)]),
        alsoBreaks: ['approvals-known', 'hold-is-payment'],
        offender: /^op_/,
      },
      {
        what: 'money that was refunded twice',
        ...decisionsOf('refunded', 'refund', decision => [
          decision,
          like(decision, { operationId: `${decision.operationId.slice(0, -1)}_` }),
        ]),
        alsoBreaks: ['approvals-known', 'hold-is-payment'],
        offender: /^op_/,
      },
    ],
  },
  'hold-is-payment': {
    samples: [
      {
        what: 'a part that was never captured of a hold that the payment calls captured',
        alsoBreaks: ['approvals-known', 'holds-respected'],
        inJournal: decisions => {
          decisions[1]!.order!.amount = 9_000
        },
      },
    ],
    system: [
      {
        what: 'a payment that calls its hold released',
        payment: 'authorized',
        sql: [change.payment("status = 'VOIDED'")],
        alsoBreaks: ['events-complete', 'newest-event-is-payment', 'status-fits-operations'],
      },
    ],
  },
}

const like = (decision: JournalDecision, changes: Partial<JournalDecision>): JournalDecision => ({
  ...structuredClone(decision),
  ...changes,
})

const ofAmount = (decision: JournalDecision, amount: number): JournalDecision => ({
  ...decision,
  order: { ...decision.order!, amount },
})
