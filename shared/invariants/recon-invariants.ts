/** Invariants of reconciliation: files and their lines, what lines settled, batches, breaks and their steps, and the accounts. */
import type { Balances, DatabaseTotals } from './database-totals.ts'
import type { DisputeHistory } from './dispute-history.ts'
import { type CheckResult, type DatabaseInvariant, failed, holds, type Judge, notYet, ok, same } from './invariant.ts'
import type { ExpectationRow } from './payment-history.ts'
import { CASH, EXPLAINED, isShortPaid } from './recon-books.ts'
import {
  type BreakActionRow,
  type BreakHistory,
  CASH_IN_TRANSIT,
  type LineHistory,
  movedBy,
  otherSide,
  RECEIVABLE,
  type ReconFileHistory,
  SUSPENSE,
  type SubjectEntry,
} from './recon-history.ts'
import { IN_TRANSIT, type SubjectEvent } from './settlement-history.ts'

const sumOf = (amounts: number[]): number => amounts.reduce((sum, amount) => sum + amount, 0)

const IMPORTED = ['PARSED', 'MATCHING', 'DONE']
const isImported = ({ state }: ReconFileHistory): boolean => IMPORTED.includes(state)

const linesIn = ({ lines }: ReconFileHistory, currency: string) => lines.filter(each => each.currency === currency)

const fileOfLines = {
  name: 'file-of-lines',
  sentence:
    'A file counts its lines from 1 without gaps, and in each currency they are as many and as much as it declares.',
  *checkReconFile(file) {
    const { fileId, lineCount, lines, totals } = file
    const count = sumOf(lines.map(each => each.count))
    yield same(fileId, 'its count of lines', lineCount, count)
    yield same(fileId, 'the number of its last line', Math.max(0, ...lines.map(({ lastLine }) => lastLine)), count)
    if (!isImported(file)) return
    for (const currency of new Set([...totals, ...lines].map(each => each.currency))) {
      const found = linesIn(file, currency)
      const declared = totals.find(total => total.currency === currency)
      const isFound = `${sumOf(found.map(each => each.count))} of ${sumOf(found.map(({ net }) => net))}`
      yield same(`${fileId} ${currency}`, 'its lines', isFound, `${declared?.lineCount} of ${declared?.net}`)
    }
  },
} as const satisfies DatabaseInvariant

const statementFollows = {
  name: 'statement-follows',
  sentence:
    'A statement opens with what the one before of its account and currency closed with, the first one with 0, and closes with that and its lines.',
  *checkReconFile(file) {
    if (!isImported(file) || file.sourceKind !== 'bank') return
    for (const { currency, opening, closing } of file.totals) {
      const place = `${file.fileId} ${currency}`
      const net = sumOf(linesIn(file, currency).map(each => each.net))
      yield same(place, 'what it opens with', opening, file.previousClosing.get(currency) ?? 0)
      yield same(place, 'what it closes with', closing, (opening ?? 0) + net)
    }
  },
} as const satisfies DatabaseInvariant

const linesOfState = {
  name: 'lines-as-far-as-file',
  sentence:
    'A file that is done has matched all its lines, one on the way those up to its mark, a rejected one has none.',
  *checkReconFile(file) {
    const { fileId, state, matchedTo, lineCount, lines, isDone } = file
    const read = lines.filter(each => each.state === 'READ')
    yield holds(matchedTo <= lineCount, fileId, `has matched ${matchedTo} of ${lineCount} lines`)
    yield same(
      fileId,
      'the number of lines before its mark that are not matched',
      sumOf(read.map(each => each.passed)),
      0,
    )
    const matched = sumOf(lines.map(each => (each.state === 'READ' ? 0 : each.count)))
    yield same(fileId, 'the number of its matched lines', matched, matchedTo)
    yield same(fileId, 'whether it says when it was done', isDone, state === 'DONE')
    const wanted: Record<string, boolean> = {
      RECEIVED: matchedTo === 0,
      PARSED: matchedTo === 0,
      MATCHING: true,
      DONE: matchedTo === lineCount,
      REJECTED: lineCount === 0,
    }
    yield holds(wanted[state] ?? false, fileId, `is ${state} with ${matchedTo} of ${lineCount} lines matched`)
  },
} as const satisfies DatabaseInvariant

/** What these entries moved, debit positive on the first account, as text to compare. */
function movedAs(entries: readonly SubjectEntry[], type: string, [debit, credit]: [string, string], currency: string) {
  const own = entries.filter(entry => entry.type === type && entry.currency === currency)
  const isOnThem = own.every(
    entry => [debit, credit].includes(entry.debitAccount) && otherSide(debit, entry) === credit,
  )
  return isOnThem ? sumOf(own.map(entry => movedBy(debit, entry))) : 'on other accounts'
}

const FILE_ENTRIES = ['settled_net', 'settled_fee', 'settled_vat', 'allocated']

function* bookedByFile(file: ReconFileHistory, currency: string): Iterable<CheckResult> {
  const { fileId, entries, account } = file
  const settled = file.settled.find(each => each.currency === currency)
  const allocated = file.allocated.find(each => each.currency === currency)?.amount ?? 0
  const check = (type: string, accounts: [string, string], wanted: number) =>
    same(`${fileId} ${currency}`, type, movedAs(entries, type, accounts, currency), wanted)
  yield check('settled_net', [CASH_IN_TRANSIT, RECEIVABLE], settled?.net ?? 0)
  yield check('settled_fee', ['acquirer_fee', RECEIVABLE], settled?.fee ?? 0)
  yield check('settled_vat', ['vat_receivable', RECEIVABLE], settled?.vat ?? 0)
  yield check('allocated', [account ?? '', CASH_IN_TRANSIT], allocated)
}

const fileInLedger = {
  name: 'file-in-ledger',
  sentence:
    'A file booked the net of the lines that settled an expectation, the fee and VAT that were expected, and what was allocated, and nothing else.',
  *checkReconFile(file) {
    for (const { entryId, subjectId, type } of file.entries) {
      yield same(entryId, 'its subject', subjectId, file.fileId)
      yield holds(FILE_ENTRIES.includes(type), entryId, `an entry ${type} of a file`)
    }
    const moved = [...file.entries, ...file.settled, ...file.allocated, ...file.totals]
    for (const currency of new Set(moved.map(each => each.currency))) yield* bookedByFile(file, currency)
  },
} as const satisfies DatabaseInvariant

const TOPICS_OF_FILE = ['recon.file-imported', 'recon.chunk-booked']
const TOPICS_OF_BREAK = ['recon.break-opened', 'recon.break-resolved']

/** The first topic once, then the second; as many as the row counts. */
function* eventResults(
  { subjectId, events, eventCount }: { subjectId: string; events: SubjectEvent[]; eventCount: number },
  [first, then]: string[],
  judge: Judge,
): Iterable<CheckResult> {
  const found = events.map(({ sequence, topic }) => `${sequence} ${topic}`).join(', ')
  const wanted = Array.from({ length: eventCount }, (_, index) => `${index + 1} ${index === 0 ? first : then}`)
  yield same(subjectId, 'its events', found, wanted.join(', '))
  for (const { eventId, publishedAtMs, createdAtMs } of events)
    yield publishedAtMs === null ? notYet(judge, createdAtMs, eventId, 'is not published') : ok
}

const eventsPublished = {
  name: 'recon-events-published',
  sentence:
    'Every event of a file or a break is published, and those of each count from 1 without gaps: imported, then booked; opened, then resolved.',
  *checkReconFile(file: ReconFileHistory, judge: Judge) {
    const { fileId, events, eventCount } = file
    yield holds(isImported(file) === eventCount > 0, fileId, `is ${file.state} with ${eventCount} events`)
    yield* eventResults({ subjectId: fileId, events, eventCount }, TOPICS_OF_FILE, judge)
  },
  *checkBreak({ break: { breakId, eventCount }, events }: BreakHistory, judge: Judge) {
    yield holds(eventCount > 0, breakId, 'nothing says that it was opened')
    yield* eventResults({ subjectId: breakId, events, eventCount }, TOPICS_OF_BREAK, judge)
  },
} as const satisfies DatabaseInvariant

const placeOf = ({ fileId, lineNo }: LineHistory): string => `${fileId}:${lineNo}`

const SETTLING = ['MATCHED', 'BROKEN']

function* settledResults(line: LineHistory, settled: NonNullable<LineHistory['expectation']>): Iterable<CheckResult> {
  const place = placeOf(line)
  const named = ({ sourceId, matchKey, kind, currency }: LineHistory | typeof settled) =>
    `${kind} ${matchKey} in ${currency} of ${sourceId}`
  yield same(place, 'what it settled', named(settled), named(line))
  yield same(place, 'the expectation that it settled', settled.state, 'SETTLED')
  yield holds(SETTLING.includes(line.state), place, `is ${line.state}, and settled ${line.expectationId}`)
  if (line.state !== 'MATCHED') return
  const amounts = ({ amount, fee, vat }: LineHistory | typeof settled) => `${amount}, fee ${fee}, VAT ${vat}`
  yield same(place, 'what it says', amounts(line), amounts(settled))
}

const lineSettles = {
  name: 'line-settles-expectation',
  sentence:
    'A line that settled an expectation is of its source, operation, kind and currency, and a matched one of its amounts; a matched line of an acquirer settled one, or carries a batch.',
  *checkLine(line) {
    if (line.expectation !== null) return yield* settledResults(line, line.expectation)
    const place = placeOf(line)
    yield holds(line.expectationId === null, place, `settled ${line.expectationId}, which does not exist`)
    const isExempt = line.state !== 'MATCHED' || line.sourceKind === 'bank' || line.kind === 'carry'
    yield holds(isExempt, place, 'is matched, and settled nothing')
  },
} as const satisfies DatabaseInvariant

/** Classes whose line is booked by what it differs from its expectation. */
const DIFFERING = ['AMOUNT_OVER', 'AMOUNT_UNDER', 'FEE', 'DATE']

const isOfPayout = ({ allocations }: LineHistory): boolean =>
  allocations.some(({ kind }) => kind === 'payout' || kind === 'return')

/** What the breaks of a broken line must have booked on recon_suspense. Undefined: not said here. */
function bookedBy(line: LineHistory): number | undefined {
  const { net, amount, fee, vat, expectation, earlier, breaks } = line
  const [name] = breaks.map(each => each.class)
  if (isOfPayout(line)) return undefined
  if (name === 'AMENDED') return earlier.length === 0 ? undefined : earlier[0]!.net - net
  if (name !== undefined && DIFFERING.includes(name) && expectation !== null)
    return expectation.amount - amount + (fee - expectation.fee) + (vat - expectation.vat)
  if (name !== undefined && DIFFERING.includes(name))
    return sumOf(line.allocations.map(allocation => allocation.amount)) - net
  return -net
}

const lineBroken = {
  name: 'broken-line-has-break',
  sentence:
    'A line is broken when it has a break, which booked what does not fit of it and nothing else; one that is repeated was there before with the same content.',
  *checkLine(line) {
    const { state, breaks, earlier, contentHash } = line
    const place = placeOf(line)
    yield same(place, `the number of breaks of a line that is ${state}`, breaks.length, state === 'BROKEN' ? 1 : 0)
    const wanted = bookedBy(line)
    if (state === 'BROKEN' && wanted !== undefined)
      yield same(place, 'what its break booked', sumOf(breaks.map(({ booked }) => booked)), wanted)
    if (state === 'REPEATED')
      yield holds(
        earlier.some(each => each.isLater) || earlier[0]?.contentHash === contentHash,
        place,
        'is repeated, and was not there before with the same content',
      )
    if (breaks.some(each => each.class === 'AMENDED'))
      yield holds(earlier.length > 0, place, 'is amended, and was not there before')
  },
} as const satisfies DatabaseInvariant

/** How much of a line must be allocated; undefined: a part may be. */
function allocatedOf(line: LineHistory): number | undefined {
  if (line.sourceKind === 'bank') return line.state === 'MATCHED' || isOfPayout(line) ? line.net : undefined
  if (line.kind !== 'carry') return 0
  return line.state === 'BROKEN' ? undefined : line.state === 'MATCHED' ? line.net : 0
}

const lineAllocated = {
  name: 'line-allocated',
  sentence:
    'What is allocated of a line has its sign and currency and is not more than it; of a matched line of the bank and of a carry it is all, of other lines nothing.',
  *checkLine(line) {
    const place = placeOf(line)
    const { net, kind, matchKey, currency, allocations } = line
    const allocated = sumOf(allocations.map(({ amount }) => amount))
    for (const allocation of allocations) {
      yield same(place, 'the currency of an allocation', allocation.currency, currency)
      yield holds(allocation.amount * net > 0, place, `has ${allocation.amount} allocated of ${net}`)
      if (kind === 'carry') yield same(place, 'the batch that it carries', allocation.subject, matchKey)
    }
    yield holds(Math.abs(allocated) <= Math.abs(net), place, `has ${allocated} allocated of ${net}`)
    const wanted = allocatedOf(line)
    if (wanted !== undefined) yield same(place, 'what is allocated of it', allocated, wanted)
  },
} as const satisfies DatabaseInvariant

function* settledOnce({ expectationId, state, settlers }: ExpectationRow): Iterable<CheckResult> {
  const { lines, givenUp, approved, missing } = settlers
  const found = `${lines} lines, ${approved} approvals and ${givenUp} that gave it up`
  const isRight = lines + approved + givenUp === (state === 'SETTLED' ? 1 : 0)
  yield holds(isRight, expectationId, `is ${state}, settled by ${found}`)
  yield same(expectationId, 'the number of open breaks that miss it', missing, state === 'OVERDUE' ? 1 : 0)
}

const expectationSettled = {
  name: 'expectation-settled-once',
  sentence:
    'A settled expectation was settled by one line or given up, a correction by one approval, too; one that is not settled by none. An overdue one is missed by one open break.',
  *checkPayment({ expectations }: { expectations: ExpectationRow[] }) {
    for (const expectation of expectations) yield* settledOnce(expectation)
  },
  *checkBreak({ corrections }: BreakHistory) {
    for (const correction of corrections) yield* settledOnce(correction)
  },
  *checkDispute({ expectations }: DisputeHistory) {
    for (const expectation of expectations) yield* settledOnce(expectation)
  },
} as const satisfies DatabaseInvariant

const batchOfLines = {
  name: 'acquirer-batch-of-lines',
  sentence:
    'The net of a batch of an acquirer is what its lines booked to cash_in_transit, repeated ones nothing and amended ones what they changed, and what they carried into it.',
  *checkAcquirerBatch({ sourceId, batchRef, currency, row, linesNet }) {
    yield same(`${sourceId}:${batchRef}:${currency}`, 'its net', row === null ? null : BigInt(row.net), linesNet)
  },
} as const satisfies DatabaseInvariant

const batchPaid = {
  name: 'acquirer-batch-paid',
  sentence:
    'A batch of an acquirer says what lines were allocated to it, and what breaks took out of cash_in_transit for it.',
  *checkAcquirerBatch({ sourceId, batchRef, currency, row, allocated }, books) {
    const place = `${sourceId}:${batchRef}:${currency}`
    if (row === null) return
    yield same(place, 'what is allocated to it', BigInt(row.allocated), allocated)
    yield same(place, 'what was moved out of it', BigInt(row.moved), books.movedFrom({ batchRef, currency }))
  },
} as const satisfies DatabaseInvariant

const onSuspense = (entries: readonly SubjectEntry[]): number => sumOf(entries.map(entry => movedBy(SUSPENSE, entry)))

const under = (entries: readonly SubjectEntry[], eventId: string | null | undefined): SubjectEntry[] =>
  entries.filter(entry => entry.eventId === eventId)

const openingOf = ({ events, entries }: BreakHistory): SubjectEntry[] =>
  under(entries, events.find(({ topic }) => topic === 'recon.break-opened')?.eventId)

const breakBooked = {
  name: 'break-on-suspense',
  sentence:
    'A break says what it and its giving up put on recon_suspense, and what is left there of it: that less its actions, 0 when it is closed.',
  *checkBreak(history) {
    const { break: found, actions, entries } = history
    const { breakId, booked, remaining, isClosed } = found
    const givenUp = actions
      .filter(({ action }) => action === 'give_up')
      .flatMap(({ eventId }) => under(entries, eventId))
    yield same(breakId, 'what it booked', booked, onSuspense([...openingOf(history), ...givenUp]))
    yield same(breakId, 'what remains of it', remaining, onSuspense(entries))
    yield holds(!isClosed || remaining === 0, breakId, `is closed, and ${remaining} remains of it`)
  },
} as const satisfies DatabaseInvariant

const SETTLED_NOTHING = ['unexpected']
const DIFFERS = ['differs_amount', 'differs_fee', 'differs_vat']
const OF_PAYOUTS = ['payout_paid_difference', 'payout_returned_difference']

/** What may open a break of a class; that a batch was not paid whole is another matter. */
const openedBy: Record<string, readonly string[]> = {
  DUPLICATE: SETTLED_NOTHING,
  MISSING_HERE: SETTLED_NOTHING,
  STATUS: SETTLED_NOTHING,
  CURRENCY: SETTLED_NOTHING,
  AMENDED: SETTLED_NOTHING,
  OVER_DISPUTED: SETTLED_NOTHING,
  AMOUNT_OVER: [...SETTLED_NOTHING, ...DIFFERS, ...OF_PAYOUTS],
  AMOUNT_UNDER: [...SETTLED_NOTHING, ...DIFFERS, ...OF_PAYOUTS],
  FEE: ['differs_fee', 'differs_vat'],
  DATE: [],
  MISSING_THERE: [],
}

/** What an action may book. */
const bookedByAction: Record<string, readonly string[]> = {
  approve: ['resolved'],
  take_over: ['taken_over'],
  give_up: ['given_up'],
  expected: ['expected_amount', 'expected_fee', 'expected_vat', 'resolved'],
  arrived: ['resolved'],
  write_off: ['resolved'],
}

const one =
  (...accounts: string[]) =>
  (account: string): boolean =>
    accounts.includes(account)

/** The accounts that stand opposite recon_suspense. */
const oppositeOf: Record<string, (account: string) => boolean> = {
  differs_amount: one(RECEIVABLE),
  differs_fee: one(RECEIVABLE),
  differs_vat: one(RECEIVABLE),
  unexpected: one(CASH_IN_TRANSIT, ...CASH),
  short_paid: one(CASH_IN_TRANSIT),
  payout_paid_difference: one(IN_TRANSIT),
  payout_returned_difference: account => account.startsWith('merchant_payable:'),
  expected_amount: one(RECEIVABLE),
  expected_fee: one('acquirer_fee'),
  expected_vat: one('vat_receivable'),
  given_up: one(RECEIVABLE, CASH_IN_TRANSIT, IN_TRANSIT),
  taken_over: one(RECEIVABLE),
}

function* entryResults(
  entries: readonly SubjectEntry[],
  allowed: readonly string[],
  by: string,
): Iterable<CheckResult> {
  for (const entry of entries) {
    const { entryId, type, debitAccount, creditAccount } = entry
    yield holds(allowed.includes(type), entryId, `an entry ${type} by ${by}`)
    const isOpposite = oppositeOf[type]?.(otherSide(SUSPENSE, entry)) ?? true
    const isOnSuspense = debitAccount === SUSPENSE || creditAccount === SUSPENSE
    yield holds(isOnSuspense && isOpposite, entryId, `${type} from ${debitAccount} to ${creditAccount}`)
  }
}

/** An approval and what the system does by itself say their amount and account; other breaks are met on acquirer_receivable. */
function* actionResults(breakId: string, action: BreakActionRow, entries: SubjectEntry[]): Iterable<CheckResult> {
  const place = `${breakId}:${action.sequence}`
  const { amount, account, eventId } = action
  yield same(place, 'whether it booked', entries.length > 0, eventId !== null)
  if (amount === null || eventId === null) return
  const sign = action.action === 'give_up' ? 1 : -1
  yield same(place, 'what it booked', onSuspense(entries) * sign, amount)
  if (account === null) return
  const opposite = account === SUSPENSE ? RECEIVABLE : account
  const found = entries.map(entry => otherSide(SUSPENSE, entry))
  yield holds(
    found.every(each => each === opposite),
    place,
    `says ${account}, and booked ${found}`,
  )
}

const breakEntries = {
  name: 'break-in-ledger',
  sentence:
    'What a break booked when it was opened is of its class, and each action booked the amount and account that it says, and nothing else.',
  *checkBreak(history) {
    const { break: found, actions, entries } = history
    const opening = openingOf(history)
    const allowed = isShortPaid(found) ? ['short_paid'] : (openedBy[found.class] ?? [])
    yield* entryResults(opening, allowed, found.class)
    for (const action of actions) {
      const booked = action.eventId === null ? [] : under(entries, action.eventId)
      yield* entryResults(booked, bookedByAction[action.action] ?? [], action.action)
      yield* actionResults(found.breakId, action, booked)
    }
    const known = opening.length + sumOf(actions.map(({ eventId }) => (eventId ? under(entries, eventId).length : 0)))
    yield same(found.breakId, 'the number of its entries', entries.length, known)
  },
} as const satisfies DatabaseInvariant

const SYSTEM = 'system'
const CLOSING = ['approve', 'take_over', 'expected', 'arrived', 'write_off']
const WRITING_OFF = ['recon_gain', 'recon_loss']
const CLOSED = ['RESOLVED', 'WRITTEN_OFF']

function* closedResults({ break: found, actions }: BreakHistory): Iterable<CheckResult> {
  const { breakId, state, isClosed } = found
  yield same(breakId, `whether a break that is ${state} is closed`, isClosed, CLOSED.includes(state))
  if (!isClosed) return
  const last = actions.findLast(({ action }) => CLOSING.includes(action))
  if (last === undefined) return yield failed(breakId, 'is closed, and nobody closed it')
  const isWrittenOff = last.account !== null && WRITING_OFF.includes(last.account)
  yield same(breakId, 'its state', state, isWrittenOff ? 'WRITTEN_OFF' : 'RESOLVED')
}

const breakSteps = {
  name: 'break-steps',
  sentence:
    'A break counts its actions from 1 without gaps, each by somebody and with a reason, and a closed one was closed by one of them; it is about something that exists.',
  *checkBreak(history) {
    const { break: found, actions, hasSubject } = history
    const wanted = Array.from({ length: found.version }, (_, index) => index + 1)
    yield same(found.breakId, 'its actions', actions.map(({ sequence }) => sequence).join(), wanted.join())
    yield holds(hasSubject, found.breakId, `is about ${found.subject}, which does not exist`)
    for (const { sequence, actor, reason } of actions)
      yield holds(actor !== '' && reason !== '', `${found.breakId}:${sequence}`, 'has no actor or no reason')
    yield* closedResults(history)
  },
} as const satisfies DatabaseInvariant

function* approvalResults({ break: { breakId }, actions }: BreakHistory): Iterable<CheckResult> {
  for (const { sequence, action, actor } of actions) {
    if (!['approve', 'give_up'].includes(action)) continue
    const proposal = actions.findLast(each => each.action === 'propose' && each.sequence < sequence)
    const place = `${breakId}:${sequence}`
    if (proposal === undefined) yield failed(place, 'approves what nobody proposed')
    else yield holds(proposal.actor !== actor && actor !== SYSTEM, place, `was proposed and approved by ${actor}`)
  }
}

const breakApproved = {
  name: 'break-approved-by-another',
  sentence:
    'What is done with a break was proposed before by another than the one who approved it, or done by the system.',
  *checkBreak(history) {
    yield* approvalResults(history)
  },
} as const satisfies DatabaseInvariant

const BY_OPERATORS = ['assign', 'note', 'propose', 'refuse', 'approve', 'give_up']

function* auditResults({ break: { breakId }, actions, audited }: BreakHistory): Iterable<CheckResult> {
  const acted = actions.filter(({ action }) => BY_OPERATORS.includes(action))
  const names = (some: readonly { actor: string }[]) => some.map(({ actor }) => actor).join()
  yield same(breakId, 'who acted by the audit log', names(audited), names(acted))
  for (const [index, { action, sequence, actor }] of acted.entries())
    if (['approve', 'give_up'].includes(action))
      yield same(`${breakId}:${sequence}`, `the role of ${actor}`, audited[index]?.role, 'approver')
}

const breakAudited = {
  name: 'break-audited',
  sentence: 'Whatever an operator did with a break is in the audit log, and approvers alone approved it.',
  *checkBreak(history) {
    yield* auditResults(history)
  },
} as const satisfies DatabaseInvariant

/** What an action that names a correction has settled: the same amount the other way round. */
function* correctedBy({ break: { breakId, currency }, corrected }: BreakHistory, action: BreakActionRow) {
  const place = `${breakId}:${action.sequence}`
  const found = corrected.get(action.target!)
  const text = found && `${found.kind} ${found.amount} ${found.currency}, ${found.state}`
  yield same(place, 'what it settled', text, `correction ${-(action.amount ?? 0)} ${currency}, SETTLED`)
}

/** What stands beside the entry of an approved action: an expectation of a correction, or an item of a merchant. */
function* rowsOfAction(history: BreakHistory, action: BreakActionRow) {
  const { sequence, account, amount, eventId, target } = action
  const { breakId, currency } = history.break
  const place = `${breakId}:${sequence}`
  const isCorrecting = account === RECEIVABLE && target !== null
  if (isCorrecting) yield* correctedBy(history, action)
  const corrections = history.corrections
    .filter(each => each.eventId === eventId)
    .map(each => `${each.matchKey} ${each.amount} ${each.currency}, fee ${each.fee}, VAT ${each.vat}`)
  const correction = account === RECEIVABLE && !isCorrecting ? `${place} ${amount} ${currency}, fee 0, VAT 0` : ''
  yield same(place, 'the correction that it expects', corrections.join(), correction)
  const items = history.items
    .filter(each => each.eventId === eventId)
    .map(each => `${each.type} ${each.net} ${each.currency} of merchant_payable:${each.merchantId}`)
  const isOfMerchant = account?.startsWith('merchant_payable:') ?? false
  yield same(
    place,
    'its item',
    items.join(),
    isOfMerchant ? `adjustment ${-(amount ?? 0)} ${currency} of ${account}` : '',
  )
}

const actionHasRows = {
  name: 'action-has-its-row',
  sentence:
    'What an action books on acquirer_receivable is expected as a correction, or settles the one that it names; on the account of a merchant it is an item. No other correction or item follows from a break.',
  *checkBreak(history) {
    const approved = history.actions.filter(({ action, eventId }) => action === 'approve' && eventId !== null)
    for (const action of approved) yield* rowsOfAction(history, action)
    const own = new Set(approved.map(({ eventId }) => eventId))
    for (const { eventId } of [...history.corrections, ...history.items])
      yield holds(own.has(eventId), eventId, 'a correction or an item of no action')
  },
} as const satisfies DatabaseInvariant

/** What this account should hold in each currency, against what it holds; debit positive. */
function* compared(held: Balances, wanted: Balances, account: string): Iterable<CheckResult> {
  const currencies = [...held, ...wanted].filter(each => each.account === account).map(({ currency }) => currency)
  for (const currency of new Set(currencies))
    yield same(
      `${account} ${currency}`,
      'its balance (debits − credits)',
      held.of(account, currency),
      wanted.of(account, currency),
    )
}

const suspense = {
  name: 'suspense-is-breaks',
  sentence: 'Per currency, recon_suspense holds what remains of the breaks, and every entry on it is of a break.',
  *checkTotals({ settlement, recon }: DatabaseTotals) {
    yield* compared(settlement.held, recon.wanted, SUSPENSE)
    yield same(SUSPENSE, 'the number of its entries', recon.foundSuspenseEntryCount, recon.suspenseEntryCount)
  },
} as const satisfies DatabaseInvariant

const cashInTransit = {
  name: 'cash-in-transit-is-batches',
  sentence:
    'Per currency, cash_in_transit holds what the batches of acquirers have left, and transfers of ours of which one line has come; two lines of one add up to 0.',
  *checkTotals({ settlement, recon }: DatabaseTotals) {
    for (const { reference, currency, lines } of recon.openTransfers)
      yield same(`${reference} ${currency}`, 'the number of lines of a transfer that is not 0', lines, 1)
    yield* compared(settlement.held, recon.wanted, CASH_IN_TRANSIT)
  },
} as const satisfies DatabaseInvariant

const cashIsStatements = {
  name: 'cash-is-statements',
  sentence: 'Each account of cash holds in each currency what its last matched statement closed with.',
  *checkTotals({ settlement, recon }: DatabaseTotals) {
    for (const account of CASH) yield* compared(settlement.held, recon.wanted, account)
  },
} as const satisfies DatabaseInvariant

const explained = {
  name: 'settled-charges-and-actions',
  sentence:
    'Per currency, acquirer_fee and vat_receivable hold what settled expectations say, and they, own_funds, recon_gain and recon_loss what actions on breaks say.',
  *checkTotals({ settlement, recon }: DatabaseTotals) {
    for (const account of EXPLAINED) yield* compared(settlement.held, recon.wanted, account)
  },
} as const satisfies DatabaseInvariant

export const reconInvariants = [
  fileOfLines,
  statementFollows,
  linesOfState,
  fileInLedger,
  eventsPublished,
  lineSettles,
  lineBroken,
  lineAllocated,
  expectationSettled,
  batchOfLines,
  batchPaid,
  breakBooked,
  breakEntries,
  breakSteps,
  breakApproved,
  breakAudited,
  actionHasRows,
  suspense,
  cashInTransit,
  cashIsStatements,
  explained,
] as const
