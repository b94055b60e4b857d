/**
 * Recomputes the month from the journals of the acquirer and the bank and from the events, and compares. It shares no rule with the
 * product. All that does not agree, and is no break of the books, is unexplained.
 */
import { type Charged, chargesOf, share } from './charges.ts'
import { disputeProblems, isDisputeLine, type JudgedDisputes, judgeDisputes } from './disputes.ts'
import type { BreakFact, EventFact, MonthFacts, SettledLine } from './facts.ts'

export interface MonthAudit {
  /** By check: how much was compared, and what does not agree. */
  checks: { name: string; compared: number; problems: string[] }[]
  figures: MonthFigures
}

export interface MonthFigures {
  /** Of each currency, minor units. */
  currencies: Record<string, CurrencyFigures>
  breaks: { class: string; currency: string; count: number; booked: number; open: number; remaining: number }[]
}

export interface CurrencyFigures {
  sold: number
  refunded: number
  feesCharged: number
  vatCharged: number
  acquirerFees: number
  takenBack: number
  wonBack: number
  disputeFees: number
  paidOut: number
  returned: number
  fromAcquirer: number
  cash: number
  safeguarded: number
  suspense: number
  /** What of it is held back, and what merchants owe by invoice. */
  reserved: number
  invoiced: number
  owedToMerchants: number
}

/** The acquirer's terms, as docs/acquirer.md says them. */
const ACQUIRER_BASIS_POINTS = 150
const ACQUIRER_DISPUTE_FEE = 1_000

/** `today`: the virtual day in Seoul, whose movements no statement tells yet. */
export function auditMonth(facts: MonthFacts, today: string): MonthAudit {
  const books = new Map<string, number>()
  const add = (account: string, currency: string, amount: number) =>
    books.set(`${account} ${currency}`, (books.get(`${account} ${currency}`) ?? 0) + amount)
  for (const { debit, credit, currency, amount } of facts.entries) {
    add(debit, currency, amount)
    add(credit, currency, -amount)
  }
  const held = (account: string, currency: string) => books.get(`${account} ${currency}`) ?? 0
  const told = { ...facts, movements: facts.movements.filter(({ bookedOn }) => bookedOn < today) }
  const owed = owedToMerchants(told)
  const judged = judgeDisputes(told)
  const differences = differencesOf(told, judged)
  return {
    checks: [
      check('the bank’s movements are our cash', cashProblems(told, held)),
      check('what is sold is what the acquirer approved', approvalProblems(told)),
      check(
        'merchants are owed their sales less what was taken back and what they were paid',
        merchantProblems(told, owed, judged, held),
      ),
      check('every chargeback that fits is a dispute, and every dispute such a chargeback', [
        ...disputeProblems(told, judged.disputes),
      ]),
      check(
        'every difference to the acquirer and the bank is a break, and every break such a difference',
        breakProblems(told, differences),
      ),
      check('suspense is the open breaks', suspenseProblems(told, held)),
    ],
    figures: { currencies: currencyFigures(told, owed, judged, held), breaks: breakFigures(told) },
  }
}

const check = (name: string, results: (string | null)[]) => ({
  name,
  compared: results.length,
  problems: results.filter(result => result !== null),
})

const same = (what: string, found: number, wanted: number): string | null =>
  found === wanted ? null : `${what}: ${found}, and it should be ${wanted}`

type Held = (account: string, currency: string) => number

const currenciesOf = ({ payments }: MonthFacts): string[] =>
  [...new Set(payments.map(({ currency }) => currency))].sort()
const sumOf = <T>(rows: readonly T[], amountOf: (row: T) => number): number =>
  rows.reduce((sum, row) => sum + amountOf(row), 0)

const accountOf = { operating: 'cash', safeguarded: 'cash_safeguarded' } as const

function cashProblems(facts: MonthFacts, held: Held): (string | null)[] {
  return currenciesOf(facts).flatMap(currency =>
    (['operating', 'safeguarded'] as const).map(account => {
      const moved = facts.movements.filter(each => each.account === account && each.currency === currency)
      return same(
        `${accountOf[account]} ${currency}`,
        held(accountOf[account], currency),
        sumOf(moved, ({ amount }) => amount),
      )
    }),
  )
}

/** Captures and refunds, each once on both sides, of the same amount. */
function approvalProblems({ decisions, events }: MonthFacts): (string | null)[] {
  const approved = new Map(
    decisions
      .filter(
        ({ state, order }) => state === 'APPROVED' && order !== null && ['capture', 'refund'].includes(order.kind),
      )
      .map(({ operationId, order }) => [operationId, `${order!.kind} ${order!.amount} ${order!.currency}`]),
  )
  const told = new Map(events.map(event => [event.operationId, textOf(event)]))
  const ids = new Set([...approved.keys(), ...told.keys()])
  return [...ids].map(id =>
    approved.get(id) === told.get(id) ? null : `${id}: the acquirer says ${approved.get(id)}, we say ${told.get(id)}`,
  )
}

const kindOf = ({ eventType }: EventFact) => (eventType === 'payment.captured' ? 'capture' : 'refund')
const textOf = (event: EventFact) => `${kindOf(event)} ${event.amount} ${event.payment.currency}`

type Owed = Map<string, { net: number; fee: number; vat: number }>

/** By operation: what the merchant is owed for it by the terms of its time. */
function owedToMerchants({ payments, events, terms }: MonthFacts): Owed {
  const owed: Owed = new Map()
  const byPayment = Map.groupBy(events, event => event.payment.paymentId)
  for (const { paymentId, merchantId, currency, feeBasisPoints, feeFixed } of payments) {
    const own = (byPayment.get(paymentId) ?? []).toSorted((a, b) => a.sequence - b.sequence)
    let captured = 0
    const feeOfAll = (amount: number) =>
      Math.min(amount, share(amount, feeBasisPoints ?? 0, 10_000) + (amount > 0 ? (feeFixed ?? 0) : 0))
    const steps = own.map(event => {
      const isRefund = kindOf(event) === 'refund'
      const taken = isRefund ? 0 : Math.max(0, feeOfAll(captured + event.amount) - feeOfAll(captured))
      if (!isRefund) captured += event.amount
      const inForce = terms.findLast(
        row =>
          row.merchantId === merchantId &&
          row.currency === currency &&
          row.validFrom.getTime() <= Date.parse(event.occurredAt),
      )
      const givesBack = inForce?.refundFee === 'return'
      return {
        operationId: event.operationId,
        isRefund,
        amount: event.amount,
        taken,
        vatMode: inForce?.vatMode ?? 'none',
        givesBack,
      }
    })
    const charges = new Map(chargesOf(steps).map(each => [each.operationId, each]))
    for (const { operationId, isRefund, amount } of steps) {
      const { fee, vat } = charges.get(operationId)!
      owed.set(operationId, { net: (isRefund ? -amount : amount) - fee - vat, fee, vat })
    }
  }
  return owed
}

const UNDER_WAY = ['CREATED', 'APPROVED', 'SENT', 'CONFIRMED']

/** What is held back and what is invoiced are parts of what a merchant is owed and owes. */
const OWN_ACCOUNTS = ['merchant_payable', 'merchant_reserve', 'merchant_receivable'] as const

/** What disputes took of a merchant, with what they cost. */
const takenBy = ({ disputes }: JudgedDisputes, isOwn: (of: { merchantId: string; currency: string }) => boolean) =>
  sumOf(disputes.filter(isOwn), ({ amount, fee, state }) => (state === 'WON' ? 0 : amount) + fee)

function merchantProblems(facts: MonthFacts, owed: Owed, judged: JudgedDisputes, held: Held): (string | null)[] {
  const { payments, events, payouts, movements, items } = facts
  const places = new Map(
    payments.map(({ merchantId, currency }) => [`${merchantId} ${currency}`, { merchantId, currency }]),
  )
  return [...places.values()].map(({ merchantId, currency }) => {
    const isOwn = (row: { merchantId: string; currency: string }) =>
      row.merchantId === merchantId && row.currency === currency
    const sales = sumOf(
      events.filter(({ payment }) => isOwn(payment)),
      ({ operationId }) => owed.get(operationId)!.net,
    )
    const own = new Set(payouts.filter(isOwn).map(({ payoutId }) => payoutId))
    const paid = -sumOf(
      movements.filter(({ reference }) => own.has(reference)),
      ({ amount }) => amount,
    )
    const adjusted = sumOf(
      items.filter(item => isOwn(item) && item.type === 'adjustment'),
      ({ net }) => net,
    )
    const inTransit = sumOf(
      payouts.filter(row => isOwn(row) && UNDER_WAY.includes(row.state)),
      ({ amount }) => amount,
    )
    return same(
      `${merchantId} ${currency}`,
      inTransit - sumOf(OWN_ACCOUNTS, account => held(`${account}:${merchantId}`, currency)),
      sales - takenBy(judged, isOwn) - paid + adjusted,
    )
  })
}

interface Difference {
  /** The operation, the batch, or what a line of the bank calls itself. */
  subject: string
  currency: string
  /** Debit positive: what suspense must have got. */
  amount: number
  what: string
}

/** All that the acquirer and the bank say otherwise than they should by what was approved. */
function differencesOf(facts: MonthFacts, judged: JudgedDisputes): Difference[] {
  const all = [
    ...lineDifferences(facts),
    ...disputeDifferences(facts, judged),
    ...amendedDifferences(facts),
    ...givenUpDifferences(facts),
    ...depositDifferences(facts),
  ]
  return all.filter(({ amount }) => amount !== 0)
}

function acquirerCharges({ events }: MonthFacts): Map<string, Charged> {
  const charged = new Map<string, Charged>()
  for (const own of Map.groupBy(events, event => event.payment.paymentId).values()) {
    const steps = own
      .toSorted((a, b) => a.sequence - b.sequence)
      .map(event => ({
        ...{ operationId: event.operationId, isRefund: kindOf(event) === 'refund', amount: event.amount },
        ...{ taken: share(event.amount, ACQUIRER_BASIS_POINTS, 10_000), vatMode: 'exclusive', givesBack: true },
      }))
    for (const each of chargesOf(steps)) charged.set(each.operationId, each)
  }
  return charged
}

function* lineDifferences(facts: MonthFacts): Iterable<Difference> {
  const charges = acquirerCharges(facts)
  const events = new Map(facts.events.map(event => [event.operationId, event]))
  const seen = new Set<string>()
  const lines = facts.settled.filter(line => line.revision === 1 && line.kind !== 'carry' && !isDisputeLine(line))
  for (const { reference, currency, amount, fee, vat, net } of lines) {
    const event = events.get(reference)
    if (event === undefined || seen.has(reference)) {
      yield { subject: reference, currency, amount: -net, what: event ? 'a line more than once' : 'a line of nothing' }
      continue
    }
    seen.add(reference)
    const signed = kindOf(event) === 'capture' ? event.amount : -event.amount
    const charge = charges.get(reference)!
    yield {
      subject: reference,
      currency,
      amount: signed - amount + (fee - charge.fee) + (vat - charge.vat),
      what: 'another amount, fee or VAT',
    }
  }
}

function* disputeDifferences({ settled }: MonthFacts, { unexplained }: JudgedDisputes): Iterable<Difference> {
  for (const line of settled.filter(each => isDisputeLine(each) && each.revision === 1)) {
    const { reference, currency, net, kind, fee, vat } = line
    const charged = kind === 'chargeback' ? ACQUIRER_DISPUTE_FEE : 0
    const amount = unexplained.has(line) ? -net : fee - charged + vat
    yield { subject: reference, currency, amount, what: 'a dispute that does not fit' }
  }
}

/** What a later revision says otherwise than the one before. */
function* amendedDifferences({ settled }: MonthFacts): Iterable<Difference> {
  const keyOf = ({ batch, line }: SettledLine, revision: number) => `${batch} ${line} ${revision}`
  const netOf = new Map(settled.map(each => [keyOf(each, each.revision), each.net]))
  for (const each of settled.filter(({ revision }) => revision > 1)) {
    const { reference, currency, net, revision } = each
    const before = netOf.get(keyOf(each, revision - 1)) ?? 0
    yield { subject: reference, currency, amount: before - net, what: 'another revision' }
  }
}

/** What the acquirer never settled, once people say that it never will. */
function* givenUpDifferences({ events, settled, breaks }: MonthFacts): Iterable<Difference> {
  const came = new Set(settled.filter(line => !isDisputeLine(line)).map(({ reference }) => reference))
  const givenUp = new Set(breaks.filter(({ booked }) => booked !== 0).map(({ matchKey }) => matchKey))
  for (const event of events.filter(({ operationId }) => givenUp.has(operationId) && !came.has(operationId))) {
    const amount = kindOf(event) === 'capture' ? event.amount : -event.amount
    yield { subject: event.operationId, currency: event.payment.currency, amount, what: 'a line that never came' }
  }
}

/** The lines of the last revision of each batch: what is paid. */
function lastRevisions(settled: readonly SettledLine[]): SettledLine[] {
  const last = new Map<string, number>()
  for (const { batch, revision } of settled) last.set(batch, Math.max(revision, last.get(batch) ?? 0))
  return settled.filter(({ batch, revision }) => revision === last.get(batch))
}

/** What the bank got for each batch, and what nobody knows. */
function* depositDifferences({ settled, movements, breaks }: MonthFacts): Iterable<Difference> {
  const batches = new Map<string, { currency: string; net: number }>()
  for (const { batch, currency, net } of lastRevisions(settled))
    batches.set(batch, { currency, net: (batches.get(batch)?.net ?? 0) + net })
  const deposits = movements.filter(({ kind }) => kind === 'deposit')
  const batchOf = ({ reference, currency }: (typeof deposits)[number]) =>
    [reference, reference.replace(/-\d+$/, '')].find(name => batches.get(name)?.currency === currency)
  const paid = Map.groupBy(deposits, deposit => batchOf(deposit) ?? '')
  for (const { reference, currency, amount } of paid.get('') ?? [])
    yield { subject: reference, currency, amount: -amount, what: 'money that nobody knows' }
  for (const [batch, { currency, net }] of batches) {
    const got = paid.get(batch)
    // One that is not due yet, or is carried. Breaks of its lines say nothing of its payment.
    const isOfIt = ({ batchRef, matchKey, booked }: BreakFact) =>
      batchRef === batch && matchKey === null && booked !== 0
    if (got === undefined && !breaks.some(isOfIt)) continue
    yield {
      subject: batch,
      currency,
      amount: net - sumOf(got ?? [], ({ amount }) => amount),
      what: 'another sum than the batch',
    }
  }
}

/** Breaks that book, by what they are about, against the differences. */
function breakProblems({ breaks }: MonthFacts, differences: readonly Difference[]): (string | null)[] {
  const subjects = new Set(differences.map(({ subject }) => subject))
  const subjectOf = ({ matchKey, batchRef, payoutId }: MonthFacts['breaks'][number]): string => {
    const named = [matchKey, matchKey?.replace(/-\d+$/, ''), batchRef, payoutId].find(
      name => name != null && subjects.has(name),
    )
    return named ?? matchKey ?? batchRef ?? payoutId ?? '?'
  }
  const found = new Map<string, number>()
  for (const each of breaks) found.set(subjectOf(each), (found.get(subjectOf(each)) ?? 0) + each.booked)
  const wanted = new Map<string, number>()
  for (const { subject, amount } of differences) wanted.set(subject, (wanted.get(subject) ?? 0) + amount)
  return [...new Set([...found.keys(), ...wanted.keys()])].map(subject =>
    same(`breaks of ${subject}`, found.get(subject) ?? 0, wanted.get(subject) ?? 0),
  )
}

function suspenseProblems(facts: MonthFacts, held: Held): (string | null)[] {
  const perSubject = new Map<string, number>()
  for (const { debit, credit, subjectId, amount } of facts.entries) {
    const moved = (debit === 'recon_suspense' ? amount : 0) - (credit === 'recon_suspense' ? amount : 0)
    if (moved !== 0) perSubject.set(subjectId ?? '?', (perSubject.get(subjectId ?? '?') ?? 0) + moved)
  }
  const remaining = new Map(facts.breaks.map(({ breakId, remaining }) => [breakId, remaining]))
  const ofBreaks = [...new Set([...perSubject.keys(), ...remaining.keys()])].map(id =>
    same(`suspense of ${id}`, perSubject.get(id) ?? 0, remaining.get(id) ?? 0),
  )
  const ofCurrencies = currenciesOf(facts).map(currency => {
    const open = facts.breaks.filter(each => each.currency === currency)
    return same(
      `suspense ${currency}`,
      held('recon_suspense', currency),
      sumOf(open, each => each.remaining),
    )
  })
  return [...ofBreaks, ...ofCurrencies]
}

function currencyFigures(
  facts: MonthFacts,
  owed: Owed,
  { disputes }: JudgedDisputes,
  held: Held,
): Record<string, CurrencyFigures> {
  const figures = currenciesOf(facts).map((currency): [string, CurrencyFigures] => {
    const events = facts.events.filter(({ payment }) => payment.currency === currency)
    const moved = (kind: string) =>
      sumOf(
        facts.movements.filter(each => each.kind === kind && each.currency === currency),
        ({ amount }) => amount,
      )
    const of = (kind: string) =>
      sumOf(
        events.filter(event => kindOf(event) === kind),
        ({ amount }) => amount,
      )
    const ofCurrency = facts.payments.filter(payment => payment.currency === currency)
    const own = [...new Set(ofCurrency.map(({ merchantId }) => merchantId))]
    const ofMerchants = (account: (typeof OWN_ACCOUNTS)[number]) =>
      sumOf(own, merchantId => held(`${account}:${merchantId}`, currency))
    const disputed = disputes.filter(each => each.currency === currency)
    const won = disputed.filter(({ state }) => state === 'WON')
    return [
      currency,
      {
        ...{ sold: of('capture'), refunded: of('refund') },
        feesCharged: sumOf(events, ({ operationId }) => owed.get(operationId)!.fee),
        vatCharged: sumOf(events, ({ operationId }) => owed.get(operationId)!.vat),
        acquirerFees: held('acquirer_fee', currency) + held('vat_receivable', currency),
        takenBack: sumOf(disputed, ({ amount }) => amount),
        wonBack: sumOf(won, ({ amount }) => amount),
        disputeFees: sumOf(disputed, ({ fee }) => fee),
        ...{ paidOut: -moved('payout'), returned: moved('return'), fromAcquirer: moved('deposit') },
        ...{
          cash: held('cash', currency),
          safeguarded: held('cash_safeguarded', currency),
          suspense: held('recon_suspense', currency),
        },
        ...{ reserved: -ofMerchants('merchant_reserve'), invoiced: ofMerchants('merchant_receivable') },
        owedToMerchants: -ofMerchants('merchant_payable'),
      },
    ]
  })
  return Object.fromEntries(figures)
}

const textOfKind = (of: BreakFact): string => `${of.class} ${of.currency}`

function breakFigures({ breaks }: MonthFacts): MonthFigures['breaks'] {
  const groups = Map.groupBy(
    breaks.toSorted((a, b) => (textOfKind(a) < textOfKind(b) ? -1 : 1)),
    textOfKind,
  )
  return [...groups.values()].map(group => ({
    ...{ class: group[0]!.class, currency: group[0]!.currency, count: group.length },
    booked: sumOf(group, ({ booked }) => booked),
    open: group.filter(({ state }) => !['RESOLVED', 'WRITTEN_OFF'].includes(state)).length,
    remaining: sumOf(group, ({ remaining }) => remaining),
  }))
}
