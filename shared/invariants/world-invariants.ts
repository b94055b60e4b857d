/** Invariants of the whole: the trial balance, stored keys, nothing in Kafka that the outbox does not know, consumers at the end. */

import { failed, holds, ok, pending, same, type Verdict, type WorldInvariant } from './invariant.ts'
import { objectOf, outcomeOf, parseJson } from './payment-history.ts'
import type { Balances, KeptAnswer, World } from './world.ts'

type Check = WorldInvariant<World>

const isKnownAccount = (account: string): boolean =>
  ['acquirer_receivable', 'fee_revenue', 'cash'].includes(account) || account.startsWith('merchant_payable:')

const knownTotals = (balances: Balances): Map<string, bigint> => {
  const totals = new Map<string, bigint>()
  for (const { account, currency, amountMinor } of balances)
    if (isKnownAccount(account)) totals.set(currency, (totals.get(currency) ?? 0n) + amountMinor)
  return totals
}

const trialBalance: Check = {
  name: 'trial-balance',
  sentence: 'Per currency, the debits of all accounts that exist equal the credits of all accounts that exist.',
  *check({ debits, credits }) {
    const [debit, credit] = [knownTotals(debits), knownTotals(credits)]
    for (const currency of new Set([...debit.keys(), ...credit.keys()]))
      yield same(currency, 'Σ debits', debit.get(currency) ?? 0n, credit.get(currency) ?? 0n)
  },
}

function* balancesOf(world: World, isWanted: (account: string) => boolean): Iterable<Verdict> {
  const places = new Set<string>()
  for (const balances of [world.debits, world.credits, world.expected])
    for (const { account, currency } of balances) if (isWanted(account)) places.add(`${account} ${currency}`)
  for (const place of places) {
    const [account = '', currency = ''] = place.split(' ')
    const held = world.debits.of(account, currency) - world.credits.of(account, currency)
    yield same(place, 'its balance (debits − credits)', held, world.expected.of(account, currency))
  }
}

const receivable: Check = {
  name: 'balance-receivable',
  sentence: 'Per currency, acquirer_receivable holds what all payments captured less what they refunded.',
  *check(world) {
    yield* balancesOf(world, account => account === 'acquirer_receivable')
  },
}

const merchants: Check = {
  name: 'balance-merchants',
  sentence: 'Every merchant is owed what its payments captured, less refunds, less the fees its events say.',
  *check(world) {
    yield* balancesOf(world, account => account.startsWith('merchant_payable:'))
  },
}

const fees: Check = {
  name: 'balance-fees',
  sentence: 'Per currency, fee_revenue holds the fees that the captured events say.',
  *check(world) {
    yield* balancesOf(world, account => account === 'fee_revenue')
    for (const { currency, amountMinor } of world.feesOutstanding)
      yield pending(`fee_revenue ${currency}`, `${amountMinor} of fees are on their way`)
  },
}

const answerProblem = (answer: KeptAnswer): string | undefined => {
  const { operation, operationId, statusCode } = answer
  if (operationId !== null && !operation) return `its operation ${operationId} does not exist`
  if (operation && (operation.merchantId !== answer.merchantId || operation.idempotencyKey !== answer.idempotencyKey))
    return `its operation ${operationId} has another key`
  const isOpen = operation !== null && outcomeOf(operation.state) === 'open'
  if (statusCode === null) return isOpen ? undefined : 'unfinished, but no operation is pending: the key is stuck'
  if (isOpen) return `finished with ${statusCode}, but its operation is pending`
  if (operationId === null && statusCode !== 409) return `status ${statusCode} without an operation`
  if (!objectOf(parseJson(answer.body?.toString('utf8') ?? ''))) return 'its body is not a JSON object'
  return undefined
}

const keptAnswers: Check = {
  name: 'keys-and-operations',
  sentence: 'Every key is either waiting for its own pending operation or holds a finished answer that can be read.',
  async *check({ answers }) {
    for await (const answer of answers()) {
      const problem = answerProblem(answer)
      yield problem ? failed(`${answer.merchantId} ${answer.idempotencyKey}`, problem) : ok
    }
  },
}

const noGhosts: Check = {
  name: 'no-ghost-events',
  sentence: 'Every record on the payment topics is an event of the outbox.',
  *check({ kafka }) {
    for (let known = kafka.records - kafka.unknownRecords.length; known > 0; known--) yield ok
    for (const { topic, partition, offset, eventId, key } of kafka.unknownRecords)
      yield failed(
        `${topic} ${partition}/${offset}`,
        `${eventId ?? 'no event id'} of ${key ?? 'no payment'} is not in the outbox`,
      )
  },
}

const distinctEvents: Check = {
  name: 'distinct-events',
  sentence: 'Kafka holds as many different event ids as the outbox has rows (duplicates allowed).',
  *check({ kafka, outboxRows, outboxUnsent }) {
    const ids = new Set(
      kafka.unknownRecords.map(({ eventId, topic, partition, offset }) => eventId ?? `${topic} ${partition}/${offset}`),
    )
    const distinct = kafka.distinct + ids.size
    yield same('event ids', 'their number in Kafka', distinct, outboxRows - outboxUnsent)
    if (outboxUnsent > 0) yield pending('event ids', `${outboxUnsent} outbox rows are not published yet`)
  },
}

const fromZero: Check = {
  name: 'kafka-keeps-all',
  sentence: 'The payment topics still hold every record from offset 0.',
  *check({ kafka }) {
    for (let whole = kafka.partitions - kafka.truncated.length; whole > 0; whole--) yield ok
    for (const { topic, partition, low } of kafka.truncated)
      yield failed(`${topic} ${partition}`, `its log starts at offset ${low}`)
  },
}

const consumerOffsets: Check = {
  name: 'consumer-offsets',
  sentence: 'Every consumer group has committed up to the end of its topics.',
  *check({ lags }) {
    for (const { group, topic, partition, committed, end, overdue } of lags) {
      const row = `${group} ${topic} ${partition}`
      const problem = `committed ${committed} of ${end}`
      if (committed >= end) yield holds(committed === end, row, `${problem}: beyond the end`)
      else yield overdue > 0 ? failed(row, `${problem}, ${overdue} of them overdue`) : pending(row, problem)
    }
  },
}

const deadLetters: Check = {
  name: 'no-dead-letters',
  sentence: 'No record waits among the dead letters (npm run dlq lists and redrives them).',
  *check({ deadLetters }) {
    if (deadLetters.length === 0) yield ok
    for (const { partition, offset, origin, error, state } of deadLetters)
      yield holds(state !== 'waiting', `payment.dlq ${partition}/${offset}`, `from ${origin}: ${error}`)
  },
}

export const worldInvariants: Check[] = [
  trialBalance,
  receivable,
  merchants,
  fees,
  keptAnswers,
  noGhosts,
  distinctEvents,
  fromZero,
  consumerOffsets,
  deadLetters,
]
