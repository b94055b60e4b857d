/** Writes what each captured or refunded event comes to: an item that its merchant is owed, and an expectation of the acquirer. */
import { foreignRecord, moneyEventsIn, type Parsed, type Poison } from '../contracts/event-records.ts'
import type { PaymentEvent } from '../contracts/events.ts'
import { type SettlementTerms, termsIn } from '../domain/settlement-terms.ts'
import type { Clock, OutboxReader, SeparateTransactions, Transaction } from '../payments/ports.ts'
import { ACQUIRER, acquirerTermsAt, expectationOf, itemOf, type Rules } from './expected-event.ts'
import type {
  AcquirerTermsReader,
  BookedDefaults,
  Calendars,
  Expectation,
  Expectations,
  Items,
  SettlementAlarms,
  SettlementIds,
  SettlementItem,
  SettlementObserver,
  SettlementStart,
  TermsReader,
} from './ports.ts'

export interface ExpectPorts {
  /** Separate: a row that is refused rolls back its whole transaction. */
  transactions: SeparateTransactions
  outbox: OutboxReader
  items: Items
  expectations: Expectations
  terms: TermsReader
  /** Of merchants without terms of their own. */
  settlementDefaults: SettlementTerms
  bookedDefaults: BookedDefaults
  acquirerTerms: AcquirerTermsReader
  calendars: Calendars
  settlementStart: SettlementStart
  settlementObserver: SettlementObserver
  settlementAlarms: SettlementAlarms
  ids: Pick<SettlementIds, 'item' | 'expectation'>
  clock: Clock
}

/**
 * A consumer of the events: `record` writes item and expectation of each in one transaction; a second delivery changes nothing. What is
 * not from the outbox is passed over: record-ledger reads the same records, and buries it. Throws DependencyUnavailableError or
 * DuplicateKeyError (another delivery at the same moment): deliver the batch again; DefaultsChangedError until the configuration is as it
 * was; RowRefusedError when the database refuses a row for what it holds.
 */
export const settlementConsumer = (ports: ExpectPorts) => ({
  name: 'expect settlement',
  buriesUnreadable: false,
  observer: ports.settlementObserver,
  record: (events: readonly Parsed[]) => expectTogether(ports, events),
})

async function expectTogether(
  ports: ExpectPorts,
  events: readonly Parsed[],
): Promise<{ written: number; poison: Poison[] }> {
  const { poison, expected, unchanged, skipped } = await ports.transactions.run('settlement', async tx => {
    const { fresh, unchanged } = await readNew(tx, ports, events)
    const judged = await judge(tx, ports, fresh)
    const nowMs = ports.clock.nowMs()
    const items = judged.expected.map(({ item }) => item)
    const expectations = judged.expected.map(({ expectation }) => expectation)
    await ports.items.insert(tx, items, nowMs)
    await ports.expectations.insert(tx, expectations, nowMs)
    return { ...judged, unchanged }
  })
  const written = expected.map(({ record }) => record)
  ports.settlementObserver.expected({ written, unchanged: recordsOf(unchanged), skipped: recordsOf(skipped) })
  for (const { item, calendar } of expected)
    if (item.dueOn === null) ports.settlementAlarms.withoutDueDate(item, calendar)
  return { written: written.length, poison }
}

const recordsOf = (events: readonly Parsed[]) => events.map(({ record }) => record)

/** Which of these events are from the outbox and have no item yet, each once. Others that are from the outbox are `unchanged`. */
async function readNew(tx: Transaction, ports: ExpectPorts, events: readonly Parsed[]) {
  const ids = [...new Set(events.map(({ event }) => event.eventId))]
  const [written, done] = await Promise.all([ports.outbox.listByIds(tx, ids), ports.items.eventsWithItems(tx, ids)])
  const rows = new Map(written.map(row => [row.eventId, row]))
  const known = events.filter(parsed => foreignRecord(parsed, rows.get(parsed.event.eventId)) === undefined)
  const first = new Map(known.toReversed().map(parsed => [parsed.event.eventId, parsed]))
  const isNew = (parsed: Parsed) => first.get(parsed.event.eventId) === parsed && !done.has(parsed.event.eventId)
  return { fresh: known.filter(isNew), unchanged: known.filter(parsed => !isNew(parsed)) }
}

interface Expected {
  record: Parsed['record']
  item: SettlementItem
  expectation: Expectation
  /** Whose business days the item's due date is counted in. */
  calendar: string
}

interface Judged {
  expected: Expected[]
  /** Of payments that were captured before settlement began. */
  skipped: Parsed[]
  poison: Poison[]
}

async function judge(tx: Transaction, ports: ExpectPorts, fresh: readonly Parsed[]): Promise<Judged> {
  const judged: Judged = { expected: [], skipped: [], poison: [] }
  if (fresh.length === 0) return judged
  const { histories, settledFromMs, rules } = await readRules(tx, ports, fresh)
  for (const parsed of fresh) {
    const { record, event } = parsed
    const history = histories.get(event.payment.paymentId)
    if (history === undefined)
      judged.poison.push({ record, reason: 'the outbox does not say what the captures of its payment were charged' })
    else if (timeOf(history[0]!) < settledFromMs) judged.skipped.push(parsed)
    else judged.expected.push({ record, ...expectedOf(ports, event, history, rules) })
  }
  return judged
}

function expectedOf({ ids }: ExpectPorts, event: PaymentEvent, history: readonly PaymentEvent[], rules: Rules) {
  return {
    item: { itemId: ids.item(), ...itemOf(event, history, rules) },
    expectation: { expectationId: ids.expectation(), ...expectationOf(event, history, rules) },
    calendar: rules.termsAt(event.payment, timeOf(event)).calendar,
  }
}

/** All that these events are judged by. A refund needs the captures before it, which its own event does not tell. */
async function readRules(tx: Transaction, ports: ExpectPorts, fresh: readonly Parsed[]) {
  const payments = new Map(fresh.map(({ event }) => [event.payment.paymentId, event.payment]))
  const merchantIds = [...new Set([...payments.values()].map(({ merchantId }) => merchantId))]
  const [written, rows, acquirerTerms, settledFromMs] = await Promise.all([
    ports.outbox.listByPayments(tx, [...payments.keys()]),
    ports.terms.listTerms(tx, merchantIds),
    ports.acquirerTerms.listAcquirerTerms(tx, ACQUIRER),
    ports.settlementStart.settledFromMs(tx),
    ports.bookedDefaults.keep(tx, ports.settlementDefaults, ports.clock.nowMs()),
  ])
  const termsAt = termsIn(rows, ports.settlementDefaults)
  const names = fresh.flatMap(({ event }) => [
    termsAt(event.payment, timeOf(event)).calendar,
    acquirerTermsAt(acquirerTerms, timeOf(event)).calendar,
  ])
  const calendars = await readCalendars(tx, ports, names)
  const rules: Rules = { termsAt, acquirerTerms, calendar: name => calendars.get(name)! }
  const histories = Map.groupBy(written, row => row.messageKey)
  return {
    histories: new Map([...histories].map(([paymentId, own]) => [paymentId, moneyEventsIn(own)])),
    settledFromMs,
    rules,
  }
}

async function readCalendars(tx: Transaction, { calendars }: ExpectPorts, names: readonly string[]) {
  const each = [...new Set(names)].map(async name => [name, await calendars.calendar(name, tx)] as const)
  return new Map(await Promise.all(each))
}

const timeOf = ({ occurredAt }: PaymentEvent): number => Date.parse(occurredAt)
