/** The crash matrix: every point × every operation × who finishes what the killed process has left. */
import type { CrashAt } from './armed.ts'
import { crashOperations, type OperationName, operationNames } from './operations.ts'

/** Whose process dies. */
export const victims = [
  /** The one that the client or the schedule has asked first. */
  'request',
  /** The acquirer, while it works for that one. */
  'acquirer',
  /** The acquirer, while it works for the resolver that cancels what the acquirer has never heard of. */
  'acquirer of the resolver',
  /** After a first kill, the one that is asked again with the same key. */
  'repeat',
  /** After a first kill, the resolver. */
  'resolver',
  'relay',
  'ledger',
] as const
export type Victim = (typeof victims)[number]

/** Who goes on. `both`: the repeat and the resolver at the same time. `next`: the same event, delivered again. */
export type Finisher = 'repeat' | 'resolver' | 'both' | 'next'

/** What must have come of the operation. `either`: the acquirer's journal decides. */
export type Expected = 'done' | 'canceled' | 'hold stands' | 'either'

export interface Cell {
  victim: Victim
  point: string
  hits: number
  operation: OperationName
  /** Where the request's process dies first, when the victim comes later. */
  after?: 'payments:claimed' | 'payments:answered'
  finisher: Finisher
  expected: Expected
}

const finishers: readonly Finisher[] = ['repeat', 'resolver', 'both']

type Place = Pick<Cell, 'point' | 'hits' | 'expected'>

const at = (point: string, hits: number, expected: Expected): Place => ({ point, hits, expected })

const isCombined = (name: OperationName): boolean => crashOperations[name].claims === 2

/** Recorded with an operation that follows, which the acquirer is not asked for: it is canceled, and what is recorded stays. */
const recordedWith = (hasNext: boolean): Expected => (hasNext ? 'hold stands' : 'done')

/** The points behind the acquirer's answer. `hasNext`: the record claims the operation that follows. */
const recordPoints = (hits: number, hasNext: boolean): Place[] => [
  at('payments:recording', hits, 'done'),
  at('payments:recorded', hits, recordedWith(hasNext)),
  at('payments:rung', hits, recordedWith(hasNext)),
]

/** Before the claim, of which the second `transactions:ready` is. Nothing is claimed yet: whoever asks again claims it. */
const placesOfNote: readonly Place[] = [
  at('transactions:ready', 1, 'done'),
  at('database:committing', 1, 'done'),
  at('transactions:ready', 2, 'done'),
]

function placesOfRequest(name: OperationName): Place[] {
  const hasNext = isCombined(name)
  const { isNoted } = crashOperations[name]
  const noted = isNoted ? 1 : 0
  const first = [
    ...(isNoted ? placesOfNote : []),
    at('payments:claimed', 1, 'canceled'),
    at('payments:answered', 1, 'done'),
    ...recordPoints(1, hasNext),
    at('database:committing', 1 + noted, 'either'),
    at('database:committing', 2 + noted, hasNext ? 'either' : 'done'),
  ]
  if (!hasNext) return first
  return [...first, ...placesOfSecond(2), at('database:committing', 3, 'done')]
}

/** Of the operation that follows; `hits`: how often the process has passed them then. */
const placesOfSecond = (hits: number): Place[] => [
  at('payments:claimed', hits, 'hold stands'),
  at('payments:answered', hits, 'done'),
  ...recordPoints(2, false),
]

const placesOfAcquirer = (name: OperationName): Place[] =>
  (isCombined(name) ? [1, 2] : [1]).flatMap(hits => [
    at('acquirer:deciding', hits, 'either'),
    at('acquirer:decided', hits, 'done'),
  ])

/** After the acquirer's answer was lost. Whoever learns that the hold was made goes on with the capture. */
function placesOfInquiry(name: OperationName): Place[] {
  const hasNext = isCombined(name)
  return [
    at('payments:taken-over', 1, 'done'),
    at('payments:inquired', 1, 'done'),
    ...recordPoints(1, hasNext),
    at('database:committing', 1, 'done'),
    at('database:committing', 2, hasNext ? 'either' : 'done'),
    ...(hasNext ? placesOfSecond(1) : []),
  ]
}

/** After the acquirer was never asked. */
const placesOfCancellation: readonly Place[] = [
  at('payments:inquired', 1, 'canceled'),
  at('payments:canceled', 1, 'canceled'),
  at('payments:recording', 1, 'canceled'),
  at('payments:recorded', 1, 'canceled'),
  at('payments:rung', 1, 'canceled'),
  at('database:committing', 2, 'canceled'),
]

const placesOfTombstone = [at('acquirer:deciding', 1, 'canceled'), at('acquirer:decided', 1, 'canceled')]
const placesOfPostponing = [at('payments:postponed', 1, 'canceled')]

const relayPoints = ['relay:locked', 'relay:produced', 'relay:marked', 'relay:committed', 'database:committing']
const ledgerPoints = ['ledger:inserted', 'ledger:committed', 'database:committing']

const cross = (victim: Victim, operation: OperationName, places: readonly Place[], who: readonly Finisher[]): Cell[] =>
  places.flatMap(place => who.map(finisher => ({ victim, operation, ...place, finisher })))

/** One finisher for each place, and the next one for the next operation: a second kill costs another process. */
const inTurn = (
  victim: Victim,
  operation: OperationName,
  places: readonly Place[],
  who: readonly Finisher[],
  after?: Cell['after'],
): Cell[] =>
  places.map((place, index) => {
    const finisher = who[(index + operationNames.indexOf(operation)) % who.length]!
    return { victim, operation, ...place, after, finisher }
  })

const doneAt = (points: readonly string[]): Place[] => points.map(point => at(point, 1, 'done'))

function cellsOf(name: OperationName): Cell[] {
  const { ledgerTopics, kind } = crashOperations[name]
  const [claimed, answered] = ['payments:claimed', 'payments:answered'] as const
  return [
    ...cross('request', name, placesOfRequest(name), finishers),
    ...inTurn('acquirer', name, placesOfAcquirer(name), finishers),
    ...inTurn('resolver', name, placesOfInquiry(name), finishers, answered),
    // Nothing but the resolver cancels.
    ...inTurn('resolver', name, placesOfCancellation, ['resolver', 'both'], claimed),
    ...inTurn('acquirer of the resolver', name, placesOfTombstone, ['resolver'], claimed),
    // Nobody repeats an expiry.
    ...(kind === 'expire' ? [] : inTurn('repeat', name, placesOfInquiry(name), finishers, answered)),
    ...(kind === 'expire' ? [] : inTurn('repeat', name, placesOfPostponing, ['resolver', 'both'], claimed)),
    ...inTurn('relay', name, doneAt(relayPoints), ['next']),
    ...(ledgerTopics.length === 0 ? [] : inTurn('ledger', name, doneAt(ledgerPoints), ['next'])),
  ]
}

export const matrix: readonly Cell[] = operationNames.flatMap(cellsOf)

/** One cell of each point, the victims, operations and finishers in turn. */
export const sample: readonly Cell[] = [...Map.groupBy(matrix, ({ point }) => point).values()].map(
  (cells, index) => cells[(index * 37) % cells.length]!,
)

/** Points of jobs that work on batches, whatever the payments in them. */
export const jobPoints = ['jobs:pruned', 'jobs:archiving', 'jobs:archived'] as const

/** Points of the settlement jobs: test/full/settlement-crash.test.ts and settled-days-crash.test.ts kill them there. */
export const settlementPoints = ['settlement:handed-in', 'transactions:ready'] as const

/** Points of the sandbox bank, which no payment passes: sandbox/bank/crash.test.ts kills it there. */
export const bankPoints = ['bank:booking', 'bank:booked'] as const

/** Points of the acquirer's batches, which no payment passes: sandbox/acquirer/settlement-crash.test.ts kills it there. */
export const batchPoints = ['batches:writing', 'batches:written', 'batches:deposited', 'batches:paid'] as const

/** Where the whole system's API process dies, with all functions and triggers in it, while a payment is authorized and captured. */
export const apiCells: readonly CrashAt[] = [
  { point: 'payments:claimed', hits: 1 },
  { point: 'payments:answered', hits: 1 },
  { point: 'payments:rung', hits: 2 },
  { point: 'relay:produced', hits: 1 },
  { point: 'ledger:inserted', hits: 1 },
  { point: 'kafka-events:committing', hits: 1, of: 'payment.captured' },
  { point: 'kafka-events:committed', hits: 1, of: 'outbox.ready' },
  { point: 'kafka-events:committed', hits: 1, of: 'payment.captured' },
  // What the item and the expectation of a capture are written by.
  { point: 'kafka-events:committing', hits: 1, of: 'expect-settlement-captured' },
  { point: 'kafka-events:committed', hits: 1, of: 'expect-settlement-captured' },
]

/** The last of them: the record is taken, booked and committed. */
export const apiSample: readonly CrashAt[] = apiCells.filter(
  ({ point, of }) => point === 'kafka-events:committed' && of === 'payment.captured',
)

export const nameOf = ({ victim, point, hits, operation, after, finisher }: Cell): string =>
  [
    `${operation}: the ${victim} dies at ${point}${hits > 1 ? ` (${hits})` : ''}`,
    after === undefined ? '' : ` after ${after}`,
    finisher === 'next' ? '' : `; ${finisher === 'both' ? 'repeat and resolver' : finisher}`,
  ].join('')
