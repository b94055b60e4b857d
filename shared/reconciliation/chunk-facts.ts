/** What the database says of the lines of a chunk, read with a few statements. */

import type { OperationState } from '../contracts/lists.ts'
import { type BusinessCalendar, subtractBusinessDays } from '../domain/business-days.ts'
import type { Transaction } from '../payments/ports.ts'
import type { Calendars } from '../settlement/ports.ts'
import type { Chunk } from './chunk.ts'
import { isOpen } from './classify-line.ts'
import type { EarlierLine, ExpectedLine, Matching, ReconLine } from './ports.ts'

/** All by the line's number. */
export interface ChunkFacts {
  earlier: ReadonlyMap<number, EarlierLine>
  expectations: ReadonlyMap<number, ExpectedLine>
  /** Of those without an expectation that they could settle, as `operationStates`. */
  taken: ReadonlySet<number>
  operationStates: ReadonlyMap<number, OperationState>
  /** The first day on which it may be paid; undefined: not known. */
  earliestOn(expectation: ExpectedLine | undefined): string | undefined
}

/** `expectedBy`: which expectations were made for a line of this chunk, and for which. */
export async function readFacts(
  { matching, calendars }: { matching: Matching; calendars: Calendars },
  tx: Transaction,
  { source, file, lines }: Chunk,
  expectedBy: ReadonlyMap<string, number>,
): Promise<ChunkFacts> {
  const range = { fileId: file.fileId, fromLine: lines[0]!.lineNo, toLine: lines.at(-1)!.lineNo }
  const [written, found, calendar] = await Promise.all([
    matching.expectations(tx, range),
    matching.earlierLines(tx, range),
    calendars.calendar(source.calendar, tx),
  ])
  const expectations = expectedThen(written, expectedBy)
  const earlier = sameCurrency(found, lines)
  await lockOverdue(matching, tx, expectations)
  const unfit = lines.filter(line => isUnfit(line, earlier, expectations.get(line.lineNo)))
  return {
    earlier,
    expectations,
    ...(await readUnfit(matching, tx, file.fileId, unfit)),
    earliestOn: earliest(calendar, source.earlyDays),
  }
}

/** What was made for a line was not expected when those before it came. */
const expectedThen = (
  written: ReadonlyMap<number, ExpectedLine>,
  expectedBy: ReadonlyMap<string, number>,
): Map<number, ExpectedLine> =>
  new Map([...written].filter(([lineNo, { expectationId }]) => lineNo >= (expectedBy.get(expectationId) ?? lineNo)))

/** An amount in another currency is no amendment of this one. */
export const sameCurrency = (
  found: ReadonlyMap<number, EarlierLine>,
  lines: readonly ReconLine[],
): Map<number, EarlierLine> =>
  new Map(
    lines.flatMap(({ lineNo, currency }) => {
      const earlier = found.get(lineNo)
      return earlier?.currency === currency ? [[lineNo, earlier] as const] : []
    }),
  )

/** An expectation that was missed may be given up at this very moment, by who has locked its break. From here on it stays as it is. */
async function lockOverdue(
  matching: Matching,
  tx: Transaction,
  expectations: Map<number, ExpectedLine>,
): Promise<void> {
  const overdue = [...expectations].filter(([, { state }]) => state === 'OVERDUE')
  const ids = overdue.map(([, { expectationId }]) => expectationId)
  if (ids.length === 0) return
  await matching.lockMissing(tx, ids)
  const states = await matching.expectationStates(tx, ids)
  for (const [lineNo, expectation] of overdue)
    expectations.set(lineNo, { ...expectation, state: states.get(expectation.expectationId)! })
}

const isUnfit = (line: ReconLine, earlier: ReadonlyMap<number, EarlierLine>, expectation: ExpectedLine | undefined) =>
  line.kind !== 'carry' && !earlier.has(line.lineNo) && !(isOpen(expectation) && expectation.currency === line.currency)

async function readUnfit(matching: Matching, tx: Transaction, fileId: string, unfit: readonly ReconLine[]) {
  if (unfit.length === 0) return { taken: new Set<number>(), operationStates: new Map<number, OperationState>() }
  const lineNos = unfit.map(({ lineNo }) => lineNo)
  const [taken, operationStates] = await Promise.all([
    matching.takenBefore(tx, fileId, lineNos),
    matching.operationStates(tx, fileId, lineNos),
  ])
  return { taken, operationStates }
}

/** Each due day is counted once. */
function earliest(calendar: BusinessCalendar, earlyDays: number): ChunkFacts['earliestOn'] {
  const known = new Map<string, string | undefined>()
  return expectation => {
    const dueOn = expectation?.dueOn ?? null
    if (dueOn === null) return undefined
    if (!known.has(dueOn)) known.set(dueOn, subtractBusinessDays(calendar, dueOn, earlyDays))
    return known.get(dueOn)
  }
}
