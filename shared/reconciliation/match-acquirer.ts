/**
 * Matches lines of an acquirer with what is expected of it. A chunk is judged in the order of its lines, then written with a few
 * statements: the states, the sums that were booked, the breaks, and what each batch has to pay.
 */
import { reconMovement } from '../domain/recon-ledger.ts'
import type { Transaction } from '../payments/ports.ts'
import type { Calendars } from '../settlement/ports.ts'
import { subjectOfLine } from './break-subjects.ts'
import { dayAt } from './business-day.ts'
import { carryBatch, lockCarried } from './carry-batch.ts'
import type { Chunk, MatchChunk } from './chunk.ts'
import { type ChunkFacts, readFacts } from './chunk-facts.ts'
import { classifyAmended, classifyLine, isOpen, isRepeated, type LineVerdict } from './classify-line.ts'
import { leftOf } from './decide-bank-line.ts'
import type { NoDispute } from './judge-disputes.ts'
import { type NewBreak, type OpenBreakPorts, openBreaks } from './open-breaks.ts'
import { type OpenDisputePorts, openDisputes } from './open-disputes.ts'
import type { AcquirerBatch, EarlierLine, ExpectedLine, Matching, ReconAlarms, ReconLine } from './ports.ts'
import { entriesUnder } from './recon-entries.ts'
import { chunkBookedEvent } from './recon-event.ts'
import { resolveMissing } from './resolve-missing.ts'
import { safeSum } from './safe-sum.ts'

export interface MatchAcquirerPorts extends OpenBreakPorts, Omit<OpenDisputePorts, 'ids' | 'matching'> {
  ids: OpenBreakPorts['ids'] & OpenDisputePorts['ids']
  matching: Matching
  calendars: Calendars
  reconAlarms: Pick<ReconAlarms, 'statusDiffers'>
}

/** What becomes of a line. */
interface Judged {
  line: ReconLine
  state: 'MATCHED' | 'BROKEN' | 'REPEATED'
  /** The expectation that it settles. */
  settles?: ExpectedLine
  /** Why it is BROKEN. */
  verdict?: LineVerdict
  /** What its batch has to pay for it. */
  batchNetMinor: number
  /** Of `carry`: the batch that it empties. */
  carriedFrom?: AcquirerBatch
}

export const matchAcquirerChunk =
  (ports: MatchAcquirerPorts): MatchChunk =>
  async (tx, chunk) => {
    if (chunk.lines.length === 0) return 0
    const { refused, expectedBy } = await openDisputes(ports, tx, chunk)
    const facts = { ...(await readFacts(ports, tx, chunk, expectedBy)), refused }
    const judged = await judge(ports, tx, chunk, facts)
    await writeStates(ports, tx, chunk, judged)
    await writeBatches(ports, tx, judged)
    const told = await book(ports, tx, chunk, judged)
    await open(ports, tx, chunk, judged)
    await resolveArrived(ports, tx, chunk, judged)
    return told
  }

type KnownFacts = ChunkFacts & { refused: ReadonlyMap<number, NoDispute> }

async function judge(
  ports: MatchAcquirerPorts,
  tx: Transaction,
  { lines }: Chunk,
  facts: KnownFacts,
): Promise<Judged[]> {
  const settledKeys = new Set<string>()
  const seenKeys = new Set<string>()
  const emptied = new Set<string>()
  const judged: Judged[] = []
  for (const line of lines) {
    const earlier = facts.earlier.get(line.lineNo)
    if (earlier !== undefined) judged.push(judgeAgain(line, earlier, seenKeys))
    else if (line.kind === 'carry') judged.push(await judgeCarry(ports, tx, line, emptied))
    else judged.push(judgeNew(line, facts, settledKeys, seenKeys))
  }
  return judged
}

/** A line that an earlier file had. What an earlier revision says after a later one was matched does not count. */
function judgeAgain(line: ReconLine, earlier: EarlierLine, seenKeys: Set<string>): Judged {
  if (isRepeated(line, earlier)) return { line, state: 'REPEATED', batchNetMinor: 0 }
  seenKeys.add(keyInCurrencyOf(line))
  const verdict = classifyAmended(line, earlier)
  return { line, state: 'BROKEN', verdict, batchNetMinor: line.netMinor - earlier.netMinor }
}

/** It fits when its batch has exactly this left, and less than nothing. */
async function judgeCarry(
  ports: MatchAcquirerPorts,
  tx: Transaction,
  line: ReconLine,
  emptied: Set<string>,
): Promise<Judged> {
  const { sourceId, matchKey: batchRef, currency, netMinor } = line
  const batch = await lockCarried(ports, tx, { sourceId, batchRef, currency })
  if (batch === undefined || emptied.has(batchRef) || netMinor >= 0 || leftOf(batch) !== netMinor) return missing(line)
  emptied.add(batchRef)
  return { line, state: 'MATCHED', batchNetMinor: netMinor, carriedFrom: batch }
}

function missing(line: ReconLine): Judged {
  const nothing = {
    ...{ expectation: undefined, isTaken: false, operationState: undefined },
    ...{ noDispute: undefined, earliestOn: undefined },
  }
  return { line, state: 'BROKEN', verdict: classifyLine(line, nothing), batchNetMinor: line.netMinor }
}

function judgeNew(line: ReconLine, facts: KnownFacts, settledKeys: Set<string>, seenKeys: Set<string>): Judged {
  const key = `${line.matchKey} ${line.kind}`
  const keyInCurrency = keyInCurrencyOf(line)
  const expectation = facts.expectations.get(line.lineNo)
  const fits = isOpen(expectation) && expectation.currency === line.currency
  const isTaken = settledKeys.has(key) || facts.taken.has(line.lineNo) || (!fits && seenKeys.has(keyInCurrency))
  const verdict = classifyLine(line, {
    ...{ expectation, isTaken, operationState: facts.operationStates.get(line.lineNo) },
    ...{ noDispute: facts.refused.get(line.lineNo), earliestOn: facts.earliestOn(expectation) },
  })
  seenKeys.add(keyInCurrency)
  if (verdict.settles !== undefined) settledKeys.add(key)
  return {
    ...{ line, state: verdict.class === undefined ? 'MATCHED' : 'BROKEN', batchNetMinor: line.netMinor },
    ...(verdict.class !== undefined && { verdict }),
    ...(verdict.settles !== undefined && { settles: verdict.settles }),
  }
}

const keyInCurrencyOf = ({ matchKey, kind, currency }: ReconLine): string => `${matchKey} ${kind} ${currency}`

async function writeStates(
  { matching }: MatchAcquirerPorts,
  tx: Transaction,
  { file, lines }: Chunk,
  judged: readonly Judged[],
): Promise<void> {
  const settling = judged.filter(({ settles }) => settles !== undefined)
  const others = judged.filter(({ settles }) => settles === undefined)
  const range = { fileId: file.fileId, fromLine: lines[0]!.lineNo, toLine: lines.at(-1)!.lineNo }
  const broken = numbersOf(settling.filter(({ state }) => state === 'BROKEN'))
  await matching.settle(tx, range, { broken, others: numbersOf(others), count: settling.length })
  for (const [state, ofState] of Map.groupBy(others, each => each.state))
    await matching.mark(tx, file.fileId, numbersOf(ofState), state)
}

const numbersOf = (judged: readonly Judged[]): number[] => judged.map(({ line }) => line.lineNo)

async function writeBatches(ports: MatchAcquirerPorts, tx: Transaction, judged: readonly Judged[]): Promise<void> {
  for (const { line, carriedFrom } of judged)
    if (carriedFrom !== undefined) await carryBatch(ports, tx, carriedFrom, line)
  const paid = judged.filter(({ line, state }) => state !== 'REPEATED' && line.batchRef !== null)
  const groups = Map.groupBy(paid, ({ line }) => `${line.batchRef} ${line.currency}`)
  // All who write several batches do it in this order.
  const added = [...groups.keys()].sort().map(key => {
    const ofBatch = groups.get(key)!
    const { sourceId, batchRef, currency, valueOn: dueOn } = ofBatch[0]!.line
    const netMinor = safeSum(ofBatch.map(({ batchNetMinor }) => batchNetMinor))
    return { sourceId, batchRef: batchRef!, currency, netMinor, dueOn }
  })
  await ports.matching.addToBatches(tx, added)
}

/** Books what settled expectations, in one event a currency. Returns how many events there are. */
async function book(
  ports: MatchAcquirerPorts,
  tx: Transaction,
  { file, lines }: Chunk,
  judged: readonly Judged[],
): Promise<number> {
  const settling = judged.filter(({ settles }) => settles !== undefined)
  const byCurrency = [...Map.groupBy(settling, ({ line }) => line.currency)].sort(([a], [b]) => (a < b ? -1 : 1))
  const place = { sourceId: file.sourceId, fromLine: lines[0]!.lineNo, toLine: lines.at(-1)!.lineNo }
  for (const [index, [currency, ofCurrency]] of byCurrency.entries()) {
    const sums = {
      net: safeSum(ofCurrency.map(({ line }) => line.netMinor)),
      fee: safeSum(ofCurrency.map(({ settles }) => settles!.feeMinor)),
      vat: safeSum(ofCurrency.map(({ settles }) => settles!.vatMinor)),
    }
    const told = { fileId: file.fileId, eventCount: file.eventCount + index + 1 }
    await bookSums(ports, tx, told, { ...place, currency, ...sums, allocated: 0 })
  }
  return byCurrency.length
}

type BookedChunk = Parameters<typeof chunkBookedEvent>[2]

async function bookSums(
  { ids, clock, reconLedger, outbox }: MatchAcquirerPorts,
  tx: Transaction,
  told: Parameters<typeof chunkBookedEvent>[1],
  booked: BookedChunk,
): Promise<void> {
  const [eventId, atMs, { currency }] = [ids.event(), clock.virtualNowMs(), booked]
  const movements = [
    ...reconMovement('settled_net', { signedMinor: booked.net, currency }),
    ...reconMovement('settled_fee', { signedMinor: booked.fee, currency }),
    ...reconMovement('settled_vat', { signedMinor: booked.vat, currency }),
  ]
  const entries = entriesUnder(ids, { subjectId: told.fileId, eventId, occurredAtMs: atMs }, movements)
  await reconLedger.insertOfRecon(tx, entries, clock.nowMs())
  await outbox.insert(tx, chunkBookedEvent(eventId, told, booked, atMs), clock.nowMs())
}

async function open(
  ports: MatchAcquirerPorts,
  tx: Transaction,
  { source, afterCommit }: Chunk,
  judged: readonly Judged[],
): Promise<void> {
  const openedOn = dayAt(source, ports.clock.virtualNowMs())
  const broken = judged.flatMap(({ line, verdict, settles }): NewBreak[] =>
    verdict?.class === undefined
      ? []
      : [
          {
            ...{ subject: subjectOfLine(line), class: verdict.class, sourceId: source.sourceId },
            ...{ differences: verdict.differences, movements: verdict.movements, currency: line.currency, openedOn },
            ...{ fileId: line.fileId, lineNo: line.lineNo, batchRef: line.batchRef },
            expectationId: settles?.expectationId ?? null,
          },
        ],
  )
  await openBreaks(ports, tx, broken)
  for (const { line, verdict } of judged)
    if (verdict?.class === 'STATUS')
      afterCommit(() => ports.reconAlarms.statusDiffers(line, verdict.differences.status ?? ''))
}

/** Of lines that were missed. */
async function resolveArrived(
  ports: MatchAcquirerPorts,
  tx: Transaction,
  { source }: Chunk,
  judged: readonly Judged[],
): Promise<void> {
  const arrived = judged.flatMap(({ line, settles }) =>
    settles?.state === 'OVERDUE' ? [{ line, expectation: settles }] : [],
  )
  await resolveMissing(ports, tx, source, arrived)
}
